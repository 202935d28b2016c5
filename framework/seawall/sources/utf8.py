"""Text files hold UTF-8, or it is said at which byte they don't."""

from __future__ import annotations

from pathlib import Path

from seawall.contracts import Fragment
from seawall.errors import DataError
from seawall.sources.blocks import line_of
from seawall.sources.refused import FOREIGN

__all__ = ["foreign_bytes"]


def foreign_bytes(payload: bytes, fragment: Fragment, *, offset: int) -> DataError | None:
    """What is said of bytes that are not UTF-8; None when all are. `offset` is their place in the file."""
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError as error:
        place = offset + error.start
        return DataError(
            FOREIGN,
            f"{fragment.path}, line {line_of(Path(fragment.path), place):,}, byte {place:,}",
            payload[error.start : error.start + 8].hex(" "),
            "UTF-8",
            "convert the file (iconv -f LATIN1 -t UTF-8)",
        )
    return None
