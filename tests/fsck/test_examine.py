"""What an examination says of a sink, whole and hurt."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seawall.fsck import Problem, examine
from seawall.sinks.files import Claim, Draft, FilesSink, Holder
from tests.sinks.conftest import BATCH, draft, publish, sink  # noqa: F401 - fixtures

Publish = Callable[..., Any]


def said(sink: FilesSink) -> list[tuple[str, str, str]]:  # noqa: F811
    """Severity, part and what of every problem."""
    return [(one.severity, one.part, one.what) for one in examine(sink)]


def faults(sink: FilesSink) -> list[Problem]:  # noqa: F811
    """The faults alone."""
    return [one for one in examine(sink) if one.severity == "fault"]


@pytest.fixture
def third(sink: FilesSink, publish: Publish) -> FilesSink:  # noqa: F811
    """A sink with three versions, of which two are kept."""
    for value in (1, 2, 3):
        publish(value)
    return sink


def entry(sink: FilesSink, version: int) -> Path:  # noqa: F811
    """The file of a log entry, ready to be changed."""
    return sink.layout.log(BATCH) / f"{version:08d}.json"


def published(sink: FilesSink, version: int) -> Path:  # noqa: F811
    """The file of a version, ready to be changed."""
    (path,) = sink.layout.data(BATCH).glob(f"{version:08d}.*")
    path.chmod(0o644)
    return path


def test_nothing_is_wrong(third: FilesSink) -> None:
    """Of a whole sink nothing is said, and nothing of an empty one."""
    assert said(third) == []
    assert said(replace(third, folder=third.folder / "other")) == []


def test_gap(third: FilesSink) -> None:
    """A missing entry is a fault, named."""
    entry(third, 2).unlink()
    (fault,) = faults(third)

    assert (fault.part, fault.what, fault.where) == (
        "log",
        "the log has a gap",
        str(entry(third, 2)),
    )


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"base": 7}, "base 7"),
        ({"file": {"path": "data/other/00000002.parquet-ab"}}, "data/other"),
        ({"account": {"read": 11}}, "read 11"),
        ({"to_version": 1}, "a publish to version 1"),
        ({"kind": "rollback", "to_version": 1}, "a rollback to version 1"),
        ({"kind": "replay"}, "a replay that is added to nothing"),
        ({"kind": "replay", "added_to": 2}, "rows added to version 2"),
        ({"commit_id": "commit-1"}, "stands twice"),
        ({"file": {"path": "../../../etc/passwd"}}, "etc/passwd"),
        ({"version": 9}, "version 9"),
        ({"fingerprint": 3}, "Input should be"),
    ],
)
def test_entries_that_say_what_cannot_be(
    third: FilesSink, changes: dict[str, Any], seen: str
) -> None:
    """A changed entry is a fault of the log that says what stands there."""
    path = entry(third, 2)
    document = json.loads(path.read_bytes())
    for name, value in changes.items():
        document[name] = document[name] | value if isinstance(value, dict) else value
    path.write_text(json.dumps(document))
    found = [one for one in faults(third) if one.part == "log"]

    assert found
    assert any(seen in one.seen for one in found)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("how", ["flip", "cut", "remove"])
def test_files_of_kept_versions(third: FilesSink, version: int, how: str) -> None:
    """A kept version's file that differs, or is gone, is a fault that names the version."""
    path = published(third, version)
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    if how == "remove":
        path.unlink()
    else:
        path.write_bytes(content if how == "flip" else content[:-1])
    found = [one for one in faults(third) if one.part == "data"]

    assert [one.what for one in found] == [f"the file of version {version} is missing or damaged"]


def test_a_version_that_is_not_kept_may_be_gone(third: FilesSink) -> None:
    """Of three versions with two kept the first may be gone."""
    published(third, 1).unlink()

    assert said(third) == []


def test_rows_of_the_footer(
    sink: FilesSink,  # noqa: F811
    draft: Callable[[Claim, int, int], Draft],  # noqa: F811
) -> None:
    """A file with another number of rows than its entry says is a fault, though its bytes are right."""
    with sink.claim(BATCH, Holder.here("r")) as claim:
        own = draft(claim, 1, 10)
        file, account = replace(own.file, rows=11), replace(own.account, read=11, published=11)
        claim.commit(replace(own, file=file, account=account))
        claim.refresh_view()

    assert [one.seen for one in faults(sink)] == ["10 rows in its footer"]


def test_view_behind_is_a_note(third: FilesSink) -> None:
    """A view of an earlier version is what a crash leaves; one without a file, too."""
    view = third.layout.shown(BATCH) / "predictions.parquet"
    view.unlink()
    gone = said(third)
    os.link(published(third, 2), view)

    assert gone == [("note", "view", "readers do not see the newest version yet")]
    assert said(third) == gone


def test_foreign_view_is_a_fault(third: FilesSink) -> None:
    """A view with rows that nobody committed is a fault, and so is a file beside it or a batch alone."""
    folder = third.layout.shown(BATCH)
    (folder / "predictions.parquet").unlink()
    (folder / "predictions.parquet").write_bytes(b"mine")
    (folder / "more.parquet").write_bytes(b"mine")
    (third.folder / "batch=other").mkdir()

    assert [one.what for one in faults(third)] == [
        "readers see a file that was never committed",
        "a file that no run wrote stands beside the data",
        "readers see a batch that was never committed",
    ]


def test_stepping_stones_are_no_fault(
    sink: FilesSink,  # noqa: F811
    publish: Publish,  # noqa: F811
) -> None:
    """A view on its way from one version to the next is a note."""
    from seawall.sinks.files.handover import first_stone

    publish(1)
    view = sink.layout.shown(BATCH) / "predictions.parquet"
    publish(2, 2000)
    first_stone(sink.disk, published(sink, 1), published(sink, 2), view.with_name("stone"))
    view.with_name("stone").rename(view)

    assert said(sink) == [("note", "view", "readers do not see the newest version yet")]


def test_orphans_are_notes(third: FilesSink) -> None:
    """A file that no entry names, and temporary names, are notes."""
    (third.layout.data(BATCH) / "00000004.parquet-ab").write_bytes(b"orphan")
    third.layout.scratch(BATCH).mkdir(exist_ok=True, parents=True)
    third.layout.temporary(BATCH).write_bytes(b"left")

    assert [one[:2] for one in said(third)] == [("note", "data"), ("note", "data")]


@pytest.mark.parametrize("outcome", [None, "held"])
def test_damaged_parts(third: FilesSink, outcome: str | None) -> None:
    """A staged part that differs from its receipt is a fault where somebody may go on from it."""
    with third.claim(BATCH, Holder.here("r")) as claim:
        plan = claim.open_plan("p")
        plan.put_plan({"lookups": []})
        part = plan.put_part("000000", b"rows", rows=1)
        stored = {"path": part.path, "sha256": part.sha256, "bytes": 4, "rows": 1}
        plan.put_receipt("000000", {"part": stored})
        if outcome:
            plan.put_outcome(outcome)
    whole = said(third)
    plan.path(part).write_bytes(b"rowz")

    assert whole == []
    assert [one.what for one in faults(third)] == [
        "what chunk 000000 has stored is missing or damaged"
    ]


def test_a_batch_at_work(third: FilesSink) -> None:
    """What is in motion is no fault while somebody works on the batch; a damaged version is one."""
    with third.claim(BATCH, Holder.here("run-9")) as claim:
        claim.open_plan("p")
        third.layout.temporary(BATCH).parent.mkdir(parents=True, exist_ok=True)
        third.layout.temporary(BATCH).write_bytes(b"in motion")
        (third.layout.data(BATCH) / "00000004.parquet-ab").write_bytes(b"in motion")
        busy = examine(third)
        published(third, 3).write_bytes(b"hurt")
        hurt = faults(third)

    assert [(one.severity, one.part) for one in busy] == [("note", "locks")]
    assert "run run-9" in busy[0].seen
    assert [one.part for one in hurt] == ["data"]
