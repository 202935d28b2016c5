"""The keys that a batch asks its lookups for: one pass over the primary's join columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

__all__ = ["Asked", "KeyTypes", "asked_keys"]

KeyTypes = Mapping[str, pa.DataType]
"""The types in which a lookup's keys are compared, by the primary's column."""
_KEPT = 1_000_000
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Asked:
    """Distinct keys, by the primary's columns: all of them, or those of a uniform sample.

    `share` is how much of all keys was sampled: 1 when the keys are all there are.
    """

    keys: pa.Table
    share: float = 1.0

    @property
    def whole(self) -> bool:
        """Whether no key is left out."""
        return self.share == 1

    def number(self, seen: int) -> int:
        """How many of all keys there are when so many were seen among these; an estimate in a sample."""
        return round(seen / self.share)


def asked_keys(
    tables: Iterable[pa.Table],
    wanted: Mapping[str, KeyTypes],
    *,
    kept: int = _KEPT,
    stop: Callable[[], None] = lambda: None,
) -> dict[str, Asked]:
    """The keys that each lookup of `wanted` is asked for; a key with a null or NaN in it asks nothing.

    The tables have the join columns of all lookups. Of more than `kept` keys a sample is kept: those
    whose hash ends in enough zero bits (adaptive sampling: Flajolet, Computing 43, 1990), whatever
    the order of the rows. `stop` is called between tables and may raise.
    """
    found = {name: _Distinct(types, kept) for name, types in wanted.items()}
    for table in tables:
        stop()
        for distinct in found.values():
            distinct.add(table)
    return {name: distinct.asked() for name, distinct in found.items()}


class _Distinct:
    """The distinct keys so far; once there are too many, those with `level` zero bits in their hash."""

    def __init__(self, types: KeyTypes, kept: int) -> None:
        self._types, self._kept, self._level = types, kept, 0
        self._keys = pa.schema(
            [(name, _plain(type_)) for name, type_ in types.items()]
        ).empty_table()
        self._pending: list[pa.Table] = []
        self._pending_rows = 0

    def add(self, table: pa.Table) -> None:
        """The table's keys are among the known ones."""
        keys = _once(_whole(table, self._keys.schema))
        if self._level:
            keys = keys.filter(_sampled(keys, self._level))
        self._pending.append(keys)
        self._pending_rows += keys.num_rows
        if self._pending_rows > max(_BLOCK, self._keys.num_rows):
            self._merge()

    def asked(self) -> Asked:
        """What was asked for by all tables together."""
        self._merge()
        return Asked(self._keys, 0.5**self._level)

    def _merge(self) -> None:
        self._keys = _once(pa.concat_tables([self._keys, *self._pending]))
        self._pending, self._pending_rows = [], 0
        while self._keys.num_rows > self._kept:
            self._level += 1
            self._keys = self._keys.filter(_sampled(self._keys, self._level))


def _plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pt.is_dictionary(type_) else type_


def _whole(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The key columns, of the rows in which no part is null or NaN."""
    keys = table.select(schema.names).cast(schema)
    for name in dict.fromkeys(schema.names):
        column = keys.column(name)
        null = column.is_null(nan_is_null=pt.is_floating(column.type))
        if pc.any(null).as_py():
            keys = keys.filter(pc.invert(null))
    return keys


def _once(keys: pa.Table) -> pa.Table:
    """Each key once."""
    names = keys.column_names
    if len(names) == 1:
        return pa.table({names[0]: pc.unique(keys.column(0))})
    return keys.group_by(names).aggregate([]).select(names)


def _sampled(keys: pa.Table, level: int) -> pa.Array:
    """The keys whose hash ends in `level` zero bits: each with the chance 2 to the −level."""
    hashes = pd.util.hash_pandas_object(keys.to_pandas(), index=False).to_numpy()
    return pa.array(hashes & np.uint64((1 << level) - 1) == 0)
