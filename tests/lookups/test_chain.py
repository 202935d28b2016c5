"""A chain serves each key by the first link that has it, and says which one that was."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.contracts import Failure
from seawall.disk import Disk
from seawall.errors import (
    DataError,
    InterruptedRunError,
    SeawallError,
    StorageError,
    TemporaryError,
    UnavailableError,
)
from seawall.lookups.last_known_good import Snapshot, keep
from seawall.lookups.links import UnreadError
from seawall.lookups.pin import content_of
from seawall.reads import Unread, error_of
from tests.lookups.chains import NOW, Chain, failed, joined, replica_rows, resolved, rows

CONSTANTS = {"constants": {"temp": 5, "sky": "?"}}
REPLICA = {"lookup": "replica"}
DOWN = UnavailableError("no answer")


def chain(live: object, *links: object, replica: object = None, **section: object) -> Chain:
    """A chain over these answers."""
    upstreams = {"weather": live, "replica": replica_rows("") if replica is None else replica}
    return Chain({**section, "fallback": list(links)}, upstreams)  # type: ignore[arg-type]


def test_a_healthy_live_read_is_all_there_is() -> None:
    """No other link is asked, nor is the primary, and no row carries a link."""
    healthy = chain(rows("ab"), REPLICA, CONSTANTS)
    found = resolved(healthy, "abc")

    assert (healthy.asked_of, healthy.passes) == (["weather"], 0)
    assert found.serving.clean
    assert found.table.column_names == ["k", "v", "w"]
    assert found.good


def test_the_first_link_that_has_a_key_serves_it() -> None:
    """With live down, keys come from the replica by its own names, the rest from the constants."""
    down = chain(DOWN, REPLICA, CONSTANTS, replica=replica_rows("ab"))
    found = resolved(down, "abz")

    assert joined(down, found, "abz") == [
        (1097.0, "replica a", "replica", "live"),
        (1098.0, "replica b", "replica", "live"),
        (5.0, "?", "constants", "live"),
    ]
    assert (found.live, found.good) == (None, False)


def test_missing_keys_after_too_few_take_the_chain() -> None:
    """Live rows stay; keys that live lacks take the next link, until every key asked for is served."""
    few = chain(
        rows("ab"),
        REPLICA,
        CONSTANTS,
        replica=replica_rows("abc"),
        expect={"min_key_coverage": "90%"},
    )
    found = resolved(few, "abc")

    assert [row[1:3] for row in joined(few, found, "abc")] == [
        ("live a", "live"),
        ("live b", "live"),
        ("replica c", "replica"),
    ]
    assert [one.link for one in found.tried] == ["live", "replica"]
    assert [one.keys for one in found.tried] == [2, 1]
    assert not found.good


def test_enough_keys_leave_the_chain_alone() -> None:
    """A coverage that is just high enough is no outage: 29% of 100 keys are 29."""
    letters = "".join(chr(300 + n) for n in range(100))
    enough = chain(rows(letters[:29]), CONSTANTS, expect={"min_key_coverage": "29%"})
    one_less = chain(rows(letters[:28]), CONSTANTS, expect={"min_key_coverage": "29%"})

    assert resolved(enough, letters).serving.clean
    assert resolved(one_less, letters).serving.links == ("live", "constants")


def test_a_missing_key_alone_is_no_outage() -> None:
    """Without `on_missing_key: fallback` a key that live lacks is a clean null."""
    one = chain(rows("ab"), CONSTANTS, expect={"min_key_coverage": "50%"})

    assert joined(one, resolved(one, "abz"), "z") == [(None, None, "live", "live")]


def test_missing_keys_may_be_declared_to_take_the_chain() -> None:
    """With it they are served by the links, and the live read is still good."""
    filled = chain(rows("ab"), CONSTANTS, on_missing_key="fallback")
    found = resolved(filled, "abz")

    assert joined(filled, found, "z") == [(5.0, "?", "constants", "live")]
    assert found.good


def test_a_missing_key_that_no_link_has_is_clean() -> None:
    """A key that was missing from a healthy live read, and from all links, is no outage either."""
    nowhere = chain(rows("ab"), REPLICA, replica=replica_rows("ab"), on_missing_key="fallback")
    found = resolved(nowhere, "abz")

    assert found.serving.clean
    assert found.tried[-1].problem == "it has nothing of what is missing"


def test_keys_that_nobody_serves_after_an_outage_are_marked() -> None:
    """After a failed live read a key without a row is degraded, by the link `null`."""
    gap = chain(DOWN, REPLICA, replica=replica_rows("a"))
    found = resolved(gap, "az")

    assert joined(gap, found, "az") == [
        (1097.0, "replica a", "replica", "live"),
        (None, None, "null", "live"),
    ]


def test_a_column_of_nulls_takes_the_chain_alone() -> None:
    """The other columns stay live; each null takes the first link that has a value for its key."""
    holes = chain(
        rows("abc", [None, None, 3.0]),
        REPLICA,
        CONSTANTS,
        replica=replica_rows("ac"),
        expect={"max_null_share": {"v": "10%"}},
    )
    found = resolved(holes, "abc")

    assert joined(holes, found, "abcz") == [
        (1097.0, "live a", "live", "replica"),
        (5.0, "live b", "live", "constants"),
        (3.0, "live c", "live", "live"),
        (None, None, "live", "live"),
    ]
    assert not found.good


def test_a_hole_is_not_filled_with_a_hole() -> None:
    """A link that has the key and no value for it leaves the hole to the next link."""
    holes = chain(
        rows("a", [None]),
        REPLICA,
        CONSTANTS,
        replica=replica_rows("a", [None]),
        expect={"max_null_share": {"v": "0%"}},
    )

    assert joined(holes, resolved(holes, "a"), "a") == [(5.0, "live a", "live", "constants")]


def test_nulls_within_their_share_stay() -> None:
    """A null that the file allows is not filled, even when the lookup takes its chain for keys."""
    allowed = chain(
        rows("ab", [None, 2.0]),
        CONSTANTS,
        on_missing_key="fallback",
        expect={"max_null_share": {"v": "50%"}},
    )

    assert joined(allowed, resolved(allowed, "abz"), "az") == [
        (None, "live a", "live", "live"),
        (5.0, "?", "constants", "live"),
    ]


def test_a_replica_with_holes_is_filled_in_its_own_rows() -> None:
    """A replica's column of nulls takes the next link; the live rows' allowed nulls do not."""
    both = chain(
        rows("ab", [None, 2.0]),
        REPLICA,
        CONSTANTS,
        replica=replica_rows("c", [None]),
        expect={"min_key_coverage": "100%"},
    )
    both.replica = {"expect": {"max_null_share": {"t": "0%"}}}

    assert joined(both, resolved(both, "abc"), "ac") == [
        (None, "live a", "live", "live"),
        (5.0, "replica c", "replica", "constants"),
    ]


def test_a_replica_is_held_to_its_own_expectations() -> None:
    """A stand-in with too few of the keys that it has to have is no answer."""
    poor = chain(DOWN, REPLICA, CONSTANTS, replica=replica_rows("a"))
    poor.replica = {"expect": {"min_key_coverage": "60%"}}
    found = resolved(poor, "ab")

    assert found.serving.links == ("live", "constants")
    assert found.tried[1].problem == "too few of the keys asked for: 50%, allowed at least 60%"


def test_a_replica_of_any_name_is_not_the_live_read() -> None:
    """Rows of a stand-in that somebody called `live` are degraded all the same."""
    named = chain(DOWN, {"lookup": "live"})
    named.upstreams = {"weather": DOWN, "live": replica_rows("a")}
    found = resolved(named, "a")

    assert (found.serving.links, found.serving.clean) == (("live", "live"), False)
    assert found.table["_link"].to_pylist() == [1]


def test_nan_is_a_hole() -> None:
    """A column of NaN is as empty as one of nulls."""
    holes = chain(rows("a", [float("nan")]), CONSTANTS, expect={"max_null_share": {"v": "0%"}})

    assert joined(holes, resolved(holes, "a"), "a") == [(5.0, "live a", "live", "constants")]


def test_holes_that_stay_are_a_failure() -> None:
    """When no link fills enough of the nulls, the lookup is unavailable, and its column is named."""
    holes = chain(
        rows("ab", [None, None]),
        REPLICA,
        replica=replica_rows("a"),
        expect={"max_null_share": {"v": "10%"}},
    )
    error = failed(holes, "ab").error

    assert isinstance(error, UnavailableError)
    assert "100% of 'v' is null" in str(error)


def test_too_little_after_the_chain_is_a_failure() -> None:
    """A chain that does not reach the declared coverage ends in the first failure's error."""
    few = chain(rows("a"), REPLICA, replica=replica_rows("b"), expect={"min_key_coverage": "75%"})
    end = failed(few, "abcd")

    assert isinstance(end.error, UnavailableError)
    assert "25% of 4 keys" in end.error.seen
    assert "replica: answered for 1 keys" in end.error.seen


def test_a_fallback_that_raises_hides_nothing() -> None:
    """The error is the live read's; what each link did is in its text; any exception is a failure."""
    broken = chain(
        TemporaryError("circuit breaker open until noon"),
        REPLICA,
        {"last_known_good": {"max_age": "1h"}},
        replica=ZeroDivisionError("a bug"),
    )
    end = failed(broken, "a")

    assert isinstance(end.error, TemporaryError)
    assert end.error.what == "circuit breaker open until noon"
    assert "replica: ZeroDivisionError inside seawall: a bug" in end.error.seen
    assert "last_known_good: no run that read it was published yet" in end.error.seen


def test_attempts_are_told() -> None:
    """A read that failed says how often it was tried, and why in words of its own."""
    failure = Failure("connection refused", transient=True, availability=True)
    error = error_of("lookup weather", Unread(failure, failure, 4, 1.5))
    found = resolved(chain(UnreadError(error, 4), CONSTANTS), "a")

    assert (found.tried[0].attempts, found.tried[0].problem) == (
        4,
        "connection refused: 4 attempts in 1.5 s",
    )


@pytest.mark.parametrize("error", [StorageError("disk full"), InterruptedRunError("stop", 15)])
def test_what_is_no_fault_of_an_upstream_ends_the_run(error: SeawallError) -> None:
    """A full disk and a signal do not take the chain."""
    with pytest.raises(type(error)):
        chain(error, CONSTANTS).walk("a")


def test_several_rows_a_key_fail_as_data() -> None:
    """A fan-out is a failure of the data, which takes the chain and never counts as available."""
    doubled = chain(rows("aab"), CONSTANTS)
    alone = chain(rows("aab"))

    assert resolved(doubled, "ab").serving.links == ("live", "constants")
    assert doubled.present == []
    assert isinstance(failed(alone, "ab").error, DataError)


def test_a_value_that_does_not_survive_its_type_fails_as_data() -> None:
    """A column of another type than declared is a failure of the data."""
    changed = chain(rows("ab"))
    changed.contracts = {"sky": {"dtype": "float64"}}
    error = failed(changed, "ab").error

    assert isinstance(error, DataError)
    assert changed.present == []


def test_an_answer_that_makes_sense_is_told_to_the_breaker() -> None:
    """An upstream that answers too little was there all the same, and was read once."""
    empty = chain(rows(""), CONSTANTS, expect={"min_rows": 1})
    found = resolved(empty, "a")

    assert len(empty.present) == 1
    assert (found.tried[0].problem[:12], found.tried[0].attempts) == ("too few rows", 1)


def test_a_link_of_another_type_is_skipped() -> None:
    """A replica whose column cannot become the live one's type has failed, and the next link answers."""
    text = replica_rows("b").set_column(2, "t", pa.array(["mild"]))
    mixed = chain(rows("a"), REPLICA, CONSTANTS, replica=text, expect={"min_key_coverage": "100%"})
    found = resolved(mixed, "ab")

    assert found.serving.links == ("live", "constants")
    assert "another type" in found.tried[1].problem


def test_unchanged_content_takes_the_chain() -> None:
    """The same bytes as in the last k batches are a failure when a link can answer."""
    stuck = chain(rows("ab"), CONSTANTS, expect={"max_unchanged": 2})
    stuck.earlier = [content("ab")] * 2
    found = resolved(stuck, "ab")

    assert joined(stuck, found, "a") == [(5.0, "?", "constants", "live")]
    assert found.held == ""


def content(keys: str) -> str:
    """The content that an earlier run with these rows noted."""
    live = resolved(chain(rows(keys)), keys).live
    assert live is not None
    return content_of(live)


@pytest.mark.parametrize("links", [[], [{"last_known_good": {"max_age": "1h"}}]])
def test_unchanged_content_is_held_when_nothing_else_answers(links: list[object]) -> None:
    """The live rows are used, and a person has to look."""
    stuck = chain(rows("ab"), *links, expect={"max_unchanged": 2})
    stuck.earlier = [content("ab")] * 3
    found = resolved(stuck, "ab")

    assert found.serving.clean
    assert "byte for byte that of the 2 batches" in found.held
    assert not found.good


@pytest.mark.parametrize("others", [0, 1])
def test_content_that_changed_lately_is_fine(others: int) -> None:
    """Fewer equal batches than declared, or another content among them, are no failure."""
    fine = chain(rows("ab"), CONSTANTS, expect={"max_unchanged": 2})
    fine.earlier = [content("ab"), "other"][: 1 + others]
    found = resolved(fine, "ab")

    assert (found.good, found.unchanged) == (True, 1)


def test_nobody_asks() -> None:
    """When no row has a key, a lookup that is down is not missed if it has a chain."""
    found = resolved(chain(DOWN, REPLICA), "")

    assert (found.table.num_rows, found.serving.clean) == (0, True)


def test_constants_may_be_null() -> None:
    """A constant null is a value that somebody chose: it fills a hole and carries its link."""
    null = {"constants": {"temp": None, "sky": "?"}}
    holes = chain(rows("a", [None]), null, expect={"max_null_share": {"v": "0%"}})

    assert joined(holes, resolved(holes, "a"), "a") == [(None, "live a", "live", "constants")]


def test_the_ages_of_links_are_told() -> None:
    """A link says when its rows are from."""
    dated = chain(rows("a"), CONSTANTS, expect={"max_staleness": "1h"})
    dated.carried = NOW - timedelta(minutes=30)

    assert resolved(dated, "a").tried[0].as_of == NOW - timedelta(minutes=30)


@pytest.mark.parametrize(("hours", "links"), [(1, ("live",)), (3, ("live", "constants"))])
def test_rows_say_themselves_when_they_are_from(hours: int, links: tuple[str, ...]) -> None:
    """The declared column decides, however fresh the file is; it is read, and not joined."""
    from_then = rows("a").append_column("at", pa.array([NOW - timedelta(hours=hours)]))
    dated = chain(from_then, CONSTANTS, expect={"max_staleness": "2h", "as_of_column": "at"})
    dated.carried = NOW
    found = resolved(dated, "a")

    assert found.serving.links == links
    assert found.dated == (NOW - timedelta(hours=1) if hours == 1 else None)
    assert "at" not in found.table.column_names


LETTERS = st.text("abcdefgh", max_size=8).map(lambda text: "".join(sorted(set(text))))
CELLS = st.none() | st.floats(-10, 10)


@given(
    live=st.none() | LETTERS, replica=st.none() | LETTERS, constants=st.booleans(), asked=LETTERS
)
def test_every_key_is_served_by_the_first_link_that_has_it(
    live: str | None, replica: str | None, *, constants: bool, asked: str
) -> None:
    """Whatever each link has: a key's row is the first link's that has it, in the chain's order."""
    links = [REPLICA, *([CONSTANTS] if constants else [])]
    own = chain(
        DOWN if live is None else rows(live),
        *links,
        replica=UnavailableError("down") if replica is None else replica_rows(replica),
        on_missing_key="fallback",
    )
    found = own.walk(asked)
    answers = {
        "live": live or "",
        "replica": replica or "",
        "constants": asked if constants else "",
    }
    first = {key: next((n for n, has in answers.items() if key in has), None) for key in asked}
    if not hasattr(found, "table"):
        assert not live
        assert set(first.values()) == {None}
        return
    nobody = "live" if live else "null"

    assert [row[2] for row in joined(own, found, asked)] == [first[k] or nobody for k in asked]
    assert [(row[1] or "").split()[:1] for row in joined(own, found, asked)] == [
        [] if first[key] is None else ["?" if first[key] == "constants" else first[key]]
        for key in asked
    ]


def test_an_empty_table_is_no_answer() -> None:
    """Nobody has to declare it; `min_rows: 0` says that there may be nothing."""
    fails = chain(rows(""), CONSTANTS)
    allowed = chain(rows(""), CONSTANTS, expect={"min_rows": 0})

    assert resolved(fails, "ab").serving.links == ("live", "constants")
    assert resolved(allowed, "ab").serving.links == ("live",)


def test_what_may_not_be_stale_keeps_its_time() -> None:
    """With `max_staleness` what the carrier says is the time that a snapshot of it is from."""
    judged = chain(rows("a"), CONSTANTS, expect={"max_staleness": "2h"})
    judged.carried = NOW - timedelta(hours=1)
    plain = chain(rows("a"), CONSTANTS)
    plain.carried = NOW - timedelta(hours=1)

    assert resolved(judged, "a").dated == NOW - timedelta(hours=1)
    assert resolved(plain, "a").dated is None


def test_a_read_that_needed_the_snapshot_does_not_replace_it(tmp_path: Path) -> None:
    """Half the keys came from the last known good: the next such night has them still."""
    keys, snapshot = rows("abcd"), {"last_known_good": {"max_age": "1h"}}
    file = tmp_path / "rows.arrow"
    with pa.ipc.new_file(str(file), keys.schema) as writer:
        writer.write_table(keys)
    payload = file.read_bytes()
    digest = hashlib.sha256(payload).hexdigest()
    keep(
        Disk(),
        tmp_path / "weather",
        Snapshot("weather", digest, len(payload), 4, NOW, NOW, "run", "b"),
        file,
    )
    half = chain(rows("ab"), snapshot, on_missing_key="fallback")
    half.snapshots = tmp_path
    whole = chain(rows("abcd"), snapshot, on_missing_key="fallback")
    whole.snapshots = tmp_path
    found = resolved(half, "abcd")

    assert found.serving.links == ("live", "last_known_good")
    assert not found.good
    assert resolved(whole, "abcd").good
