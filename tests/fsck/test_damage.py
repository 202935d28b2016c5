"""What an examination says of a sink that somebody, or a disk, has hurt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from seawall.errors import StorageError
from seawall.fsck import examine, redo_views
from seawall.sinks.files import FilesSink, Holder
from seawall.sinks.files.decisions import Said, decide
from seawall.staging import Workspace
from tests.fsck.test_examine import entry, faults, published, said, third  # noqa: F401 - fixtures
from tests.sinks.conftest import BATCH, draft_of, publish, sink  # noqa: F401 - fixtures

Publish = Callable[..., Any]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def whats(sink: FilesSink) -> list[str]:  # noqa: F811
    """What the faults are."""
    return [one.what for one in faults(sink)]


@pytest.fixture
def held(third: FilesSink) -> Workspace:  # noqa: F811
    """A plan that is held behind version 3, with all that a run leaves of one."""
    with third.claim(BATCH, Holder.here("held-run")) as claim:
        plan = claim.open_plan("p")
        lookup = plan.put_lookup("weather", b"rows", rows=1)
        plan.put_plan({"lookups": [{"name": "weather", "file": asdict(lookup)}]})
        plan.folder.joinpath("shapes.json").write_text(
            '{"columns": {}, "segments": {}, "features": null}'
        )
        part = plan.put_part("000000", b"part", rows=1)
        plan.put_receipt("000000", {"part": asdict(part)})
        plan.put_profile(b"{}")
        chunk = {
            "name": "000000",
            "receipt": asdict(plan.stored("receipts/000000.json")),
            "part": asdict(part),
            "quarantine": None,
        }
        judged = {"run_id": "held-run", "base": 3, "chunks": [chunk]}
        judged["profile"] = asdict(plan.stored("profile.json"))
        plan.put_held(json.dumps(judged).encode())
        plan.put_outcome("held")
    return plan


@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        ("receipts/000000.json", "flip"),
        ("receipts/000000.json", "remove"),
        ("profile.json", "flip"),
        ("profile.json", "remove"),
        ("held.*.json", "flip"),
        ("held.*.json", "remove"),
        ("attempt.json", "cut"),
        ("plan.json", "remove"),
        ("outcome.json", "cut"),
        ("lookups/*", "flip"),
        ("lookups/*", "remove"),
        ("parts/*", "remove"),
        ("shapes.json", "cut"),
    ],
)
def test_what_a_release_needs(
    third: FilesSink,  # noqa: F811
    held: Workspace,
    pattern: str,
    how: str,
) -> None:
    """Whatever is lost of a plan that a person may release is a fault of its plan."""
    whole = said(third)
    (path,) = held.folder.glob(pattern)
    content = bytearray(path.read_bytes())
    content[1] ^= 1
    path.unlink()
    if how != "remove":
        path.write_bytes(content if how == "flip" else content[: len(content) // 2])

    assert whole == []
    assert {one.part for one in faults(third)} == {"plans"}


def test_a_held_plan_that_is_out_of_date(
    third: FilesSink,  # noqa: F811
    held: Workspace,
    publish: Publish,  # noqa: F811
) -> None:
    """Once the batch is published anew nobody releases what was held before: its damage is no fault."""
    (held.folder / "profile.json").unlink()
    publish(4)

    assert whats(third) == []


def test_lost_entries(third: FilesSink) -> None:  # noqa: F811
    """Files of versions that the log does not reach are a fault, and no run gives their numbers again."""
    for version in (2, 3):
        entry(third, version).unlink()

    assert "the log has lost commits" in whats(third)
    with pytest.raises(StorageError, match="the log has lost commits"):
        third.claim(BATCH, Holder.here("r")).__enter__()


def test_lost_log(third: FilesSink) -> None:  # noqa: F811
    """A batch that readers see, and whose log is gone, is not published again from version 1 on."""
    shutil.rmtree(third.layout.state / "log")

    assert "the log has lost commits" in whats(third)
    with pytest.raises(StorageError, match="the log has lost commits"):
        third.newest(BATCH)


def ended(sink: FilesSink, run_id: str) -> None:  # noqa: F811
    """The run has a plan that ended with its commit."""
    with sink.claim(BATCH, Holder.here(run_id)) as claim:
        plan = claim.open_plan(f"of-{run_id}")
        plan.put_plan({})
        plan.put_outcome("committed")


def test_last_entry_lost(third: FilesSink) -> None:  # noqa: F811
    """A plan that ended with a commit tells of the one entry that is missing at the log's end."""
    ended(third, "run-3")
    whole = said(third)
    entry(third, 3).unlink()

    assert whole == []
    assert "the log has lost commits" in whats(third)


def test_lost_rollback(third: FilesSink) -> None:  # noqa: F811
    """A rollback that the log has lost is a fault, and readers keep what it has brought back."""
    ended(third, "run-3")
    third.rollback(BATCH, to=2, reason="wrong", by="ann", run_id="back")
    entry(third, 4).unlink()
    view = third.layout.shown(BATCH) / "predictions.parquet"
    left = redo_views(third, examine(third))

    assert [one.what for one in left] == ["readers see an earlier version than they saw before"]
    assert view.samefile(published(third, 2))


def test_foreign_names(third: FilesSink) -> None:  # noqa: F811
    """What somebody else has put into the sink's folders is noted as such, and never collected."""
    layout = third.layout
    mine = [
        layout.plans(BATCH) / "mine" / "notes.txt",
        layout.data(BATCH) / "notes.txt",
        layout.data(BATCH) / "mine.tmp",
        layout.state / "todo.txt",
        layout.state / "stuff" / "x",
    ]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    found = examine(third)
    third.collect_garbage(datetime(2100, 1, 1, tzinfo=UTC), Holder.here("gc"))
    with third.claim(BATCH, Holder.here("r")) as claim:
        claim.sweep_plans()
        claim.open_plan("p")

    assert [one.severity for one in found] == ["note"] * 4
    assert all("away" in one.todo for one in found)
    assert all(path.exists() for path in mine)


def test_a_lock_that_is_a_folder(third: FilesSink) -> None:  # noqa: F811
    """A lock that cannot be opened is a fault with something to do, and the rest is looked at."""
    lock = third.layout.lock(BATCH)
    lock.unlink()
    lock.mkdir()
    published(third, 3).write_bytes(b"hurt")
    found = faults(third)

    assert sorted(one.part for one in found) == ["data", "locks"]
    assert all(one.todo for one in found)


def test_one_torn_entry_is_of_one_batch(third: FilesSink) -> None:  # noqa: F811
    """A torn entry is one fault, whatever other batches there are with profiles."""
    for batch in ("a", "b", BATCH):
        third.layout.profiles(batch).mkdir(parents=True)
        with third.claim(batch, Holder.here(batch)) as claim:
            claim.commit(draft_of(claim, 9, 10))
            claim.refresh_view()
    entry(third, 4).write_bytes(b"torn")

    assert [(one.part, one.batch) for one in faults(third)] == [("log", BATCH)]


def test_a_view_that_is_a_folder(third: FilesSink) -> None:  # noqa: F811
    """A folder in the place of the view is a fault of the view, and a refresh says what to do."""
    view = third.layout.shown(BATCH) / "predictions.parquet"
    view.unlink()
    view.mkdir()

    assert [(one.part, one.what) for one in faults(third)] == [
        ("view", "a folder stands where readers look for the file")
    ]
    with pytest.raises(StorageError, match="move it away"):
        third.refresh_view(BATCH)


def test_a_restored_copy(third: FilesSink) -> None:  # noqa: F811
    """Where a restore has made two files of one, readers see the newest version all the same."""
    view = third.layout.shown(BATCH) / "predictions.parquet"
    content = view.read_bytes()
    view.unlink()
    view.write_bytes(content)
    third.verify_view(BATCH)
    found = redo_views(third, examine(third))

    assert [one.what for one in found] == ["readers see a copy of the newest version"]


def test_a_profile_without_a_decision(third: FilesSink) -> None:  # noqa: F811
    """A profile whose decision is gone is noted, by its name."""
    third.layout.decisions.mkdir()
    (third.layout.decisions / "20260101T000000000000.exclude.b.r.ab.profile").write_bytes(b"{}")

    assert [one[:2] for one in said(third)] == [("note", "decisions")]


def test_every_byte_of_a_decision_counts(third: FilesSink) -> None:  # noqa: F811
    """A decision with another reason than was written is a fault of the decision."""
    with third.claim(BATCH, Holder.here("run-9")) as claim:
        own = draft_of(claim, 9, 10)
        claim.commit(replace(own, profile=claim.keep_profile(b"{}")))
        claim.refresh_view()
    decide(
        third.disk,
        third.layout,
        batch=BATCH,
        run_id="run-9",
        said=Said("exclude", "strike", "ann", NOW),
    )
    whole = whats(third)
    (path,) = third.layout.decisions.glob("*.json")
    path.write_bytes(path.read_bytes().replace(b"strike", b"strikf"))

    assert whole == []
    assert whats(third) == ["a decision is not as it was written"]


def test_the_profile_of_an_earlier_version(third: FilesSink) -> None:  # noqa: F811
    """The live version's profile is needed; that of one that was replaced is a note."""
    for value in (8, 9):
        with third.claim(BATCH, Holder.here(f"run-{value}")) as claim:
            own = draft_of(claim, value, 10)
            claim.commit(replace(own, profile=claim.keep_profile(b"{}")))
            claim.refresh_view()
    for path in third.layout.profiles(BATCH).iterdir():
        path.unlink()
    found = [(one.severity, one.what) for one in examine(third) if one.part == "profiles"]

    assert found == [
        ("note", "the profile of version 4 is missing or damaged"),
        ("fault", "the profile of version 5 is missing or damaged"),
    ]
