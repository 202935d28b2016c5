"""The columns of a primary, held to those that the pipeline reads, before a row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from seawall.config.contract import ColumnContract
from seawall.config.models import PipelineConfig
from seawall.conform import ConversionError, arrow_type, conform, kind
from seawall.contracts import LogEntry
from seawall.errors import DataError
from seawall.plan.difference import Difference, difference, likeness
from seawall.shown import listed, shown

__all__ = ["Arrived", "Before", "hold"]

Before = Callable[[], LogEntry | None]


@dataclass(frozen=True, slots=True)
class Arrived:
    """The columns as they came from `where`; `before` finds the version to compare them with."""

    schema: pa.Schema
    where: str
    before: Before


def hold(config: PipelineConfig, arrived: Arrived, columns: Sequence[str] | None) -> None:
    """Every column that is read is there once, and none that may not be; else DataError.

    `columns` are read, None for all of them. The error shows what came beside what is read, and what
    the version before had.
    """
    names = arrived.schema.names
    doubled = sorted(name for name, times in Counter(names).items() if times > 1)
    if doubled:
        raise _doubled(doubled, arrived)
    joins = [name for lookup in config.ingest.joined.values() for name in lookup.join_columns]
    needed = tuple(dict.fromkeys([config.ingest.primary.key, *joins]))
    found = _difference(config.validate_.columns, arrived.schema, columns or needed)
    if found.missing:
        raise _missing(found, arrived)
    if config.validate_.extra_columns == "forbid" and columns and found.extra:
        raise _undeclared(found, arrived)
    _refuse_clashes(config, columns or names, arrived.where)


def _difference(
    contracts: Mapping[str, ColumnContract], schema: pa.Schema, read: Sequence[str]
) -> Difference:
    expected = {name: _declared(contracts.get(name)) for name in read}
    received = {field.name: str(field.type) for field in schema}
    refused = {
        field.name: str(field.type)
        for field in schema
        if field.name in expected and _refuses(contracts.get(field.name), field.type)
    }
    return difference(expected, received, refused)


def _declared(contract: ColumnContract | None) -> str:
    """The declared type in words; '' where none is."""
    if contract is None:
        return ""
    return contract.dtype + (f" in zone {contract.timezone}" if contract.timezone else "")


def _refuses(contract: ColumnContract | None, came: pa.DataType) -> bool:
    """Whether no value of the type that came could be one of the declared type."""
    if contract is None:
        return False
    if contract.dtype == "timestamp" and not contract.timezone and kind(came) == "timestamp":
        return False
    try:
        conform(pa.chunked_array([], type=came), arrow_type(contract))
    except ConversionError:
        return True
    return False


def _missing(found: Difference, arrived: Arrived) -> DataError:
    todo = "mend the source, or the contract under validate.columns"
    for name, came in [*found.taken.items()][:1]:
        todo = f"did you mean {shown(came)}? {likeness(name, came)}".rstrip()
    return DataError(
        f"a column is missing: {listed(map(shown, found.missing))}",
        arrived.where,
        found.shown(arrived.before()),
        "every column that the pipeline file reads, by its very name",
        todo,
    )


def _undeclared(found: Difference, arrived: Arrived) -> DataError:
    return DataError(
        f"columns that nobody declared: {listed(found.extra)}",
        arrived.where,
        found.shown(arrived.before()),
        f"the columns {listed(found.expected)}",
        "declare them under validate.columns, or set extra_columns: ignore",
    )


def _doubled(names: Sequence[str], arrived: Arrived) -> DataError:
    return DataError(
        f"several columns of one name: {listed(map(shown, names))}",
        arrived.where,
        f"the columns {listed(arrived.schema.names)}",
        "one column a name",
        "give them names of their own",
    )


def _refuse_clashes(config: PipelineConfig, read: Sequence[str], where: str) -> None:
    """No lookup adds a column that is read; DataError otherwise."""
    lookups = config.ingest.joined.values()
    taken = {new for lookup in lookups for new in lookup.added_columns.values()}
    clash = sorted(taken & set(read))
    if clash:
        raise DataError(
            f"a lookup adds a column whose name is taken: {listed(clash)}",
            where,
            todo="rename it in the lookup's columns: {its name: new name}",
        )
