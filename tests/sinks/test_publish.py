"""Publishing, the log, the view, going back and garbage, in one process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from seawall.contracts import LogEntry
from seawall.errors import StorageError, TemporaryError, UsageError
from seawall.sinks.files import Claim, Draft, FilesSink, Holder, rolled_back_fingerprints

BATCH = "2013-07-01"
ME = Holder.here("run-x")
Publish = Callable[..., LogEntry]
MakeDraft = Callable[[Claim, int, int], Draft]


def values(sink: FilesSink) -> set[int]:
    """What a reader of the folder sees in column v."""
    return set(pd.read_parquet(sink.folder)["v"])


def test_first_publish_is_version_1(sink: FilesSink, publish: Publish) -> None:
    """A batch's first commit is version 1 on base 0, and readers see its rows."""
    entry = publish(7)

    assert (entry.version, entry.base, values(sink)) == (1, 0, {7})


def test_republish_replaces(sink: FilesSink, publish: Publish) -> None:
    """A second publish is version 2, and readers see nothing of the first."""
    publish(7)
    entry = publish(8, 20)

    assert (entry.version, entry.base, values(sink)) == (2, 1, {8})


def test_only_the_file_is_in_the_published_folder(sink: FilesSink, publish: Publish) -> None:
    """However often a batch is published, one file stands in the folder, and nothing else."""
    publish(7)
    publish(8)
    files = [p.relative_to(sink.folder).as_posix() for p in sink.folder.rglob("*")]

    assert sorted(files) == [f"batch={BATCH}", f"batch={BATCH}/predictions.parquet"]


def test_no_temporary_name_is_left(sink: FilesSink, publish: Publish) -> None:
    """After two publishes no temporary file stands anywhere in the state folder."""
    sink.preflight()
    publish(7)
    publish(8)
    state = sink.layout.state
    left = [p for p in state.rglob("*") if p.name.endswith(".tmp") or p.parent.parent.name == "tmp"]

    assert left == []
    assert list((state / "tmp").iterdir()) == [state / "tmp" / BATCH]


def test_view_is_immutable_and_follows_the_umask(sink: FilesSink, publish: Publish) -> None:
    """Published data has mode 0444 without the bits of the umask."""
    before = os.umask(0o027)
    try:
        entry = publish(7)
    finally:
        os.umask(before)

    assert sink.layout.view(entry).stat().st_mode & 0o777 == 0o440


def test_log_entry_survives_the_round_trip(sink: FilesSink, publish: Publish) -> None:
    """What a commit returns is what the log says, to the last field."""
    entry = publish(7)

    assert sink.newest(BATCH) == entry
    assert sink.entries(BATCH) == [entry]


@pytest.mark.parametrize("damage", [b"", b'{"version": 1', b"{}"])
def test_torn_log_entry_is_an_error(sink: FilesSink, publish: Publish, damage: bytes) -> None:
    """A torn log entry is never skipped: the error names its file."""
    publish(7)
    path = sink.layout.log(BATCH) / "00000001.json"
    path.write_bytes(damage)

    with pytest.raises(StorageError, match=r"00000001\.json"):
        sink.newest(BATCH)


def test_log_with_a_gap_is_an_error(sink: FilesSink, publish: Publish) -> None:
    """A log entry that is gone is never skipped."""
    publish(7)
    publish(8)
    (sink.layout.log(BATCH) / "00000001.json").unlink()

    with pytest.raises(StorageError, match="gap"):
        sink.entries(BATCH)


def test_commit_on_a_stale_base_is_refused(
    sink: FilesSink, publish: Publish, draft: MakeDraft
) -> None:
    """With the lock taken away, who commits second is told who won, and readers keep the winner."""
    with sink.claim(BATCH, ME) as first:
        made = draft(first, 1, 10)
        sink.layout.lock(BATCH).unlink()
        publish(2)
        with pytest.raises(TemporaryError, match="run run-2 committed version 1"):
            first.commit(made)

    assert values(sink) == {2}


def test_own_commit_is_recognised(sink: FilesSink, draft: MakeDraft) -> None:
    """Whoever commits the same commit id twice gets the entry that stands."""
    with sink.claim(BATCH, ME) as claim:
        made = draft(claim, 1, 10)
        first, second = claim.commit(made), claim.commit(made)

    assert first == second
    assert sink.entries(BATCH) == [first]


def test_view_is_redone(sink: FilesSink, publish: Publish, draft: MakeDraft) -> None:
    """A commit whose view was never refreshed is shown by the next refresh."""
    publish(1)
    with sink.claim(BATCH, ME) as claim:
        claim.commit(draft(claim, 2, 10))
    assert values(sink) == {1}
    sink.refresh_view(BATCH)

    assert values(sink) == {2}


def test_refreshing_a_fresh_view_changes_nothing(sink: FilesSink, publish: Publish) -> None:
    """A view that is right keeps its inode and leaves no second name."""
    entry = publish(1)
    before = sink.layout.view(entry).stat()
    sink.refresh_view(BATCH)

    assert sink.layout.view(entry).stat() == before


def test_another_format_leaves_no_old_file(
    sink: FilesSink, publish: Publish, draft: MakeDraft
) -> None:
    """When the format changes, the file under the old extension goes."""
    publish(1)
    with replace(sink, format="csv").claim(BATCH, ME) as claim:
        claim.commit(draft(claim, 2, 10))
        claim.refresh_view()

    assert [p.name for p in sink.layout.shown(BATCH).iterdir()] == ["predictions.csv"]


def test_rollback_across_formats_restores_the_extension(
    sink: FilesSink, publish: Publish, draft: MakeDraft
) -> None:
    """Going back from CSV to Parquet brings back a .parquet file."""
    publish(1)
    with replace(sink, format="csv").claim(BATCH, ME) as claim:
        claim.commit(draft(claim, 2, 10))
        claim.refresh_view()
    sink.rollback(BATCH, reason="r", by="b", run_id="r-3")

    assert values(sink) == {1}


def test_verify_finds_a_changed_byte(sink: FilesSink, publish: Publish) -> None:
    """A published file with one changed byte is an error that names it."""
    entry = publish(1)
    sink.verify_view(BATCH)
    path = sink.layout.published(entry)
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)

    with pytest.raises(StorageError, match=path.name):
        sink.verify_view(BATCH)


def test_verify_finds_a_foreign_view(sink: FilesSink, publish: Publish) -> None:
    """A file that somebody else put in the view's place is an error."""
    entry = publish(1)
    view = sink.layout.view(entry)
    view.unlink()
    view.write_bytes(b"mine")

    with pytest.raises(StorageError, match="committed last"):
        sink.verify_view(BATCH)


def test_rollback_brings_back_the_version_before(sink: FilesSink, publish: Publish) -> None:
    """By default the rows that were live before are live again, as a new log entry with a reason."""
    first = publish(1)
    publish(2)
    entry = sink.rollback(BATCH, reason="wrong", by="ann", run_id="run-3")

    assert (entry.version, entry.kind, entry.to_version, entry.file) == (
        3,
        "rollback",
        1,
        first.file,
    )
    assert (entry.reason, entry.by, values(sink)) == ("wrong", "ann", {1})


def test_rollback_follows_rollbacks(sink: FilesSink, publish: Publish) -> None:
    """A second rollback goes further back, never forward to what was rolled back."""
    for value in (1, 2, 3):
        publish(value)
    sink.rollback(BATCH, reason="r", by="b", run_id="a")
    entry = sink.rollback(BATCH, reason="r", by="b", run_id="b")

    assert (entry.version, entry.to_version, values(sink)) == (5, 1, {1})


def test_rollback_after_a_publish_on_a_rollback(sink: FilesSink, publish: Publish) -> None:
    """What was live before a publish is what a rollback had brought back."""
    publish(1)
    publish(2)
    sink.rollback(BATCH, reason="r", by="b", run_id="a")
    publish(4)
    entry = sink.rollback(BATCH, reason="r", by="b", run_id="b")

    assert entry.to_version == 1


@pytest.mark.parametrize(
    ("to", "message"), [(2, "live already"), (9, "no version 9"), (None, None)]
)
def test_rollback_to_a_version(
    sink: FilesSink, publish: Publish, to: int | None, message: str | None
) -> None:
    """Going back to what is live, or to what never was, is a usage error."""
    publish(1)
    publish(2)
    if message is None:
        sink.rollback(BATCH, to=1, reason="r", by="b", run_id="a")
        message, to = "no earlier version", None

    with pytest.raises(UsageError, match=message):
        sink.rollback(BATCH, to=to, reason="r", by="b", run_id="b")


def test_rollback_to_a_collected_version_says_what_is_left(
    sink: FilesSink, publish: Publish
) -> None:
    """Going back to a file that is gone names the versions that are there, and commits nothing."""
    first = publish(1)
    publish(2)
    publish(3)
    sink.layout.published(first).unlink()

    with pytest.raises(StorageError, match="are whole: 2, 3"):
        sink.rollback(BATCH, to=1, reason="r", by="b", run_id="a")
    assert len(sink.entries(BATCH)) == 3


def test_rolled_back_fingerprint_is_refused_until_released(
    sink: FilesSink, publish: Publish
) -> None:
    """A rolled-back fingerprint is listed until the same one is published again."""
    publish(1)
    publish(2)
    sink.rollback(BATCH, reason="r", by="b", run_id="a")
    listed = rolled_back_fingerprints(sink.entries(BATCH))
    publish(2)

    assert listed == [{"input": "2"}]
    assert rolled_back_fingerprints(sink.entries(BATCH)) == []


NOW = datetime(2026, 6, 30, tzinfo=UTC)
OLD = NOW - timedelta(days=8)


def kept(sink: FilesSink) -> set[int]:
    """The versions whose files are there."""
    return {int(p.name[:8]) for p in sink.layout.data(BATCH).iterdir()}


def test_garbage_keeps_the_newest_versions(sink: FilesSink, publish: Publish) -> None:
    """Of four old versions the two newest stay."""
    for value in (1, 2, 3, 4):
        publish(value, at=OLD)
    sink.collect_garbage(NOW, ME)

    assert kept(sink) == {3, 4}


def test_garbage_younger_than_a_week_stays(sink: FilesSink, publish: Publish) -> None:
    """The log's time decides: a version committed six days ago stays, whatever its number."""
    for value, days in ((1, 9), (2, 6), (3, 5), (4, 4)):
        publish(value, at=NOW - timedelta(days=days))
    sink.collect_garbage(NOW, ME)

    assert kept(sink) == {2, 3, 4}


def test_garbage_never_takes_the_live_version(sink: FilesSink, publish: Publish) -> None:
    """A version that a rollback brought back stays, however old."""
    for value in (1, 2, 3, 4):
        publish(value, at=OLD)
    replace(sink, clock=lambda: OLD).rollback(BATCH, to=1, reason="r", by="b", run_id="a")
    sink.collect_garbage(NOW, ME)

    assert kept(sink) == {1, 3, 4}
    assert values(sink) == {1}


def test_garbage_spares_a_file_of_an_unknown_commit(
    sink: FilesSink, publish: Publish, draft: MakeDraft
) -> None:
    """A complete file above every old entry stays: nobody knows whether its commit landed."""
    publish(1, at=OLD)
    with sink.claim(BATCH, ME) as claim:
        draft(claim, 2, 10)
    sink.collect_garbage(NOW, ME)

    assert kept(sink) == {1, 2}


def test_garbage_of_a_locked_batch_stays(sink: FilesSink, publish: Publish) -> None:
    """Nothing is collected of a batch that somebody works on."""
    for value in (1, 2, 3, 4):
        publish(value, at=OLD)
    with sink.claim(BATCH, ME):
        removed = sink.collect_garbage(NOW, ME)

    assert removed == []
    assert kept(sink) == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("ended", "opened", "stays"),
    [
        (None, NOW - timedelta(days=6), True),
        (None, OLD, False),
        (OLD, OLD, False),
        (NOW, OLD, True),
    ],
)
def test_garbage_of_plans(
    sink: FilesSink, *, ended: datetime | None, opened: datetime, stays: bool
) -> None:
    """A plan goes seven days after its outcome; without one, seven days after its last attempt."""
    with sink.claim(BATCH, replace(ME, started_at=opened)) as claim:
        plan = claim.open_plan("p")
        plan.put_plan({})
        if ended is not None:
            plan.put_outcome("held", at=ended)
    sink.collect_garbage(NOW, ME)

    assert plan.folder.exists() is stays


def test_plans_are_the_interrupted_ones_newest_first(sink: FilesSink) -> None:
    """A plan with an outcome, and one whose plan.json was never written, are not offered."""
    with sink.claim(BATCH, ME) as claim:
        for name in ("a", "b", "c", "d"):
            plan = claim.open_plan(name)
            if name != "d":
                plan.put_plan({"name": name})
            if name == "b":
                plan.put_outcome("failed")

        assert [plan.plan_id for plan in claim.plans()] == ["c", "a"]


def test_reopened_plan_is_the_same_folder(sink: FilesSink) -> None:
    """Opening a plan again gives its folder, with another token."""
    with sink.claim(BATCH, ME) as claim:
        first, second = claim.open_plan("a"), claim.open_plan("a")

    assert first.folder == second.folder
    assert first.token != second.token
    assert sink.find_plan("a") is not None


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """A file where the published folder belongs is refused before anything is computed."""
    (tmp_path / "out").write_text("mine")

    with pytest.raises(StorageError, match="a file stands where a folder is needed"):
        FilesSink(tmp_path / "out" / "predictions").preflight()
    assert (tmp_path / "out").read_text() == "mine"


def test_preflight_shows_readers_nothing(sink: FilesSink) -> None:
    """The probes leave nothing in the published folder and nothing in the state folder's scratch."""
    sink.preflight()

    assert list(sink.folder.iterdir()) == []
    assert list((sink.layout.state / "tmp").iterdir()) == []
