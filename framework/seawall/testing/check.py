"""A source held to its contract."""

from __future__ import annotations

from collections.abc import Callable

from seawall.calling import said
from seawall.contracts import Request, Source
from seawall.testing.case import Case, pieces_of
from seawall.testing.laws import CONTENT, SHAPE, Law

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
        raise AssertionError(f"The source cannot be read: {_words(error)}") from error
    case = Case(make, request, pieces, expected_rows, key, piece_rows)
    for law in SHAPE:
        _raise(list(law(case)))
    _raise([sentence for law in CONTENT for sentence in _tried(law, case)])


def _tried(law: Law, case: Case) -> list[str]:
    try:
        return list(law(case))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a source raises when it is asked again
        return [f"asked again, it raised {_words(error)}"]


def _raise(sentences: list[str]) -> None:
    if sentences:
        listed = "\n".join(f"- {sentence}" for sentence in dict.fromkeys(sentences))
        raise AssertionError(f"The source breaks its contract:\n{listed}")


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {said(error)}"
