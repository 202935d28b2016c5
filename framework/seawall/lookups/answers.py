"""What a link of a chain answers: rows that are typed, by the lookup's own names, one a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.config.lookups import Lookup
from seawall.lookups.asked import KeyTypes
from seawall.lookups.pin import typed
from seawall.lookups.table import LookupTable

__all__ = ["Answer", "Wanted", "answered", "coverage"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan needs of one lookup, whoever answers for it.

    `keys` are the types of the join columns by the primary's names, `contracts` the pipeline's.
    """

    name: str
    lookup: Lookup
    keys: KeyTypes
    contracts: Mapping[str, ColumnContract]

    @property
    def columns(self) -> tuple[str, ...]:
        """The lookup's own names of what is joined: its key columns, then what it adds."""
        way = self.lookup
        return tuple(dict.fromkeys([*way.join_columns.values(), *way.added_columns]))

    def typed(self, table: pa.Table) -> pa.Table:
        """These columns, in the types that the join and the contract need; DataError if one has none."""
        table = table.select(self.columns)
        return typed(self.name, self.lookup, table, keys=self.keys, contracts=self.contracts)

    def index(self, table: pa.Table) -> LookupTable:
        """The table as something that answers for keys; DataError if a key has several rows."""
        join, added = self.lookup.join_columns, self.lookup.added_columns
        return LookupTable(self.name, table, join=join, added=added)

    def keys_of(self, table: pa.Table) -> pa.Table:
        """The rows' keys under the primary's names."""
        ways = self.lookup.join_columns.items()
        return pa.table({ours: table.column(theirs) for ours, theirs in ways})


@dataclass(frozen=True, slots=True)
class Answer:
    """A link's rows.

    `dated` is when its rows say that they are from, `as_of` that or when their carrier says so.
    `holes` are the columns with more nulls than they may have, each with what was seen. `attempts`
    and `seconds` are those of its read.
    """

    table: pa.Table
    index: LookupTable
    dated: datetime | None = None
    as_of: datetime | None = None
    holes: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    seconds: float = 0.0

    @property
    def constant(self) -> bool:
        """Whether it is one row for every key."""
        return self.index.serving.default

    def has(self, keys: pa.Table) -> NDArray[np.bool_]:
        """For each of the keys whether there is a row."""
        return self.index.positions(keys) >= 0


def answered(wanted: Wanted, table: pa.Table) -> Answer:
    """The table as an answer; DataError when a value does not survive its type, or a key has two rows."""
    table = wanted.typed(table)
    return Answer(table, wanted.index(table))


def coverage(found: NDArray[np.bool_]) -> Fraction:
    """The share of the keys asked for that were found; 1 when nothing was asked for."""
    return Fraction(int(np.count_nonzero(found)), len(found)) if len(found) else Fraction(1)
