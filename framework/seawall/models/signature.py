"""The columns that a model takes: their names, their order, what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seawall.config.predicting import Predict
from seawall.errors import DataError
from seawall.models.loaded import Kind, Loaded
from seawall.names import did_you_mean
from seawall.shown import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Signature", "signature_of"]

_SHOWN = 20
_OF_OBJECTS = {
    "boolean": "bool",
    "decimal": "number",
    "empty": None,
    "floating": "number",
    "integer": "number",
    "mixed-integer-float": "number",
    "string": "text",
}
_HOLDS = {"number": "numbers", "text": "texts", "bool": "truth values"}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model's frame must have; `names` is None for a model that takes any columns."""

    names: tuple[str, ...] | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    takes: Mapping[str, Callable[[pd.Series[Any]], object]] = field(default_factory=dict)

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The model's own columns in its own order; all where it takes any.

        DataError for a column that isn't there, or that holds something else than the model was
        fitted on. A column without a value is taken to fit.
        """
        if self.names is None:
            return frame
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise DataError(
                f"the model needs columns that nobody makes: {_listed(missing)}",
                "predict.model",
                f"the columns {_listed(frame.columns)}",
                f"the columns {_listed(self.names)}",
                did_you_mean(missing[0], map(str, frame.columns)) or "add a stage that makes them",
            )
        chosen = frame[list(self.names)]
        if len(chosen):  # what a stage makes of no rows need not have the type of its values
            self.hold(chosen)
        return chosen

    def hold(self, frame: pd.DataFrame) -> None:
        """Those of the model's columns that the frame has hold what it was fitted on, or DataError.

        A frame without rows is of types that are promised: they are ones that the model takes.
        """
        for name, wanted in self.kinds.items():
            seen = _kind_of(frame[name]) if name in frame.columns else None
            if seen is None or seen == wanted or (wanted, seen) == ("number", "bool"):
                continue
            if len(frame) and not frame[name].notna().any():
                continue
            raise DataError(
                f"the column {shown(name)} does not hold what the model was fitted on",
                "predict.model",
                f"{_HOLDS.get(seen, seen)} ({frame[name].dtype})",
                _HOLDS[wanted],
                f"declare its dtype under validate.columns, or mend the stage that makes {shown(name)}",
            )
        for name, taken in self.takes.items():
            if not len(frame) and name in frame.columns:
                taken(frame[name])


def signature_of(loaded: Loaded, declared: Predict) -> Signature:
    """What the model says of its columns, and the pipeline file where the model is silent.

    DataError when they contradict each other, or when a model that was fitted on a bare matrix is
    given nothing that says which columns it means: a frame has the key in it, too.
    """
    stated, own = declared.features, loaded.features
    if own is None and stated is None and loaded.width is not None:
        raise DataError(
            "the model does not name its features",
            "predict.model",
            f"a model of {loaded.width} columns without names",
            "features, in the order of the columns that it was fitted on",
            "list them under predict.features; or fit it on a frame, whose names it keeps",
        )
    names = own if stated is None else stated
    width = loaded.width if own is None else len(own)
    if stated is not None and (stated != (own or stated) or width not in {None, len(stated)}):
        raise DataError(
            "predict.features are not the features of the model",
            "predict.features",
            f"{len(stated)} columns: {_listed(stated)}",
            f"{width} columns" + ("" if own is None else f": {_listed(own)}"),
            "leave predict.features out" if own else "list as many as the model has",
        )
    kinds = {n: k for n, k in loaded.input_types.items() if n in (names or ())}
    return Signature(names, kinds, {n: t for n, t in loaded.takes.items() if n in (names or ())})


def _kind_of(values: pd.Series[Any]) -> str | None:
    """What the column holds, as kinds have it or in words; None where its values do not say."""
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _kind_of(dtype.categories.to_series())
    if isinstance(dtype, pd.StringDtype):
        return "text"
    if pd.api.types.is_bool_dtype(dtype):
        return "bool"
    if pd.api.types.is_numeric_dtype(dtype):
        return "number"
    if not pd.api.types.is_object_dtype(dtype):
        return "times" if pd.api.types.is_datetime64_any_dtype(dtype) else str(dtype)
    inferred = pd.api.types.infer_dtype(values, skipna=True)
    return _OF_OBJECTS.get(inferred, f"{inferred} values")


def _listed(names: Any) -> str:
    shown = [str(name) for name in names]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
