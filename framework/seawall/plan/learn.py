"""Which columns the steps need and make, learned by running them once on a frame without rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from pydantic import ValidationError

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.judging import Step
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.conform import arrow_type, to_frame
from seawall.contracts import Context
from seawall.errors import ForbiddenError, SeawallError, SoftwareError
from seawall.models import Model, load, pin
from seawall.names import did_you_mean
from seawall.plan.make import columns_read
from seawall.stages.predict import features
from seawall.stages.steps import Bound, bind, mask, parameter_faults, transformed

__all__ = ["faults_of"]

_MISSING = re.compile(r"^(?:\"?\[)?['\"](?P<name>[^'\"]+)['\"]")


def faults_of(loaded: LoadedConfig, context: Context, *, with_model: bool) -> list[Fault]:
    """What only shows when the steps are imported and run: imports, parameters, missing columns.

    No data is read. With the model, its features are held to what the steps make, too; a model that
    isn't the pinned one raises ForbiddenError.
    """
    learner = _Learner(loaded, context)
    columns = columns_read(loaded.config)
    if columns is None:
        return [*learner.imports()]
    return [*learner.dry_run(without_rows(loaded.config, columns), with_model=with_model)]


def without_rows(config: PipelineConfig, columns: tuple[str, ...]) -> pd.DataFrame:
    """A frame of the read and the looked-up columns, typed by the contract; others are objects."""
    contracts = config.validate_.columns
    looked_up = [
        new for way in config.ingest.lookups.values() for new in way.added_columns.values()
    ]
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
        for path, step in self._steps():
            bound = self._bound(path, step)
            if isinstance(bound, Fault):
                yield bound

    def dry_run(self, frame: pd.DataFrame, *, with_model: bool) -> Iterator[Fault]:
        """Every step on the frame without rows; after a fault the next step sees what was there."""
        for path, step in self._steps():
            bound = self._bound(path, step)
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
            yield from self._model(frame)

    def _steps(self) -> Iterator[tuple[KeyPath, Step]]:
        config = self.loaded.config
        for number, step in enumerate(config.validate_.filters):
            yield ("validate", "filters", number), step
        for number, rule in enumerate(config.validate_.rules):
            yield ("validate", "rules", number), rule
        for number, step in enumerate(config.featurize):
            yield ("featurize", number), step

    def _bound(self, path: KeyPath, step: Step) -> Bound | Fault:
        try:
            return bind(step, self.context)
        except ValidationError as error:
            name, words = parameter_faults(error)[0]
            return self._fault((*path, "with", name), f"a parameter that doesn't fit: {words}")
        except Exception as error:  # noqa: BLE001 - the user's module may raise anything
            words = f"{type(error).__name__}: {error}"
            return self._fault((*path, "use"), f"cannot be imported: {words}", repr(step.use))

    def _raised(self, path: KeyPath, error: SoftwareError, frame: pd.DataFrame) -> Fault:
        """A missing column is named; anything else is shown with the user's file and line."""
        cause = error.__cause__
        named = _MISSING.match(str(cause)) if isinstance(cause, KeyError) else None
        if named is None:
            todo = "make it at home with a frame without rows"
            what = f"it raises on a frame without rows: {error.what}"
            return self._fault((*path, "use"), what, error.where, todo=todo)
        return self._missing((*path, "use"), named["name"], [str(name) for name in frame.columns])

    def _missing(self, path: KeyPath, name: str, made: list[str]) -> Fault:
        what = f"it needs a column {name!r} that nobody makes"
        todo = did_you_mean(name, made) or "declare it under validate.columns, or add a stage"
        return self._fault(path, what, allowed=", ".join(made), todo=todo)

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

    def _model(self, frame: pd.DataFrame) -> Iterator[Fault]:
        path: KeyPath = ("predict", "model")
        try:
            features(frame, self._loaded_model())
        except ForbiddenError:
            raise
        except SeawallError as error:
            yield self._fault(path, error.what, error.seen, allowed=error.allowed, todo=error.todo)

    def _loaded_model(self) -> Model:
        declared, root = self.loaded.config.predict, self.loaded.root
        return load(declared, pin(declared, root=root, batch=self.context.batch))

    def _fault(
        self, path: KeyPath, what: str, seen: str = "", *, allowed: str = "", todo: str = ""
    ) -> Fault:
        return Fault(self.loaded.places.value(path), dotted(path), what, seen, allowed, todo)
