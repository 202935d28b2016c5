"""The progress bar."""

import io
import os
import pty
import re
import threading
from datetime import UTC, datetime
from typing import Any

from seawall.contracts import Account
from seawall.events import ChunkFinished, PlanReady
from seawall.observe import ProgressSink

AT: dict[str, Any] = {"run_id": "r1", "at": datetime(2013, 7, 1, tzinfo=UTC)}
READY = PlanReady(
    plan_id="p", chunks=4, reused=0, rows=400, executor="threads", workers=2, inner_threads=1, **AT
)


def chunk(name: str) -> ChunkFinished:
    """A chunk of 100 rows that is done."""
    return ChunkFinished(
        chunk=name,
        account=Account(100, 100),
        filtered={},
        quarantined={},
        seconds=1,
        reused=False,
        **AT,
    )


def shown(*events: Any, log: str = "") -> str:
    """Everything that a terminal got."""
    ours, theirs = pty.openpty()
    parts: list[bytes] = []
    reader = threading.Thread(target=lambda: parts.extend(_read(ours)), daemon=True)
    reader.start()
    with os.fdopen(theirs, "w") as stream:
        progress = ProgressSink(stream)
        for event in events:
            progress.emit(event)
        progress.stream.write(log)
        progress.close()
    reader.join(5)
    os.close(ours)
    return b"".join(parts).decode()


def _read(descriptor: int) -> Any:
    while True:
        try:
            part = os.read(descriptor, 10_000)
        except OSError:
            # Linux says that the other side is closed with an error.
            return
        if not part:
            return
        yield part


def test_a_file_gets_no_bar() -> None:
    """What is no terminal stays empty."""
    stream = io.StringIO()
    progress = ProgressSink(stream)
    for event in (READY, chunk("000000")):
        progress.emit(event)
    progress.close()

    assert stream.getvalue() == ""


def test_a_terminal_sees_chunks_and_speed(end: Any) -> None:
    """Chunks done of all, and rows a second, until the run's end."""
    seen = shown(READY, *(chunk(f"{n:06d}") for n in range(4)), end("published"))

    assert "4/4" in seen
    assert re.search(r"[\d,]+ rows/s", seen)


def test_the_cursor_comes_back_when_a_run_breaks_off() -> None:
    """`close` leaves the terminal as it was, without an end of the run."""
    seen = shown(READY, chunk("000000"))

    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l") >= 0


def test_log_lines_stand_above_the_bar() -> None:
    """What is written to the sink's stream is a line of its own."""
    seen = shown(READY, chunk("000000"), log="a line of the log\n")

    assert "a line of the log\r\n" in seen
