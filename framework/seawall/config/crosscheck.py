"""Values which are each allowed and cannot stand together, found without running anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from seawall.config.budget import budget_faults
from seawall.config.chains import chain_faults, constant_faults
from seawall.config.columns import column_faults
from seawall.config.drilled import drill_faults
from seawall.config.execution import execution_faults
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.held import held_faults
from seawall.config.joins import RESERVED, column_clashes, expectation_faults
from seawall.config.kinds import kind_faults
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.packing import packing_faults
from seawall.config.places import Places
from seawall.config.predictions import interval_faults, output_faults
from seawall.config.promises import promise_faults
from seawall.config.templates import time_faults
from seawall.config.waits import wait_faults
from seawall.config.watched import drift_faults
from seawall.shown import listed, shown

__all__ = ["cross_faults"]


def cross_faults(
    config: PipelineConfig, places: Places, faulty: Collection[str]
) -> Iterator[Fault]:
    """What each check finds; a check that needs a faulty section isn't made."""
    for needed, check in _CHECKS:
        if not set(needed) & set(faulty):
            yield from check(config, places)


def _outputs(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Outputs that would overwrite another column."""
    taken = dict.fromkeys(config.validate_.columns, "a column of the contract")
    for name, lookup in config.ingest.joined.items():
        taken |= dict.fromkeys(lookup.added_columns.values(), f"a column of the lookup {name}")
    taken |= {config.ingest.primary.key: "the key", **dict.fromkeys(RESERVED, "reserved")}
    listed = not isinstance(config.predict.outputs, dict)
    for number, column in enumerate(config.predict.output_columns):
        path: KeyPath = ("predict", "outputs", number if listed else column)
        if column in taken:
            what = f"the output {shown(column)} has a name that is taken: {taken[column]}"
            yield Fault(places.key(path), dotted(path), what, todo="choose another name")
        taken[column] = "another output"


def _marks(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """A lookup whose rows could not be told from those of the fallback model."""
    if config.predict.fallback is not None and "model" in config.ingest.lookups:
        path: KeyPath = ("ingest", "lookups", "model")
        what = (
            "`_degraded` says `model=…` of rows that predict.fallback serves, and of this lookup's"
        )
        yield Fault(places.key(path), dotted(path), what, todo="give the lookup another name")


def _contract(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Contracts that no column could keep."""
    for name, column in config.validate_.columns.items():
        yield from column_faults(("validate", "columns", name), column, places)


def _rows(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """A least number of rows above the greatest."""
    rows = config.validate_.rows
    if rows.min is not None and rows.max is not None and rows.min > rows.max:
        path = ("validate", "rows", "min")
        allowed = f"at most max, {rows.max}"
        yield Fault(places.value(path), dotted(path), "min is above max", str(rows.min), allowed)


def _freshness(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """An age that is measured on a column that isn't a timestamp of the contract."""
    fresh, columns = config.validate_.freshness, config.validate_.columns
    if fresh is None or (fresh.column in columns and columns[fresh.column].dtype == "timestamp"):
        return
    known = [name for name, column in columns.items() if column.dtype == "timestamp"]
    path = ("validate", "freshness", "column")
    what, allowed = "not a timestamp of the contract", listed(known) or "none is declared"
    todo = did_you_mean(fresh.column, known)
    yield Fault(places.value(path), dotted(path), what, shown(fresh.column), allowed, todo)


def _times(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """`as_of` and `timezone`."""
    return time_faults(config.as_of, config.timezone, places)


def _execution(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """How long a chunk may take."""
    return execution_faults(config.execution, places)


Check = Callable[[PipelineConfig, Places], Iterator[Fault]]
_CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("as_of", "timezone"), _times),
    (("ingest", "validate", "predict"), _outputs),
    (("ingest", "predict"), _marks),
    (("ingest",), column_clashes),
    (("ingest",), expectation_faults),
    (("ingest",), chain_faults),
    (("ingest", "validate"), constant_faults),
    (("ingest",), packing_faults),
    (("ingest", "limits"), wait_faults),
    (("execution",), _execution),
    (("ingest", "validate", "check_output", "limits"), budget_faults),
    (("predict", "check_output"), output_faults),
    (("check_output",), interval_faults),
    (("check_output",), promise_faults),
    (("validate",), _contract),
    (("ingest", "validate"), held_faults),
    (("validate",), _rows),
    (("validate",), _freshness),
    (("drift", "ingest", "validate"), drift_faults),
    (("drift", "validate"), kind_faults),
    (("drill", "ingest", "featurize"), drill_faults),
)
