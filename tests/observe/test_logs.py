"""Lines for people and for machines."""

import io
import json
import os
import pty
from datetime import UTC, datetime
from typing import Any

import pytest

from seawall.contracts import Account, Finding
from seawall.events import ChunkFailed, ChunkFinished, Event, RunStarted, StageFinished
from seawall.observe import LenientStream, log_sink

AT: dict[str, Any] = {"run_id": "r1", "at": datetime(2013, 7, 1, 3, 4, 5, 678901, tzinfo=UTC)}


def stage(**seen: Any) -> Event:
    """A stage that saw values."""
    return StageFinished(
        chunk="000001", stage="predict", rows_in=9, rows_out=9, seconds=1 / 3, seen=seen, **AT
    )


def started() -> Event:
    """The first event of a run."""
    return RunStarted(pipeline="p", batch="b", config_path="c", host="h", pid=1, **AT)


def written(form: Any, *events: Event, **options: Any) -> str:
    """What the events become."""
    stream = io.StringIO()
    sink = log_sink(form, stream, env={}, **options)
    for event in events:
        sink.emit(event)
    return stream.getvalue()


def test_json_is_one_flat_object_a_line() -> None:
    """Time, level, event and run come first; nested values have dotted names."""
    (line,) = written("json", stage(p_max=0.1 + 0.2)).splitlines()

    document = json.loads(line)

    assert list(document)[:4] == ["time", "level", "event", "run_id"]
    assert document["time"] == "2013-07-01T03:04:05.678901+00:00"
    assert (document["event"], document["stage"]) == ("stage finished", "predict")


def test_json_keeps_every_digit() -> None:
    """A float that is read back is the one that was seen."""
    document = json.loads(written("json", stage(p_max=0.1 + 0.2)))

    assert document["seen.p_max"] == 0.1 + 0.2
    assert document["seconds"] == 1 / 3


def test_json_holds_no_nan() -> None:
    """Strict parsers read every line."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    line = written("json", stage(mean=float("nan"), top=float("inf")))

    assert json.loads(line, parse_constant=refuse)["seen.mean"] == "nan"


def test_json_holds_findings_one_a_line_and_the_end_last(end: Any) -> None:
    """A finding has a line with its column, the run's end one with the account."""
    finding, ended = (json.loads(line) for line in written("json", end()).splitlines())

    assert (finding["event"], finding["column"], finding["seen"]) == ("finding", "p_late", "0.9")
    assert (ended["event"], ended["account.read"], ended["findings"]) == ("run ended", 10, 1)
    assert ended["level"] == "error"


def test_figures_are_for_machines(end: Any) -> None:
    """A finding's numbers stand in the JSON line alone; people read its message."""
    found = Finding("drift", "uncalibrated", "x", "0.9", "", "x has moved", {"distance": 0.9})
    line = json.loads(written("json", end(findings=(found,))).splitlines()[0])
    text = written("text", end(findings=(found,)))

    assert (line["figures.distance"], line["level"]) == (0.9, "info")
    assert "x has moved" in text
    assert "distance" not in text


def test_people_are_spared_chunks_and_stages() -> None:
    """By default text holds runs; with level debug it holds everything."""
    chunk = ChunkFinished(
        chunk="000001",
        account=Account(),
        filtered={},
        quarantined={},
        seconds=1,
        reused=False,
        **AT,
    )
    events = (started(), stage(), chunk)

    assert len(written("text", *events).splitlines()) == 1
    assert len(written("text", *events, level="debug").splitlines()) == 3
    assert len(written("json", *events).splitlines()) == 3


def test_a_failed_chunk_is_an_error_for_people() -> None:
    """It is shown at any level."""
    failed = ChunkFailed(chunk="000001", error="SoftwareError", message="boom", **AT)

    assert "boom" in written("text", failed, level="error")


def test_text_from_data_cannot_steer_a_terminal() -> None:
    """Escape sequences and new lines are shown, not obeyed."""
    line = written("text", stage(worst="\x1b[2Jgone\nrun ended"), level="debug")

    assert "\x1b" not in line
    assert line.count("\n") == 1


def on_terminal(env: dict[str, str]) -> str:
    """The first line as a terminal gets it."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        log_sink("text", stream, env=env).emit(started())
        answer = os.read(ours, 10_000).decode()
    os.close(ours)
    return answer


def test_colour_is_for_people_on_terminals_who_did_not_refuse_it() -> None:
    """A terminal gets it, a file, NO_COLOR and a dumb terminal don't."""
    assert "\x1b[" in on_terminal({})
    assert "\x1b[" not in on_terminal({"NO_COLOR": "1"})
    assert "\x1b[" not in on_terminal({"TERM": "dumb"})
    assert "\x1b[" not in written("text", started())


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_who_left_is_no_error(form: Any) -> None:
    """A closed pipe and a closed stream swallow lines."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1, closefd=True) as stream:
        sink = log_sink(form, LenientStream(stream), env={})
        sink.emit(started())
        # What could not be written would be tried again when the file is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

    assert sink.emit(started()) is None


def test_a_terminal_without_the_letter_gets_an_escape() -> None:
    """An ASCII stream shows what it can't spell."""
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="ascii")
    log_sink("text", stream, env={}, level="debug").emit(stage(worst="Zürich"))
    stream.flush()

    assert b"Z\\xfcrich" in buffer.getvalue()
