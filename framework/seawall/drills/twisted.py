"""The pipeline's own model with something wrong: a row that it cannot take, results that it must not have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.drills.ground import ground_in
from seawall.errors import UnavailableError
from seawall.models import Model, load, pin

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TWISTS", "absent", "twisted"]

TWISTS = ("constant", "out_of_bounds", "poison_row", "raises")
_ONE_IN = 100
_BEYOND = 1e6
_NO_LABEL = "no label of the model's"


def absent() -> None:
    """Raises UnavailableError: a factory whose model is not there."""
    raise UnavailableError("the model is missing", "the drill's factory")


def twisted(*, folder: str, fault: str, row: int, threads: int) -> Any:
    """The model that the sandbox's pipeline declares, with the fault; `row` is the one that is poison."""
    ground = ground_in(Path(folder))
    loaded = ground.loaded
    declared = loaded.config.predict
    model = load(declared, pin(declared, root=loaded.root, batch=ground.batch), threads=threads)
    return _Twisted(model, fault, row)


class _Twisted:
    """What calls every method of the model alike: a pipeline declares one of them."""

    def __init__(self, model: Model, fault: str, row: int) -> None:
        self._model, self._fault, self._row = model, fault, row
        self._usual: dict[str, Any] = {}
        if model.feature_names is not None:
            self.feature_names_in_ = model.feature_names

    def _called(self, features: pd.DataFrame) -> dict[str, Any]:
        if self._fault == "raises" or (self._fault == "poison_row" and self._row in features.index):
            raise ValueError("raised by the drill")
        results = self._model.predict(features)
        return {name: self._twisted(name, values) for name, values in results.items()}

    def _twisted(self, name: str, values: Any) -> Any:
        import numpy as np

        if not len(values):
            return values
        twisted = np.array(values, copy=True)
        if self._fault == "constant":
            twisted[:] = self._usual.setdefault(name, sorted(values)[len(values) // 2])
        elif self._fault == "out_of_bounds":
            if np.issubdtype(twisted.dtype, np.floating):
                twisted[::_ONE_IN] = _BEYOND
            else:
                twisted = twisted.astype(object)
                twisted[::_ONE_IN] = _NO_LABEL if isinstance(values[0], str) else int(_BEYOND)
                twisted = np.array(twisted.tolist())
        return twisted

    predict = predict_proba = decision_function = transform = _called
