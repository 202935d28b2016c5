"""A source held to its contract."""

from __future__ import annotations

from collections.abc import Callable

from seawall.contracts import Request, Source
from seawall.testing.breaches import hold, refuse, words
from seawall.testing.case import Case, pieces_of
from seawall.testing.laws import CONTENT, SHAPE

__all__ = ["check_source"]

PIECE_ROWS = 1 << 20


def check_source(
    make: Callable[[], Source],
    request: Request,
    *,
    expected_rows: int | None = None,
    key: str | None = None,
    piece_rows: int = PIECE_ROWS,
) -> None:
    """The source keeps every law of `seawall.contracts.Source`; AssertionError names all it breaks.

    `make` makes it from its parameters, each time anew. A batch of a few thousand rows that come in
    several pieces shows most; a second one without rows shows the rest. `key` is a column that is
    unique and never null. The source is read about ten times, once in a forked process.
    """
    try:
        pieces = tuple(pieces_of(make(), request))
    except (Exception, SystemExit) as error:
        raise AssertionError(f"The source cannot be read: {words(error)}") from error
    case = Case(make, request, pieces, expected_rows, key, piece_rows)
    for law in SHAPE:
        refuse(law(case), "source")
    hold(case, CONTENT, "source")
