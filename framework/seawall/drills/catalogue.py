"""Which faults of which parts a pipeline can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seawall.config.drilled import STANDS_IN, TOGETHER, parts_of, stand_ins
from seawall.config.drilling import faults_of
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.sources import FilesSource
from seawall.drills.spoil import SPOILERS, is_number, spoilt
from seawall.drills.values import Case
from seawall.errors import UsageError
from seawall.shown import listed, shown

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Chosen", "cases", "chosen", "is_local", "keys_of", "read_columns", "unjudged"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parts and the faults that are tried; all of them unless somebody chose."""

    parts: tuple[str, ...]
    faults: tuple[str, ...]

    def has(self, part: str, fault: str) -> bool:
        """Whether the fault of the part is among them."""
        return part in self.parts and fault in self.faults


def chosen(config: PipelineConfig, only: Sequence[str], faults: Iterable[str]) -> Chosen:
    """The parts and faults of these names; UsageError for a name of none, with the nearest."""
    for name in only:
        if name in stand_ins(config):
            raise UsageError(STANDS_IN, "--only", shown(name), listed(parts_of(config)), TOGETHER)
    parts = _known("--only", only, parts_of(config), "a part of the pipeline")
    possible = dict.fromkeys(fault for part in parts for fault in faults_of(part))
    where = "a fault of these parts" if parts != parts_of(config) else "a fault"
    return Chosen(parts, _known("--faults", faults, tuple(possible), where))


def cases(
    config: PipelineConfig,
    primary: pa.Table,
    lookups: Mapping[str, pa.Table],
    what: Chosen,
    *,
    share: float = 1.0,
) -> tuple[Case, ...]:
    """Every fault that the pipeline can have, part by part in the order of the flow.

    The tables are the recorded ones, by their sources' names, `share` is how much of the batch the
    primary's is. A fault that would change nothing of them, that a part cannot have, or that cannot
    be judged on a sample, is left out.
    """
    tables = {"primary": primary, **{f"lookup={name}": lookups[name] for name in lookups}}
    everything = (
        case
        for part in what.parts
        for fault in faults_of(part)
        if fault in what.faults and not unjudged(config, part, fault, share)
        for case in _cases(config, part, fault, tables.get(part))
    )
    return tuple(everything)


def keys_of(config: PipelineConfig, part: str) -> tuple[str, ...]:
    """The columns that name a row of the part's table, by its source's names."""
    if part == "primary":
        return (config.ingest.primary.key,)
    return tuple(config.ingest.lookups[part.partition("=")[2]].join_columns.values())


def unjudged(config: PipelineConfig, part: str, fault: str, share: float) -> bool:
    """Whether the file compares the number of rows with that of other batches, which a sample is none of."""
    counted = config.validate_.rows.change is not None
    return counted and share < 1 and (part, fault) == ("primary", "half_keys")


def read_columns(config: PipelineConfig, part: str, table: pa.Table) -> tuple[str, ...]:
    """The columns of the part's table that a run reads, its keys excepted."""
    if part == "primary":
        from seawall.plan.make import columns_read

        names: Sequence[str] = columns_read(config) or table.column_names
    else:
        names = tuple(config.ingest.lookups[part.partition("=")[2]].added_columns)
    keys = keys_of(config, part)
    return tuple(name for name in table.column_names if name in names and name not in keys)


def _known(option: str, names: Iterable[str], known: tuple[str, ...], what: str) -> tuple[str, ...]:
    """The names in the order in which the drill goes; all of them where none is asked for."""
    asked = tuple(names)
    for name in asked:
        if name not in known:
            todo = did_you_mean(name, known)
            raise UsageError(f"not {what}", option, shown(name), listed(known), todo)
    return tuple(name for name in known if name in asked) if asked else known


def _cases(config: PipelineConfig, part: str, fault: str, table: pa.Table | None) -> Iterator[Case]:
    if part == "run" and fault == "all_lookups_down":
        if config.ingest.lookups:
            yield Case(part, fault)
    elif table is None:
        yield Case(part, fault)
    elif fault in SPOILERS:
        for column in _broken_columns(config, part, fault, table):
            if not spoilt(table, fault, column=column, keys=keys_of(config, part)).equals(table):
                yield Case(part, fault, column)
    elif fault != "error_then_fine" or not is_local(config, part):
        yield Case(part, fault)


def is_local(config: PipelineConfig, part: str) -> bool:
    """Whether the part is read from files of this machine, which nobody asks a second time."""
    ingest = config.ingest
    way = ingest.primary if part == "primary" else ingest.lookups[part.partition("=")[2]]
    return isinstance(way, FilesSource) and not way.remote


def _broken_columns(
    config: PipelineConfig, part: str, fault: str, table: pa.Table
) -> Iterable[str]:
    """The columns that the fault breaks in turn; one without a name where it is the whole table's."""
    values = read_columns(config, part, table)
    numbers = [name for name in values if is_number(table.schema.field(name).type)]
    if fault == "nulls":
        return (*values, *keys_of(config, part))
    if fault == "times_1000":
        return (*numbers, *_number_key(config, part, table))
    if fault == "type":
        return numbers[:1]
    if fault in {"renamed", "missing"}:
        return (*values[:1], *keys_of(config, part)[:1])
    if fault == "stale":
        return _clocks(config, part, table)
    return ("",)


def _number_key(config: PipelineConfig, part: str, table: pa.Table) -> Iterator[str]:
    """The primary's key where it is a number: rows under other ids. Of a lookup that is no match."""
    key = config.ingest.primary.key
    if part == "primary" and is_number(table.schema.field(key).type):
        yield key


def _clocks(config: PipelineConfig, part: str, table: pa.Table) -> Iterable[str]:
    """The column that tells how old the table is; for a lookup without one, none that is named."""
    import pyarrow.types as pt

    if part != "primary":
        return (config.ingest.lookups[part.partition("=")[2]].expect.as_of_column or "",)
    fresh = config.validate_.freshness
    times = [field.name for field in table.schema if pt.is_timestamp(field.type)]
    return [fresh.column] if fresh is not None else times[:1]
