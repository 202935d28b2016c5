"""A frame's columns as the tensors that an ONNX graph takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seawall.config.predicting import OnnxModel, Predict
from seawall.errors import DataError
from seawall.models.loaded import Kind
from seawall.models.matrix import as_matrix, as_numbers
from seawall.shown import listed, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Inputs", "inputs_of"]

_DTYPES = {
    "tensor(bool)": np.dtype(np.bool_),
    "tensor(double)": np.dtype(np.float64),
    "tensor(float)": np.dtype(np.float32),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int64)": np.dtype(np.int64),
    "tensor(string)": np.dtype(np.object_),
}


@dataclass(frozen=True, slots=True)
class Input:
    """A tensor's name, type and rank: a column is (rows, 1) or (rows)."""

    name: str
    dtype: np.dtype[Any]
    rank: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """One tensor a column, or one tensor of all; `names` are the columns, None where nobody says."""

    inputs: tuple[Input, ...]
    names: tuple[str, ...] | None
    width: int | None
    is_matrix: bool
    narrow: bool

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What each named column holds."""
        types = [entry.dtype.kind for entry in self.inputs]
        types = types * len(self.names or ()) if self.is_matrix else types
        held: dict[str, Kind] = {"O": "text", "b": "bool"}
        return {
            name: held.get(kind, "number")
            for name, kind in zip(self.names or (), types, strict=True)
        }

    def takes(self, names: Sequence[str]) -> dict[str, Callable[[pd.Series[Any]], object]]:
        """What becomes of each of the columns, which have these names."""
        types = [entry.dtype for entry in self.inputs]
        types = types * len(names) if self.is_matrix else types
        return {
            name: partial(_tensor, dtype=dtype, narrow=self.narrow)
            for name, dtype in zip(names, types, strict=False)  # the signature compares the count
        }

    def tensors(self, frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
        """The frame's columns, in order, by the names of the inputs."""
        if self.is_matrix:
            return {self.inputs[0].name: self._matrix(frame)}
        tensors = {}
        for place, entry in enumerate(self.inputs):
            values = _tensor(frame.iloc[:, place], entry.dtype, narrow=self.narrow)
            tensors[entry.name] = values.reshape(-1, 1) if entry.rank > 1 else values
        return tensors

    def _matrix(self, frame: pd.DataFrame) -> NDArray[Any]:
        dtype = self.inputs[0].dtype
        if dtype.kind == "f":
            return np.ascontiguousarray(as_matrix(frame, dtype, narrow=self.narrow))
        matrix = np.empty(frame.shape, dtype)
        for place in range(frame.shape[1]):
            matrix[:, place] = _tensor(frame.iloc[:, place], dtype, narrow=self.narrow)
        return matrix


def inputs_of(
    found: Sequence[Any], features: tuple[str, ...] | None, declared: Predict, path: str
) -> Inputs:
    """How the graph takes its columns; DataError for inputs that no frame can be given as.

    `features` are the columns' names as the file's metadata has them.
    """
    for entry in found:
        _hold(entry, path)
    narrow = isinstance(declared.model, OnnxModel) and declared.model.float32
    inputs = tuple(Input(entry.name, _DTYPES[entry.type], len(entry.shape)) for entry in found)
    widths = [entry.shape[1] if len(entry.shape) > 1 else 1 for entry in found]
    is_matrix = widths != [1] * len(found)
    if is_matrix and len(found) > 1:
        seen = ", ".join(f"{entry.name} {entry.shape}" for entry in found)
        todo = "export one input a column, or one of all columns"
        raise DataError("the ONNX file mixes tables and columns", path, seen, todo=todo)
    count = widths[0] if is_matrix else len(found)
    _hold_names(features, declared, count, path)
    if features is None and not is_matrix and (len(found) > 1 or declared.features is None):
        features = tuple(entry.name for entry in found)
    return Inputs(inputs, features, count if isinstance(count, int) else None, is_matrix, narrow)


def _hold_names(
    features: tuple[str, ...] | None, declared: Predict, count: object, path: str
) -> None:
    """The metadata names as many columns as the graph takes, and somebody names them."""
    if features is not None and isinstance(count, int) and count != len(features):
        what = "the metadata seawall.features does not fit the inputs of the ONNX file"
        raise DataError(what, path, f"{len(features)} names", f"{count} names", "export it anew")
    if features is None and declared.features is None and not isinstance(count, int):
        raise DataError(
            "the ONNX file does not say which columns it takes",
            path,
            "an input of any width",
            "the columns in their order",
            "list them under predict.features, or in the metadata seawall.features",
        )


def _hold(entry: Any, path: str) -> None:
    """The input is a tensor of a known type with any number of rows."""
    if entry.type not in _DTYPES:
        allowed = listed(_DTYPES)
        raise DataError(
            "an input of the ONNX file has a type that no column has",
            path,
            f"{entry.name}: {entry.type}",
            allowed,
        )
    if len(entry.shape) not in {1, 2} or isinstance(entry.shape[0], int):
        raise DataError(
            "an input of the ONNX file does not take any number of rows",
            path,
            f"{entry.name} of shape {entry.shape}",
            "shape [None, columns] or [None]",
            "export it with a dynamic first dimension",
        )


def _tensor(values: pd.Series[Any], dtype: np.dtype[Any], *, narrow: bool) -> NDArray[Any]:
    """The column in the input's type, every value as it was."""
    if dtype.kind == "f":
        return as_numbers(values, dtype, narrow=narrow)
    if dtype.kind == "O":
        return _texts(values)
    plain = getattr(values.dtype, "numpy_dtype", values.dtype)
    fits = isinstance(plain, np.dtype) and plain.kind in ("b" if dtype.kind == "b" else "iub")
    if not fits:
        raise DataError(
            f"the model takes {dtype}, and the column {shown(values.name)} is something else",
            "predict.model",
            str(values.dtype),
            str(dtype),
            "declare its dtype under validate.columns, or cast it in a stage",
        )
    _refuse_nulls(values, dtype)
    if dtype.kind == "i" and plain.kind != "b":
        _hold_range(values, dtype)
    return values.to_numpy(dtype=dtype)


def _texts(values: pd.Series[Any]) -> NDArray[Any]:
    _refuse_nulls(values, np.dtype(np.str_))
    if str(values.dtype) == "category":
        return values.cat.categories.to_numpy(dtype=object)[values.cat.codes.to_numpy()]
    return values.to_numpy(dtype=object)


def _refuse_nulls(values: pd.Series[Any], dtype: np.dtype[Any]) -> None:
    """Neither whole numbers nor texts have a null in ONNX."""
    nulls = int(values.isna().sum())
    if nulls:
        raise ValueError(f"{nulls:,} nulls in {shown(values.name)}, and {dtype} has none in ONNX")


def _hold_range(values: pd.Series[Any], dtype: np.dtype[Any]) -> None:
    known = np.iinfo(dtype)
    if len(values) and not (known.min <= int(values.min()) and int(values.max()) <= known.max):
        raise ValueError(f"a number in {shown(values.name)} does not fit {dtype}")
