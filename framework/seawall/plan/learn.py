"""Which columns the steps need and make, learned by running them once on a frame without rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.sources import SqlSource
from seawall.conform import arrow_type, to_frame
from seawall.contracts import Context
from seawall.isolation import Isolation
from seawall.models import Model
from seawall.plan.bound import bound_steps, schema_faults
from seawall.plan.dry_run import Ran, StepColumns, dry_run, nearest_of, step_columns
from seawall.plan.make import columns_read
from seawall.plan.modelled import Asked, Models
from seawall.plan.plugged import plugged, plugged_steps, plugin_faults
from seawall.shown import listed
from seawall.sources.statements import query_errors
from seawall.stages.pandera_schema import schema_of

__all__ = ["columns_of_steps", "faults_of", "without_rows"]


def faults_of(loaded: LoadedConfig, context: Context, models: Asked) -> list[Fault]:
    """What only shows when the steps are imported and run: imports, parameters, missing columns.

    No data is read. The features of the models are held to what the steps make, too; a model that
    isn't the pinned one raises ForbiddenError.
    """
    learner, broken = _Learner(loaded, context, models), list(schema_faults(loaded))
    if broken:  # it says which columns are read
        return [*broken, *learner.imports()]
    columns = columns_read(loaded.config)
    unusable = list(learner.plugins())
    faults = [*learner.queries(), *unusable]
    if any(fault.path.endswith(".use") for fault in unusable):
        return faults  # what hangs or ends its process when it is imported is not imported here
    if columns is None:
        return [*learner.imports(), *faults, *learner.model(None)]
    made = without_rows(loaded.config, columns)
    return [*faults, *learner.dry_run(made)]


def columns_of_steps(loaded: LoadedConfig, context: Context) -> list[StepColumns]:
    """Which columns each step of a pipeline without a fault needs and makes.

    Empty where nothing says which columns are read.
    """
    columns = columns_read(loaded.config)
    if columns is None:
        return []
    frame = without_rows(loaded.config, columns)
    return list(step_columns(bound_steps(loaded, context), frame))


def without_rows(config: PipelineConfig, columns: tuple[str, ...]) -> pd.DataFrame:
    """A frame of the read and the looked-up columns, typed by the contract; others are objects.

    A pandera schema types those that have no contract.
    """
    contracts, use = config.validate_.columns, config.validate_.pandera
    types = {} if use is None else schema_of(use).types
    looked_up = [new for way in config.ingest.joined.values() for new in way.added_columns.values()]
    names = list(dict.fromkeys([*columns, *looked_up]))
    typed = {name: arrow_type(contracts[name]) for name in names if name in contracts}
    frame = to_frame(pa.schema(typed.items()).empty_table(), 0, contracts)
    untyped = [name for name in names if name not in typed]
    empty = {n: pd.Series([], dtype=types.get(n, object), index=frame.index) for n in untyped}
    frame = frame.assign(**empty)
    return frame[names]


@dataclass(frozen=True, slots=True)
class _Learner:
    loaded: LoadedConfig
    context: Context
    models: Asked

    def imports(self) -> Iterator[Fault]:
        """Steps that cannot be imported, or whose parameters don't fit."""
        for _, bound in bound_steps(self.loaded, self.context):
            if isinstance(bound, Fault):
                yield bound

    def queries(self) -> Iterator[Fault]:
        """Queries that ask for a value that nobody gives, or that are several statements."""
        ingest = self.loaded.config.ingest
        sections: dict[KeyPath, object] = {("ingest", "primary"): ingest.primary}
        sections |= {("ingest", "lookups", name): way for name, way in ingest.lookups.items()}
        for path, section in sections.items():
            if isinstance(section, SqlSource):
                for error in query_errors(section):
                    at: KeyPath = (*path, "query")
                    yield self._fault(at, error.what, allowed=error.allowed, todo=error.todo)

    def plugins(self) -> Iterator[Fault]:
        """Plug-ins that cannot be used, found out in a process of their own."""
        config = self.loaded.config
        if any(plugged(config)) or any(plugged_steps(config)):
            with Isolation() as calls:
                yield from plugin_faults(self.loaded, calls)

    def dry_run(self, frame: pd.DataFrame) -> Iterator[Fault]:
        """Every step on the frame without rows, then the model; behind a fault stands what was there."""
        for name in self.loaded.config.validate_.columns:
            if name not in frame.columns:
                what = f"the column {name!r} is declared and not read"
                todo = "add it to ingest.primary.columns, or leave it out"
                yield self._fault(("validate", "columns", name), what, todo=todo)
        steps, frame = dry_run(self.loaded, self.context, frame)
        for number, step in enumerate(steps):
            yield from self._of(step, steps, _promised(steps[:number]))
        outputs = self.loaded.config.predict.output_columns
        yield from self._named([*map(str, frame.columns), *outputs, "_degraded"], steps)
        yield from self.model(frame, steps)

    def _of(self, step: Ran, steps: Sequence[Ran], promised: Collection[str]) -> Iterator[Fault]:
        """A missing column is named; anything else is shown with the user's file and line."""
        if step.fault is not None:
            yield step.fault
        where = "" if step.error is None else step.error.where
        at = (*step.path, "use")
        for name in step.missing:
            if name not in promised:
                yield self._missing(at, name, (step.before, steps), seen=where)
        if step.error is not None and not step.missing:
            todo = "let it return the same columns when the frame has none or few rows: a chunk may have none"
            what = f"it raises on a frame without rows: {step.error.what}"
            yield self._fault(at, what, where, todo=todo)

    def _missing(
        self,
        path: KeyPath,
        name: str,
        known: tuple[Sequence[str], Sequence[Ran]],
        *,
        seen: str = "",
    ) -> Fault:
        made, steps = known
        what = f"it needs a column {name!r} that nobody makes"
        todo = nearest_of(name, made, steps) or "declare it under validate.columns, or add a stage"
        return self._fault(path, what, seen, allowed=", ".join(made), todo=todo)

    def _named(self, made: list[str], steps: Sequence[Ran]) -> Iterator[Fault]:
        """Columns that other sections name and nobody makes."""
        config, promised = self.loaded.config, _promised(steps)
        profiled = config.profile.columns if not isinstance(config.profile.columns, str) else ()
        compared: Collection[str] = () if config.drift is None else config.drift.columns
        for path, names in (
            (("publish", "columns"), config.publish.columns or ()),
            (("profile", "columns"), profiled),
            (("drift", "columns"), compared),
            (("drift", "segments"), () if config.drift is None else config.drift.segments),
        ):
            for number, name in enumerate(names):
                if name not in made and name not in promised:
                    step = name if isinstance(names, dict) else number
                    yield self._missing((*path, step), name, (made, steps))

    def model(self, frame: pd.DataFrame | None, steps: Sequence[Ran] = ()) -> Iterator[Fault]:
        """What keeps a model from being loaded, or its features from being found in the frame."""

        def features(model: Model) -> Iterator[Fault]:
            return iter(()) if frame is None else self._features(model, frame, steps)

        models = Models(self.loaded, self.context, self.models)
        yield from models.faults(features, self._promised_types(frame))

    def _promised_types(self, frame: pd.DataFrame | None) -> pd.DataFrame | None:
        """The contract's columns that no step made anew: only of these the type is known by now."""
        config = self.loaded.config
        columns = columns_read(config)
        if frame is None or columns is None:
            return None
        first = without_rows(config, columns)
        same = [name for name in frame.columns if name in config.validate_.columns]
        return first[[n for n in same if n in first and first[n].dtype == frame[n].dtype]]

    def _features(self, model: Model, frame: pd.DataFrame, steps: Sequence[Ran]) -> Iterator[Fault]:
        """Features that nobody makes, or that are not what the model was fitted on."""
        made = [*map(str, frame.columns)]
        absent = [name for name in model.feature_names or () if name not in made]
        if not absent:
            model.features(frame)
        unexplained = [name for name in absent if name not in _promised(steps)]
        if unexplained:
            what = f"the model needs columns that nobody makes: {listed(unexplained)}"
            near = (nearest_of(name, made, steps) for name in unexplained)
            todo = next(filter(None, near), "add a stage that makes them")
            yield self._fault(("predict", "model"), what, allowed=listed(made), todo=todo)

    def _fault(
        self, path: KeyPath, what: str, seen: str = "", *, allowed: str = "", todo: str = ""
    ) -> Fault:
        return Fault(self.loaded.places.value(path), dotted(path), what, seen, allowed, todo)


def _promised(steps: Iterable[Ran]) -> set[str]:
    """What steps that could not be run declare to add: whoever lacks it has no fault of its own."""
    failed = (step for step in steps if step.missing or step.error is not None)
    return {name for step in failed for name in step.adds}
