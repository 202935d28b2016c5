"""A column in the type that is wanted of it: every value unchanged, or named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from seawall.config.contract import ColumnContract, Parse
from seawall.conform.numbers import numbers
from seawall.conform.text import numbers_in, truths_in
from seawall.conform.times import of_dates, of_times, times_in, unwritable
from seawall.conform.types import CATEGORY, Mask, Partly, is_zoned, kind, seen, wanted_of, word

__all__ = ["ConversionError", "Converted", "conform", "conformed", "converted"]

_ALLOWED = {
    "text": {"text", "int", "float", "bool", "timestamp"},
    "int": {"int", "float"},
    "float": {"float", "int"},
    "bool": {"bool"},
    "timestamp": {"timestamp"},
    "date": {"timestamp"},
    "decimal": {"float", "int"},
    "null": {"text", "int", "float", "bool", "timestamp"},
}
_EXAMPLES = 3


class ConversionError(Exception):
    """A column cannot become what it was declared to be: what was seen, and where first."""

    def __init__(self, seen: str, row: int | None, wanted: str) -> None:
        """`row` is the first offending row of the column, None when its type alone is wrong."""
        super().__init__(seen, row, wanted)
        self.seen, self.row, self.wanted = seen, row, wanted


@dataclass(frozen=True, slots=True)
class Converted:
    """A column in its declared type: null where a value of `bad` cannot be converted.

    `told` counts the values that were converted, by how: `float64 from int64`, `null from 'NA'`.
    """

    values: pa.ChunkedArray
    bad: Mask | None = None
    told: Mapping[str, int] = field(default_factory=dict)


def converted(values: pa.ChunkedArray, contract: ColumnContract) -> Converted:
    """The column as its contract types it; ConversionError where its type has no way to that.

    Text is a null where the contract says so, and is read as it says. Numbers change width or family
    where they stay equal; a time keeps its instant. A time on a clock and an instant are never
    exchanged, except that text may carry an offset.
    """
    given, told = _nulled(values, contract.nulls)
    wanted = wanted_of(contract, values.type)
    if given.type.equals(wanted):
        return Converted(*_writable(given, None), told)
    found, bad = _writable(*_cast(given, wanted, contract.parse))
    count = len(given) - given.null_count - (0 if bad is None else int(np.count_nonzero(bad)))
    have, becomes = word(given.type), word(wanted)
    if have != becomes and count:
        told = {**told, f"{becomes} from {have}": count}
    return Converted(found, bad, told)


def conformed(values: pa.ChunkedArray, contract: ColumnContract) -> pa.ChunkedArray:
    """The column as its contract types it; ConversionError for the first value that would change."""
    found = converted(values, contract)
    return _all_of(found.values, found.bad, values)


def conform(values: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    """The same values in the wanted type, or ConversionError."""
    if values.type.equals(wanted):
        return values
    found, bad = _cast(values, wanted, None)
    return _all_of(found, bad, values)


def _all_of(found: pa.ChunkedArray, bad: Mask | None, given: pa.ChunkedArray) -> pa.ChunkedArray:
    if bad is None:
        return found
    rows = np.flatnonzero(bad)[:_EXAMPLES].tolist()
    values = ", ".join(seen(given[row]) for row in rows)
    raise ConversionError(f"{values} ({given.type})", rows[0], str(found.type))


def _cast(
    values: pa.ChunkedArray, wanted: pa.DataType, parse: Parse | None
) -> tuple[pa.ChunkedArray, Mask | None]:
    values = _plain(values, keep=pt.is_dictionary(wanted))
    have = values.type
    if kind(wanted) not in _ALLOWED.get(kind(have), ()):
        raise ConversionError(str(have), None, str(wanted))
    if kind(have) in {"timestamp", "date"} and is_zoned(have) != is_zoned(wanted):
        zones = f"{have}, and the zone is declared otherwise"
        raise ConversionError(zones, None, str(wanted))
    if pt.is_dictionary(wanted):
        return _encoded(values), None
    parts = [_part(chunk, wanted, parse) for chunk in values.chunks]
    found = pa.chunked_array([part for part, _ in parts], type=wanted)
    if all(bad is None for _, bad in parts):
        return found, None
    return found, np.concatenate(
        [np.zeros(len(part), dtype=bool) if bad is None else bad for part, bad in parts]
    )


def _writable(values: pa.ChunkedArray, bad: Mask | None) -> tuple[pa.ChunkedArray, Mask | None]:
    """The values without times beyond the years that can be written."""
    beyond = unwritable(values) if pt.is_timestamp(values.type) else None
    if beyond is None:
        return values, bad
    kept = pc.if_else(pa.array(~beyond), values, pa.scalar(None, values.type))
    return kept, beyond if bad is None else bad | beyond


def _plain(values: pa.ChunkedArray, *, keep: bool) -> pa.ChunkedArray:
    """Dictionaries as the values that they stand for, and text in the form that can be read."""
    if pt.is_dictionary(values.type) and not (keep and kind(values.type.value_type) == "text"):
        values = values.cast(values.type.value_type)
    return values.cast(pa.string()) if pt.is_string_view(values.type) else values


def _encoded(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as one category for each value."""
    plain = values.cast(pa.string())
    return pa.chunked_array([plain.combine_chunks().dictionary_encode()], type=CATEGORY)


def _part(values: pa.Array, wanted: pa.DataType, parse: Parse | None) -> Partly:
    have = kind(values.type)
    if have == "timestamp":
        return of_times(values, wanted)
    if have == "date":
        return of_dates(values, wanted)
    if have == "text":
        return _of_text(values, wanted, parse)
    if have in {"int", "float", "decimal"}:
        return numbers(values, wanted)
    return values.cast(wanted), None


def _of_text(values: pa.Array, wanted: pa.DataType, parse: Parse | None) -> Partly:
    becomes = kind(wanted)
    if becomes == "timestamp":
        return times_in(values, wanted, parse)
    if becomes == "bool":
        return truths_in(values, parse)
    if becomes in {"int", "float"}:
        return numbers_in(values, wanted, parse)
    return values.cast(wanted), None


def _nulled(
    values: pa.ChunkedArray, nulls: Sequence[str]
) -> tuple[pa.ChunkedArray, dict[str, int]]:
    """Text that means null is null; how often each stood there."""
    if not nulls or kind(values.type) != "text":
        return values, {}
    plain = _plain(values, keep=False)
    if kind(plain.type) != "text":
        return values, {}
    meant = pc.is_in(plain, pa.array(nulls, plain.type))
    counts = pc.value_counts(plain.filter(meant)).to_pylist()
    if not counts:
        return values, {}
    kept = pc.if_else(meant, pa.scalar(None, plain.type), plain)
    told = {f"null from {entry['values']!r}": entry["counts"] for entry in counts}
    return _encoded(kept) if values.type.equals(CATEGORY) else kept, told
