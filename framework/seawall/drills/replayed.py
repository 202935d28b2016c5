"""A recorded upstream that is down, hangs, drips, or comes back: read where networks are read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.errors import UnavailableError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["rows"]

_FOREVER_S = 3_600.0
_DRIP_S = 0.2


def rows(*, rows: str, behaviour: str, mark: str) -> Iterator[pa.Table]:
    """The recorded rows of the Arrow file, as an upstream hands them over that behaves so.

    `mark` is a folder in which the first attempt leaves a file, so that a second one is told apart.
    """
    from seawall.drills.written import table_in

    table = table_in(Path(rows))
    if behaviour == "down" or (behaviour == "error_then_fine" and _is_first(Path(mark))):
        raise UnavailableError("connection refused", "the drill's upstream")
    if behaviour == "hang":
        time.sleep(_FOREVER_S)
    if behaviour == "drip":
        for row in range(table.num_rows):
            yield table.slice(row, 1)
            time.sleep(_DRIP_S)
        time.sleep(_FOREVER_S)
    yield table


def _is_first(folder: Path) -> bool:
    """Whether nobody asked before."""
    try:
        (folder / "was-asked").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
