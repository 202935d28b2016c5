"""Words, tables and JSON on the terminal; a reader who went away is no error."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from seawall.errors import StorageError
from seawall.observe.streams import LenientStream, printable
from seawall.workers.flood import behind

__all__ = [
    "drop_output",
    "mention",
    "occupy_streams",
    "plain_table",
    "say",
    "say_json",
    "say_table",
    "warn",
]

_NUMBER = re.compile(r"[-+]?[\d,.]+(?:e[-+]?\d+)?( ?%| s)?|")
_GAP = "  "
_STDOUT, _STDERR = 1, 2
Style = Callable[[str], str]


def _plain(_cell: str) -> str:
    return ""


def say(text: str = "") -> None:
    """The text is on standard output, without control characters; a reader who left is no error.

    StorageError when it cannot be written, on a full disk say.
    """
    try:
        _write(sys.stdout, f"{printable(text)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nowhere(sys.stdout)
    except OSError as error:
        _to_nowhere(sys.stdout)
        raise StorageError("the answer could not be written", "stdout", str(error)) from error


def _write(stream: TextIO, text: str) -> None:
    """The text is written, with escapes in place of what the stream's encoding has no letters for."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        stream.write(text.encode("ascii", "backslashreplace").decode("ascii"))


def mention(text: str = "") -> None:
    """The text is on standard output, if anybody takes it: for a run, whose outcome stands."""
    stream = LenientStream(sys.stdout)
    stream.write(f"{printable(text)}\n")
    stream.flush()


def warn(text: str) -> None:
    """The text is on standard error, without control characters."""
    LenientStream(behind(sys.stderr)).write(f"{printable(text)}\n")


def say_json(document: Any) -> None:
    """One JSON object is on standard output."""
    say(json.dumps(document))


def say_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, style: Style = _plain
) -> None:
    """The table is on standard output: drawn on a terminal, aligned text otherwise.

    `style` is rich's name of a cell's colour, where there are colours.
    """
    if not (sys.stdout.isatty() and _drawn(headers, rows, style)):
        say(plain_table(headers, rows))


def plain_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of aligned text; columns of numbers stand to the right."""
    columns = list(zip(headers, *rows, strict=True))
    padded = [_padded(column) for column in columns]
    return "\n".join(_GAP.join(cells).rstrip() for cells in zip(*padded, strict=True))


def occupy_streams() -> None:
    """Streams that the caller closed lead nowhere, so that no file of the run gets their number."""
    if sys.stdout is not None and sys.stderr is not None:
        return
    while (nowhere := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(nowhere)
    for name, number in (("stdout", _STDOUT), ("stderr", _STDERR)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", closefd=False))


def drop_output() -> None:
    """Both streams are flushed; where nobody reads, the interpreter's end won't complain either."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _to_nowhere(stream)


def _to_nowhere(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        return
    finally:
        os.close(nowhere)


def _padded(column: Sequence[str]) -> list[str]:
    width = max(len(cell) for cell in column)
    right = _is_numeric(column[1:])
    return [cell.rjust(width) if right else cell.ljust(width) for cell in column]


def _is_numeric(cells: Sequence[str]) -> bool:
    return any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def _drawn(headers: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> bool:
    """Whether rich has drawn the table; it was said where rich is not what it should be."""
    try:
        _draw(headers, rows, style)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - foreign code that only makes things look better
        warn(f"tables are plain text: rich failed ({type(error).__name__}: {error})")
        return False
    return True


def _draw(headers: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, header in enumerate(headers):
        right = _is_numeric([row[place] for row in rows])
        table.add_column(header, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell), style=style(cell)) for cell in row))
    Console(highlight=False).print(table)
