"""A release of what is damaged or was never held says which, in the state's own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, Command
from tests.end_to_end.test_release import (  # noqa: F401 - fixtures
    ABOUT,
    WORD,
    held,
    held_plan,
    held_template,
    versions,
)

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("torn", [True, False])
@pytest.mark.parametrize("name", ["plan.json", "attempt.json", "outcome.json"])
def test_a_damaged_record_is_named(held: Path, seawall: Command, name: str, *, torn: bool) -> None:  # noqa: F811
    """A torn or a missing record of a held plan is refused with its path, and nothing is published."""
    record = held_plan(held) / name
    whole = record.read_text()
    record.unlink()
    if torn:
        record.write_text(whole[: len(whole) // 2])
    done = seawall(held, *WORD)

    assert (done.returncode, "Traceback" in done.stderr) == (74, False), done.stderr
    assert str(record) in done.stderr
    assert f"run the batch again: seawall run {held}/pipeline.yaml --batch {BATCH}" in done.stderr
    assert versions(held) == 1


def test_a_run_that_failed_at_once_is_called_failed(published: Path, seawall: Command) -> None:
    """A run without a plan is refused with how it ended, not with parts that are garbage."""
    (published / f"data/{BATCH}.parquet").unlink()
    failed = seawall(published, "run", "pipeline.yaml", "--batch", BATCH, "--json")
    done = seawall(
        published, "release", json.loads(failed.stdout)["run_id"], "--reason", "it is right"
    )

    assert (failed.returncode, done.returncode) == (69, 2), done.stderr
    assert "it failed, so there is nothing that was judged" in done.stderr


def test_a_run_that_found_its_batch_published_is_told_so(published: Path, seawall: Command) -> None:
    """A run that made nothing, since its batch was published, is refused with that."""
    found = seawall(published, "run", "pipeline.yaml", "--batch", BATCH, "--json")
    done = seawall(
        published, "release", json.loads(found.stdout)["run_id"], "--reason", "it is right"
    )

    assert (done.returncode, "its batch was published already" in done.stderr) == (2, True)


def test_no_run_is_held_where_the_file_publishes(published: Path, seawall: Command) -> None:
    """`last` without a held run, and a run without a name, are refused as what they are."""
    last = seawall(published, *WORD, *ABOUT)
    nameless = seawall(published, "release", "", "--reason", "it is right")

    assert (last.returncode, "no run is held" in last.stderr) == (2, True), last.stderr
    assert (nameless.returncode, "an empty name of a run" in nameless.stderr) == (2, True)


def test_a_held_run_outlives_its_ledger(held: Path, seawall: Command) -> None:  # noqa: F811
    """A rebuilt ledger has a held run's rows, findings and base; a release knows when the run began."""
    before = json.loads(seawall(held, "explain", "--json").stdout)
    (held / ".seawall/ledger.db").unlink()
    seawall(held, "fsck", "pipeline.yaml", "--rebuild")
    after = json.loads(seawall(held, "explain", "--json").stdout)
    (held / ".seawall/ledger.db").unlink()
    seawall(held, *WORD, *ABOUT)
    released = json.loads(seawall(held, "explain", "--json").stdout)

    for name in ("state", "version", "account"):
        assert after["run"][name] == before["run"][name]
    assert after["findings"] == before["findings"]
    assert released["run"]["started_at"] == after["run"]["started_at"]
