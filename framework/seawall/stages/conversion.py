"""The declared columns of a chunk in their declared types, and the rows that cannot be typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.conform import ConversionError, converted, kind, seen
from seawall.errors import DataError
from seawall.shown import listed, shown
from seawall.stages.likeness import oddity

__all__ = ["Typed", "Untyped", "typed"]

Mask = NDArray[np.bool_]
_EXAMPLES = 3
_CODE = re.compile(r"-?0\d+")
_NULLS = re.compile("|#?N/?A|nan|null|none|nil|-+|[.?]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Untyped:
    """Rows whose value in a column cannot be of its type: their places in the table as it was read.

    `notes` has for each what people don't see of it, where that is anything.
    """

    column: str
    reason: str
    rows: NDArray[np.intp]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """A table in its declared types, without the rows that cannot be typed.

    `kept` has the places of its rows in the table as it was read, None for all; `conversions` counts
    values by `column: what from what`.
    """

    table: pa.Table
    kept: NDArray[np.intp] | None
    untyped: tuple[Untyped, ...]
    conversions: Mapping[str, int]


def typed(
    table: pa.Table,
    contracts: Mapping[str, ColumnContract],
    *,
    key: str,
    place: Callable[[int | None], str],
) -> Typed:
    """The table's declared columns, typed; rows with a value that would change are out of it.

    Raises DataError for a column of a type that has no way to the declared one, and for the first
    such value of a column that does not quarantine: a warning cannot let it pass.
    """
    gone = np.zeros(table.num_rows, dtype=bool)
    untyped: list[Untyped] = []
    conversions: dict[str, int] = {}
    given = table
    for name in [name for name in contracts if name in table.column_names]:
        contract = contracts[name]
        try:
            found = converted(given.column(name), contract)
        except ConversionError as error:
            raise _refusal(name, contract, place(None), error.seen) from error
        conversions |= {f"{name}: {how}": count for how, count in found.told.items()}
        if found.bad is not None and (bad := found.bad & ~gone).any():
            if contract.on_violation != "quarantine":
                rows = np.flatnonzero(bad)
                examples = _examples(given, name, rows, key)
                todo = _todo(given.column(name)[int(rows[0])], contract)
                raise _refusal(name, contract, place(int(rows[0])), examples, todo)
            reason, rows = f"{name}: not {_of_type(contract)}", np.flatnonzero(bad)
            untyped.append(Untyped(name, reason, rows, _notes(given.column(name), rows)))
            gone |= bad
        table = table.set_column(table.column_names.index(name), name, found.values)
    if not untyped:
        return Typed(table, None, (), conversions)
    kept = np.flatnonzero(~gone)
    return Typed(table.filter(pa.array(~gone)), kept, tuple(untyped), conversions)


def _examples(table: pa.Table, name: str, rows: NDArray[np.intp], key: str) -> str:
    values, keys = table.column(name), table.column(key) if key in table.column_names else None
    told = []
    for row in rows[:_EXAMPLES].tolist():
        owner = "" if keys is None or key == name else f" ({key} {seen(keys[row])})"
        told.append(f"{_odd(values[row]) or seen(values[row])}{owner}")
    return f"{len(rows):,} values of {values.type}: {listed(told)}"


def _notes(values: pa.ChunkedArray, rows: NDArray[np.intp]) -> list[str]:
    if kind(values.type) != "text":
        return []
    told = [_odd(values[row]) for row in rows.tolist()]
    return told if any(told) else []


def _odd(value: pa.Scalar) -> str:
    return oddity(value.as_py()) if kind(value.type) == "text" else ""


def _of_type(contract: ColumnContract) -> str:
    return f"{'an' if contract.dtype.startswith('int') else 'a'} {contract.dtype}"


def _refusal(
    name: str, contract: ColumnContract, where: str, found: str, todo: str = ""
) -> DataError:
    zone = f" in zone {contract.timezone}" if contract.timezone else ""
    return DataError(
        f"column {shown(name)} is not of its declared type",
        where,
        found,
        contract.dtype + zone,
        todo or "mend the source, or the column's dtype under validate.columns",
    )


def _todo(value: pa.Scalar, contract: ColumnContract) -> str:
    """What people usually meant who sent such a value."""
    if kind(value.type) != "text":
        return ""
    text = str(value.as_py())
    if _CODE.fullmatch(text):
        return "a number has no zeros in front: declare the column as string if it is a code"
    if _NULLS.fullmatch(text):
        return f"if it means null, declare nulls: [{shown(text)}] and nullable: true"
    if text != text.strip():
        return "take the blanks around it away in the source"
    if contract.dtype in {"bool", "timestamp"} or re.search(r"\d[,.' _]\d", text):
        return "mend the source, or declare how it is written under `parse`"
    return ""
