"""Callables that tests read as sources; each is run in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from seawall.errors import DataError, TemporaryError, UnavailableError


def frame(rows: int = 3) -> pd.DataFrame:
    """Rows of a number and a text."""
    return pd.DataFrame({"n": range(rows), "t": [f"t{row}" for row in range(rows)]}).set_index(
        "n", drop=False
    )


def tables(pieces: int, rows: int) -> Iterator[pa.Table]:
    """Pieces of numbers."""
    for piece in range(pieces):
        yield pa.table({"n": range(piece * rows, (piece + 1) * rows)})


def nothing() -> Iterator[pa.Table]:
    """No piece at all."""
    yield from ()


def categories() -> Iterator[pd.DataFrame]:
    """Categories that differ from piece to piece."""
    yield pd.DataFrame({"c": pd.Categorical(["a", "b"])})
    yield pd.DataFrame({"c": pd.Categorical(["z", None])})


def renamed() -> Iterator[pa.Table]:
    """A column that another piece lacks."""
    yield pa.table({"n": [1], "t": ["x"]})
    yield pa.table({"n": [2], "tt": ["x"]})


def records() -> list[dict[str, int]]:
    """What is no table."""
    return [{"n": 1}]


def fails_then_works(root: Path, times: int, error: str = "busy") -> pa.Table:
    """The first calls fail: so many marks are left in the project."""
    marks = root / "marks"
    marks.mkdir(exist_ok=True)
    made = len(list(marks.iterdir()))
    (marks / str(made)).touch()
    if made < times:
        raise _ERRORS[error]
    return pa.table({"n": [made]})


def raises(error: str) -> pa.Table:
    """Nothing but this error."""
    raise _ERRORS[error]


def shouts(name: str) -> pa.Table:
    """An error that quotes the value of an environment variable."""
    raise ConnectionRefusedError(f"cannot log in at https://u:hunter11@h/ with {os.environ[name]}")


def hangs(seconds: float = 600) -> pa.Table:
    """Nothing for a long time."""
    time.sleep(seconds)
    raise AssertionError("it was not killed")


def ignores_sigterm() -> pa.Table:
    """Nothing for a long time, whatever is asked of it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return hangs()


def starts_then_dies(root: Path) -> Iterator[pa.Table]:
    """Some rows, some of another type, and then the process is killed."""
    yield pa.table({"n": range(200_000)})
    yield pa.table({"n": [0.5]})
    (root / "begun").touch()
    yield dies()


def starts_then_hangs(root: Path) -> Iterator[pa.Table]:
    """Some rows, and then nothing for a long time."""
    yield pa.table({"n": range(200_000)})
    (root / "begun").touch()
    yield hangs()


def dies(by: str = "SIGKILL") -> pa.Table:
    """The process is killed."""
    os.kill(os.getpid(), getattr(signal, by))
    return hangs()


def leaves(code: int) -> pa.Table:
    """The process ends by itself."""
    os._exit(code)


def exits() -> pa.Table:
    """What sys.exit does."""
    sys.exit("enough")


def endless() -> Iterator[pa.Table]:
    """Rows without an end."""
    while True:
        yield pa.table({"n": range(10_000)})


_ERRORS: dict[str, Any] = {
    "busy": TemporaryError("come back later"),
    "down": UnavailableError("out of order"),
    "data": DataError("out of sorts"),
    "refused": ConnectionRefusedError("nobody listens"),
    "bug": ZeroDivisionError("division by zero"),
    "interrupt": KeyboardInterrupt(),
    "memory": MemoryError(),
    "denied": PermissionError(13, "not yours"),
}
BORN = datetime(2026, 1, 1, tzinfo=UTC)
