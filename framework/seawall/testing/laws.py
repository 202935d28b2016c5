"""The laws of a source, each as a function that yields a sentence for whatever breaks it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from seawall.calling import said
from seawall.testing.apart import apart, can_fork
from seawall.testing.case import Case, Piece, as_table, names_of, pieces_of, same_rows, together

__all__ = ["CONTENT", "SHAPE", "Law"]

Law = Callable[[Case], Iterator[str]]
_NOBODYS = "seawall_asks_for_a_column_that_nobody_has"
_FORK_S = 120.0
_SKEW = timedelta(minutes=5)


def _tables(case: Case) -> Iterator[str]:
    for number, piece in enumerate(case.pieces):
        if not isinstance(piece, Piece):
            kind = type(piece).__name__
            yield f"piece {number} is a {kind}, and only Arrow tables and DataFrames may come."


def _columns(case: Case) -> Iterator[str]:
    first = names_of(case.pieces[0]) if case.pieces else []
    doubled = sorted({name for name in first if first.count(name) > 1})
    if doubled:
        yield f"piece 0 has several columns named {', '.join(doubled)}."
    for number, piece in enumerate(case.pieces):
        found = names_of(piece)
        if sorted(found) != sorted(first):  # in another order they are put in the first's
            seen = ", ".join(found)
            yield f"piece {number} has the columns {seen}, and piece 0 has {', '.join(first)}."


def _convertible(case: Case) -> Iterator[str]:
    """Each column of a frame has values of one type that Arrow knows."""
    for number, piece in enumerate(case.pieces):
        for name in () if isinstance(piece, pa.Table) else piece.columns:
            try:
                as_table(piece[[name]])
            except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
                words = f"piece {number} has values in {str(name)!r} that no Arrow type holds"
                yield f"{words}: {said(error)}."


def _types(case: Case) -> Iterator[str]:
    schemas = [as_table(piece).schema for piece in case.pieces]
    for number, schema in enumerate(schemas):
        try:
            pa.unify_schemas([schemas[0], schema], promote_options="permissive")
        except pa.ArrowException as error:
            yield f"piece {number} has other types than piece 0: {said(error)}."


def _bounded(case: Case) -> Iterator[str]:
    largest = max((len(piece) for piece in case.pieces), default=0)
    if largest > case.piece_rows:
        yield (
            f"a piece has {largest:,} rows, and none may have more than {case.piece_rows:,}: "
            "memory would grow with the upstream."
        )


def _rows(case: Case) -> Iterator[str]:
    found, wanted = case.table.num_rows, case.expected_rows
    if wanted is not None and found != wanted:
        yield f"{found:,} rows came, and {wanted:,} are there."
    if not found and case.request.columns is not None and not case.pieces:
        yield "a batch without rows came as nothing, not as a table without rows."


def _keys(case: Case) -> Iterator[str]:
    if case.key is None:
        return
    if case.key not in case.table.column_names:
        yield f"the key {case.key!r} is not among the columns."
        return
    values = case.table.column(case.key)
    if values.null_count:
        yield f"the key {case.key!r} is null in {values.null_count:,} rows."
    if pc.count_distinct(values).as_py() + (values.null_count > 0) < len(values):
        yield f"the key {case.key!r} is not unique: some rows came twice."


def _pushed_down(case: Case) -> Iterator[str]:
    for name in dict.fromkeys(case.table.column_names[:: max(1, case.table.num_columns - 1)]):
        pieces = list(case.asked(case.asking(name)))
        if not all(name in names_of(piece) for piece in pieces):
            yield f"asked for {name!r} alone, it answered without that column."
        elif not same_rows(together(pieces).select([name]), case.table.select([name])):
            yield f"asked for {name!r} alone, it answered with other values of it."


def _unknown(case: Case) -> Iterator[str]:
    wanted = (*case.table.column_names[:1], _NOBODYS)
    try:
        found = case.read(case.asking(*wanted))
    except Exception as error:  # noqa: BLE001 - whatever a source raises
        if _NOBODYS not in _all_of(error):
            yield f"asked for a column that isn't there, its error does not name it: {said(error)}."
        return
    if _NOBODYS in found.column_names and found.num_rows:
        yield "asked for a column that isn't there, it made one up."


def _repeatable(case: Case) -> Iterator[str]:
    source = case.make()
    readings = [together(pieces_of(source, case.request)) for _ in range(2)]
    if not same_rows(readings[0], case.table):
        yield "made anew from its parameters, it answered with other rows, or in another order."
    if not same_rows(readings[1], readings[0]):
        yield "read twice, it answered with other rows the second time, or in another order."


def _independent(case: Case) -> Iterator[str]:
    """Two sources at a time, piece by piece in turn."""
    both = [case.asked() for _ in range(2)]
    pairs = list(zip_longest(*both))
    for pieces in zip(*pairs, strict=True):
        read = together(piece for piece in pieces if piece is not None)
        if not same_rows(read, case.table):
            yield "two sources that are read at the same time disturb each other."
            return


def _abandoned(case: Case) -> Iterator[str]:
    pieces = case.asked()
    next(pieces, None)
    close = getattr(pieces, "close", None)
    try:
        if close is not None:
            close()
    except Exception as error:  # noqa: BLE001 - whatever a source raises
        yield f"left behind its first piece, it raised {type(error).__name__}: {said(error)}."


def _dated(case: Case) -> Iterator[str]:
    source = case.make()
    for _ in pieces_of(source, case.request):
        pass
    as_of = getattr(source, "as_of", None)
    if as_of is None:
        return
    if not isinstance(as_of, datetime) or as_of.tzinfo is None:
        yield f"as_of is {as_of!r}, and a time with a time zone is due."
    elif as_of > datetime.now(UTC) + _SKEW:
        yield f"as_of is {as_of.isoformat()}, which is still to come."


def _forked(case: Case) -> Iterator[str]:
    """A run reads sources in forked processes, and speaks to them where they cannot disturb it."""
    if not can_fork():
        return
    with tempfile.TemporaryDirectory() as name:
        rows = Path(name) / "rows.arrow"
        told = apart(lambda: _written(case, rows), Path(name), timeout_s=_FORK_S)
        if told["error"]:
            yield f"in a forked process {told['error']}."
        elif not same_rows(_read_back(rows), case.table):
            yield "in a forked process it answered with other rows."
        if told["printed"]:
            yield f"it writes to standard output: {told['printed'][:60]!r}."
        if told["threads"]:
            yield f"it leaves threads behind: {', '.join(told['threads'])}."
        if told["children"]:
            yield f"it leaves {len(told['children'])} processes behind."


def _written(case: Case, path: Path) -> None:
    table = case.read()
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)


def _read_back(path: Path) -> pa.Table:
    with pa.ipc.open_file(str(path)) as file:
        return file.read_all()


def _all_of(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a foreign class may raise anything
        return ""


SHAPE: tuple[Law, ...] = (_tables, _columns, _convertible, _types)
"""What has to hold before the others can be tried, one after the other."""
CONTENT: tuple[Law, ...] = (
    _bounded,
    _rows,
    _keys,
    _pushed_down,
    _unknown,
    _repeatable,
    _independent,
    _abandoned,
    _dated,
    _forked,
)
