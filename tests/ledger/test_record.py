"""What a recorder writes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from seawall.contracts import Account, Finding
from seawall.events import AlertFailed, ChunkFailed, ChunkRetried, VersionPublished
from seawall.ledger import Ledger, Recorder, run, tables


def test_a_run_is_found_as_it_ended(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """The run's row holds how it began, what was planned and how it ended."""
    record(story())

    row = run(ledger, "last").run

    assert (row.state, row.exit, row.version, row.seconds) == ("published", 0, 3, 4.5)
    assert (row.plan_id, row.chunks, row.workers) == ("p1", 2, 2)
    assert row.account == Account(200, 194, 2, 4)


def test_reasons_are_added_up_over_chunks(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """Filtered and quarantined rows are known by reason, over all chunks."""
    record(story())

    detail = run(ledger, "last")

    assert detail.filtered_by == {"departed": 4}
    assert detail.quarantined_by == {"departs_in_batch": 2}


def test_stages_keep_their_order_and_are_added_up(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """Stages are listed in the order in which they ran; counts have a total and extremes don't."""
    record(story())

    stages = run(ledger, "last").stages

    assert [s.stage for s in stages] == [
        "ingest",
        "validate",
        "featurize",
        "predict",
        "check output",
    ]
    assert (stages[0].chunks, stages[0].rows_in, stages[0].seconds) == (2, 200, 0.5)
    nulls, highest = stages[0].seen["nulls"], stages[0].seen["p_max"]
    assert (nulls.lowest, nulls.highest, nulls.total) == (1, 2, 3)
    assert (highest.highest, highest.total) == (0.5, None)


def test_stages_wait_for_their_chunk(ledger: Ledger, story: Any) -> None:
    """Stage rows are written with their chunk, not one by one."""
    recorder, one = Recorder(ledger, warn=print), story()
    counted = select(func.count()).select_from(tables.stages)
    for event in (one.started(), *one.stages("000000")):
        recorder.emit(event)
    with ledger.reading() as connection:
        before = connection.execute(counted).scalar()

    recorder.emit(one.chunk("000000"))

    with ledger.reading() as connection:
        assert (before, connection.execute(counted).scalar()) == (0, 5)


def test_findings_profile_and_lookups_are_kept(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """What the gate found, what columns looked like and what lookups gave are there afterwards."""
    record(story())

    detail = run(ledger, "last")

    assert [(f.check, f.severity, f.column) for f in detail.findings] == [("rows", "ok", None)]
    assert detail.columns == {"p_late": {"nulls": 0, "mean": 0.25}}
    assert [(look.lookup, look.rows) for look in detail.lookups] == [("weather", 72)]


def test_the_numbers_behind_a_finding_are_kept(ledger: Ledger, story: Any) -> None:
    """Every severity has room, and a figure that is no number is text."""
    figures = {"distance": 0.25, "rows": 7, "p": float("nan"), "rule": "with history", "none": None}
    findings = tuple(
        Finding("drift", severity, "x", "", "", "", figures)
        for severity in ("insufficient", "uncalibrated")
    )
    recorder, one = Recorder(ledger, warn=print), story()
    for event in (one.started(), replace(one.ended(), findings=findings)):
        recorder.emit(event)
    kept = run(ledger, "last").findings

    assert [finding.severity for finding in kept] == ["insufficient", "uncalibrated"]
    assert kept[0].figures == {**figures, "p": "nan"}


def test_values_that_are_no_numbers_are_kept_as_text(ledger: Ledger, story: Any) -> None:
    """NaN and infinity survive as text: JSON has neither."""
    recorder, one = Recorder(ledger, warn=print), story()
    for event in (one.started(), *one.stages("000000", mean=float("nan")), one.chunk("000000")):
        recorder.emit(event)

    assert run(ledger, "last").stages[0].seen["mean"].lowest == "nan"


def test_what_has_no_table_is_noted(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A retry and a failed alert are notes, even after the run's end."""
    one = story()
    record(one)
    recorder = Recorder(ledger, warn=print)
    recorder.emit(ChunkRetried(run_id=one.run_id, at=one.at, chunk="000001", reason="SIGKILL"))
    recorder.emit(
        AlertFailed(run_id=one.run_id, at=one.at, address="webhook 1", message="HTTP 500")
    )

    notes = run(ledger, "last").notes

    assert [note.event for note in notes] == ["chunk retried", "alert failed"]
    assert notes[0].fields == {"chunk": "000001", "reason": "SIGKILL"}


def test_a_failed_chunk_keeps_its_message(ledger: Ledger, story: Any) -> None:
    """A chunk that failed is there with the error."""
    recorder, one = Recorder(ledger, warn=print), story()
    recorder.emit(one.started())
    failed = ChunkFailed(
        run_id=one.run_id, at=one.at, chunk="000001", error="SoftwareError", message="boom"
    )
    recorder.emit(failed)

    chunk = run(ledger, "last").chunks[0]

    assert (chunk.state, chunk.message) == ("failed", "SoftwareError: boom")


def test_a_published_version_is_known_before_the_end(ledger: Ledger, story: Any) -> None:
    """A run that dies between its commit and its end has its version in the ledger."""
    recorder, one = Recorder(ledger, warn=print), story()
    recorder.emit(one.started())
    recorder.emit(
        VersionPublished(run_id=one.run_id, at=one.at, version=7, path="out", account=Account(5, 5))
    )

    row = run(ledger, "last").run

    assert (row.state, row.version, row.account.published) == ("running", 7, 5)


def test_recording_twice_changes_nothing(
    ledger: Ledger, record: Callable[..., None], story: Any
) -> None:
    """A write whose outcome was unknown may be repeated."""
    one = story()
    record(one)
    first = run(ledger, "last")
    record(one)

    assert run(ledger, "last") == first
