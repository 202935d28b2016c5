"""Constants as a link of a chain: one row that answers for every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from seawall.config.lookups import Scalar
from seawall.lookups.answers import Answer, Wanted
from seawall.lookups.serving import Serving
from seawall.lookups.table import LookupTable

__all__ = ["constant_answer"]


def constant_answer(wanted: Wanted, constants: Mapping[str, Scalar]) -> Answer:
    """A row without a key, by the added names' values; DataError when one is not of its column's type.

    A column that is not named is null. A constant is written as what it is: how the text of a source
    is read, and which text means null there, is nothing to it.
    """
    way, plain = wanted.lookup, {"parse": None, "nulls": ()}
    declared = {n: one.model_copy(update=plain) for n, one in wanted.contracts.items()}
    wanted = replace(wanted, contracts=declared)
    row = {theirs: [None] for theirs in way.join_columns.values()}
    values = {theirs: [constants.get(ours)] for theirs, ours in way.added_columns.items()}
    table = wanted.typed(pa.table(row | values))
    index = LookupTable(
        wanted.name,
        table,
        join=way.join_columns,
        added=way.added_columns,
        serving=Serving(default=True),
    )
    return Answer(table, index)
