"""What the ledger answers."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from seawall.contracts import Account
from seawall.errors import UsageError
from seawall.ledger import Ledger, row_counts, run, runs


def test_runs_come_newest_first(ledger: Ledger, record: Callable[..., None], story: Any) -> None:
    """The order is that of the starts, not of the recording."""
    record(story("b", later=2), story("a", later=1), story("c", later=3))

    assert [row.run_id for row in runs(ledger)] == ["c", "b", "a"]
    assert [row.run_id for row in runs(ledger, limit=1)] == ["c"]


def test_runs_of_one_pipeline_or_batch(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """Both filters leave out what is somebody else's."""
    record(story("a"), story("b", pipeline="other"), story("c", batch="2013-07-02"))

    assert [row.run_id for row in runs(ledger, pipeline="other")] == ["b"]
    assert [row.run_id for row in runs(ledger, batch="2013-07-02")] == ["c"]


def test_a_unique_beginning_is_enough(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A run is found by the beginning of its id."""
    record(story("20130701-aa"), story("20130702-bb"))

    assert run(ledger, "20130702").run.run_id == "20130702-bb"


def test_a_whole_id_wins_over_longer_ones(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """An id that others begin with is still found."""
    record(story("a"), story("ab"))

    assert run(ledger, "a").run.run_id == "a"


def test_an_ambiguous_beginning_lists_the_runs(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """Several runs with the same beginning are named."""
    record(story("20130701-aa"), story("20130701-bb"))

    with pytest.raises(UsageError, match="2 runs begin with 2013") as raised:
        run(ledger, "2013")

    assert raised.value.seen == "20130701-aa, 20130701-bb"
    assert "write one of them whole: 20130701-aa" in raised.value.todo


def test_an_unknown_run_gets_near_misses(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A slip of the pen is pointed out."""
    record(story("20130701T020304-1f2e"))

    with pytest.raises(UsageError, match="did you mean 20130701T020304-1f2e"):
        run(ledger, "20130701T020304-1f3e")


def test_signs_of_search_patterns_are_letters(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """`%` is no wildcard."""
    record(story("a"))

    with pytest.raises(UsageError, match="no run begins with %"):
        run(ledger, "%")


def test_an_empty_ledger_has_no_last_run(ledger: Ledger) -> None:
    """`last` of nothing is a usage error."""
    with pytest.raises(UsageError, match="no run yet"):
        run(ledger, "last")


def test_a_run_whose_process_is_there_is_running(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A run without an end, of a living process, is going on."""
    record(story(), events=4)

    assert runs(ledger)[0].state == "running"


def test_a_run_whose_process_is_gone_was_killed(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A run without an end, of a process that is gone, is shown as killed."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    record(story(pid=child.pid), events=4)

    assert runs(ledger)[0].state == "killed"
    assert run(ledger, "last").run.state == "killed"


@pytest.mark.skipif(sys.platform != "linux", reason="process start times come from /proc")
def test_a_number_taken_by_a_younger_process_is_not_the_run(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A run of last year is not going on because this process has its number."""
    long_ago = -timedelta(days=365).total_seconds()
    record(story(later=long_ago), events=4)

    assert runs(ledger)[0].state == "killed"


def test_another_hosts_run_is_taken_at_its_word(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """What another host's processes do is not known here."""
    record(story(host="elsewhere", pid=2**22 + 1), events=4)

    assert runs(ledger)[0].state == "running"


def test_row_counts_are_of_the_newest_published_runs(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """Rows that stayed after the filters, the newest first; runs that published nothing don't count."""
    accounts = [Account(100 + n, 90, 0, 10 + n) for n in range(9)]
    record(*(story(f"r{n}", later=n, account=a) for n, a in enumerate(accounts)))
    record(story("failed", later=99, state="failed"), story("other", later=100, pipeline="other"))

    assert row_counts(ledger, "delays") == [90] * 7
    assert row_counts(ledger, "delays", limit=1) == [90]
    assert row_counts(ledger, "nobody") == []
