"""The pipeline's models, loaded before any data is read, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.predicting import Predict
from seawall.contracts import Context
from seawall.errors import ForbiddenError, SeawallError
from seawall.models import Model, ModelPin, golden_digest, hold_golden, load, pin, pin_fallback
from seawall.plan.labelled import label_faults
from seawall.plan.packaged import package_faults

__all__ = ["Asked", "Features", "Models"]

Asked = Literal["each", "that predicts"]
"""Which models a check is about: each by itself, or the one that a run would ask now."""

Features = Callable[[Model], Iterator[Fault]]
"""What is wrong with the columns that a model takes."""
_MODEL: KeyPath = ("predict", "model")
_FALLBACK: KeyPath = ("predict", "fallback")
_GOLDEN: KeyPath = ("predict", "golden")


@dataclass(frozen=True, slots=True)
class Models:
    """The declared model and its fallback; one for each batch is left to the runs.

    A model that is not the pinned one raises ForbiddenError.
    """

    loaded: LoadedConfig
    context: Context
    asked: Asked

    def faults(self, features: Features, declared: pd.DataFrame | None) -> Iterator[Fault]:
        """What keeps a model from being loaded, given its columns, or trusted.

        `declared` has the contract's columns, without rows: what they hold is promised.
        """
        absent = list(package_faults(self.loaded))
        if absent:
            yield from absent
        elif self.asked == "each":
            yield from self._of_each(features, declared)
        elif not (self._of_batch("model") or self._of_batch("fallback")):
            yield from self._of_one(features, declared)

    def _of_each(self, features: Features, declared: pd.DataFrame | None) -> Iterator[Fault]:
        if not self._of_batch("model"):
            yield from self._faults(_MODEL, self._own, features, declared)
        if self._declared.fallback is not None and not self._of_batch("fallback"):
            yield from self._faults(_FALLBACK, self._fallback, features, declared)

    def _of_one(self, features: Features, declared: pd.DataFrame | None) -> Iterator[Fault]:
        """The fallback is the one where the model cannot be had, as in a run."""
        own = self._declared.model_copy(update={"golden": None})
        try:
            found = pin(own, root=self.loaded.root, batch=self.context.batch)
        except ForbiddenError:
            raise
        except SeawallError as error:
            yield self._fault(_MODEL, error)
            return
        path = _FALLBACK if found.fallback else _MODEL
        yield from self._faults(path, lambda: found, features, declared)

    @property
    def _declared(self) -> Predict:
        return self.loaded.config.predict

    def _of_batch(self, key: str) -> bool:
        return "{batch}" in (getattr(getattr(self._declared, key), "path", None) or "")

    def _faults(
        self,
        path: KeyPath,
        pinned: Callable[[], ModelPin],
        features: Features,
        declared: pd.DataFrame | None,
    ) -> Iterator[Fault]:
        try:
            found = pinned()
            model = load(self._declared, found)
            if declared is not None:
                model.hold(declared)
        except ForbiddenError as error:
            raise self._refused(path, error) from error
        except SeawallError as error:
            yield self._fault(path, error)
            return
        yield from features(model)
        if path == _MODEL:
            yield from label_faults(self.loaded, model)
            yield from self._golden(model, found)

    def _golden(self, model: Model, pinned: ModelPin) -> Iterator[Fault]:
        declared, root, batch = self._declared, self.loaded.root, self.context.batch
        if "{batch}" in (declared.golden or ""):
            return
        try:
            golden = golden_digest(declared, root, batch)
            hold_golden(model, declared, replace(pinned, golden=golden), root=root, batch=batch)
        except SeawallError as error:
            yield self._fault(_GOLDEN, error)

    def _own(self) -> ModelPin:
        """The first model, without anything that could stand in for it."""
        alone = self._declared.model_copy(update={"fallback": None, "golden": None})
        return pin(alone, root=self.loaded.root, batch=self.context.batch)

    def _fallback(self) -> ModelPin:
        return pin_fallback(self._declared, root=self.loaded.root, batch=self.context.batch)

    def _refused(self, path: KeyPath, error: ForbiddenError) -> ForbiddenError:
        """The refusal, with the place in the pipeline file where the model is declared."""
        at = self.loaded.places.value(path)
        where = f"{at.file}:{at.line}:{at.column} {dotted(path)}: {error.where}"
        return ForbiddenError(error.what, where, error.seen, error.allowed, error.todo)

    def _fault(self, path: KeyPath, error: SeawallError) -> Fault:
        """At the key that the error names, if the file has it, else at the model."""
        named: KeyPath = tuple(error.where.split("."))
        if named[:2] == _MODEL and path == _FALLBACK:
            named = (*_FALLBACK, *named[2:])
        places = self.loaded.places
        at = named if named[0] == "predict" and places.node(named) is not None else path
        seen = error.seen if at == named else ": ".join(filter(None, [error.where, error.seen]))
        return Fault(places.value(at), dotted(at), error.what, seen, error.allowed, error.todo)
