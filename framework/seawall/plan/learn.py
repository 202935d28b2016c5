"""Which columns the steps need and make, learned by running them once on a frame without rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.sources import SqlSource
from seawall.conform import arrow_type, to_frame
from seawall.contracts import Context
from seawall.errors import ForbiddenError, SeawallError, SoftwareError
from seawall.isolation import Isolation
from seawall.models import Model, load, pin
from seawall.names import did_you_mean
from seawall.plan.bound import bound_steps
from seawall.plan.make import columns_read
from seawall.plan.plugged import plugged, plugin_faults
from seawall.sources.statements import query_errors
from seawall.stages.steps import mask, transformed

__all__ = ["faults_of"]

# pandas' words for several columns at once: "['x'] not in index", "None of [Index(['x'], …"
_LISTED = re.compile(r"^(?:None of \[\w+\()?\[['\"](?P<name>[^'\"]+)['\"]")
_ATTRIBUTE = re.compile(r"'DataFrame' object has no attribute '(?P<name>[^']+)'")


def faults_of(loaded: LoadedConfig, context: Context, *, with_model: bool) -> list[Fault]:
    """What only shows when the steps are imported and run: imports, parameters, missing columns.

    No data is read. With the model, its features are held to what the steps make, too; a model that
    isn't the pinned one raises ForbiddenError.
    """
    learner = _Learner(loaded, context)
    columns = columns_read(loaded.config)
    faults = [*learner.queries(), *learner.plugins()]
    if columns is None:
        return [*learner.imports(), *faults, *(learner.model(None) if with_model else ())]
    made = without_rows(loaded.config, columns)
    return [*faults, *learner.dry_run(made, with_model=with_model)]


def without_rows(config: PipelineConfig, columns: tuple[str, ...]) -> pd.DataFrame:
    """A frame of the read and the looked-up columns, typed by the contract; others are objects."""
    contracts = config.validate_.columns
    looked_up = [new for way in config.ingest.joined.values() for new in way.added_columns.values()]
    names = list(dict.fromkeys([*columns, *looked_up]))
    typed = {name: arrow_type(contracts[name]) for name in names if name in contracts}
    frame = to_frame(pa.schema(typed.items()).empty_table(), 0, contracts)
    empty = pd.Series([], dtype=object, index=frame.index)
    frame = frame.assign(**{name: empty for name in names if name not in typed})
    return frame[names]


@dataclass(frozen=True, slots=True)
class _Learner:
    loaded: LoadedConfig
    context: Context

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
        if any(plugged(self.loaded.config)):
            with Isolation() as calls:
                yield from plugin_faults(self.loaded, calls)

    def dry_run(self, frame: pd.DataFrame, *, with_model: bool) -> Iterator[Fault]:
        """Every step on the frame without rows; after a fault the next step sees what was there."""
        for name in self.loaded.config.validate_.columns:
            if name not in frame.columns:
                what = f"the column {name!r} is declared and not read"
                todo = "add it to ingest.primary.columns, or leave it out"
                yield self._fault(("validate", "columns", name), what, todo=todo)
        for path, bound in bound_steps(self.loaded, self.context):
            if isinstance(bound, Fault):
                yield bound
                continue
            try:
                if path[0] == "featurize":
                    frame = transformed(bound, frame)
                else:
                    mask(bound, frame)
            except SoftwareError as error:
                yield self._raised(path, error, frame)
        made = [*map(str, frame.columns), *self.loaded.config.predict.output_columns, "_degraded"]
        yield from self._named(made)
        if with_model:
            yield from self.model(frame)

    def _raised(self, path: KeyPath, error: SoftwareError, frame: pd.DataFrame) -> Fault:
        """A missing column is named; anything else is shown with the user's file and line."""
        name = _missing_name(error.__cause__)
        if name is None or name in frame.columns:
            todo = "make it at home with a frame without rows"
            what = f"it raises on a frame without rows: {error.what}"
            return self._fault((*path, "use"), what, error.where, todo=todo)
        made = [str(column) for column in frame.columns]
        return self._missing((*path, "use"), name, made, seen=error.where)

    def _missing(self, path: KeyPath, name: str, made: list[str], *, seen: str = "") -> Fault:
        what = f"it needs a column {name!r} that nobody makes"
        todo = did_you_mean(name, made) or "declare it under validate.columns, or add a stage"
        return self._fault(path, what, seen, allowed=", ".join(made), todo=todo)

    def _named(self, made: list[str]) -> Iterator[Fault]:
        """Columns that other sections name and nobody makes."""
        config = self.loaded.config
        profiled = config.profile.columns if not isinstance(config.profile.columns, str) else ()
        for path, names in (
            (("publish", "columns"), config.publish.columns or ()),
            (("profile", "columns"), profiled),
        ):
            for number, name in enumerate(names):
                if name not in made:
                    yield self._missing((*path, number), name, made)

    def model(self, frame: pd.DataFrame | None) -> Iterator[Fault]:
        """What keeps the model from being loaded, or its features from being found in the frame."""
        path: KeyPath = ("predict", "model")
        if "{batch}" in getattr(self.loaded.config.predict.model, "path", ""):
            return  # there is one for each batch, and a check knows of none
        try:
            loaded = self._loaded_model()
            if frame is not None:
                loaded.features(frame)
        except ForbiddenError:
            raise
        except SeawallError as error:
            seen = error.seen or error.where
            yield self._fault(path, error.what, seen, allowed=error.allowed, todo=error.todo)

    def _loaded_model(self) -> Model:
        declared, root = self.loaded.config.predict, self.loaded.root
        return load(declared, pin(declared, root=root, batch=self.context.batch))

    def _fault(
        self, path: KeyPath, what: str, seen: str = "", *, allowed: str = "", todo: str = ""
    ) -> Fault:
        return Fault(self.loaded.places.value(path), dotted(path), what, seen, allowed, todo)


def _missing_name(cause: BaseException | None) -> str | None:
    """The column that the step asked the frame for; None when it raised for another reason."""
    if isinstance(cause, AttributeError):
        named = _ATTRIBUTE.search(str(cause))
        return None if named is None else named["name"]
    if not isinstance(cause, KeyError) or not cause.args:
        return None
    named = _LISTED.search(str(cause.args[0]))
    return str(cause.args[0]) if named is None else named["name"]
