"""What a model returns, as the columns that the pipeline file names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.predicting import Predict
from seawall.errors import DataError, SoftwareError
from seawall.models.labels import Places, places_of, second_alone
from seawall.models.loaded import Loaded
from seawall.shown import listed, shown

__all__ = ["Columns", "wanted_columns"]

Columns = Callable[[Any], dict[str, Any]]
_WHERE = "predict.outputs"
_MEND = "mend the model's method, or predict.outputs"
_PLAIN = "iufbUMm"
"""Kinds of numpy arrays whose values are all of one type that can be stored."""


def wanted_columns(loaded: Loaded, declared: Predict) -> Columns:
    """A function from the method's result to {output column: array}.

    Classes are chosen by their label, never by position; DataError when the model has no such
    class, or another number of columns than the file names. Columns of a frame and entries of a mapping are chosen by name. The function raises
    SoftwareError for a result of another shape, or with values of several types.
    """
    places = places_of(loaded, declared)
    if places is None:
        _hold_count(loaded, declared.output_columns)
        return lambda result: _settled(_in_order(result, declared.output_columns))
    return lambda result: _settled(_by_label(result, places))


def _hold_count(loaded: Loaded, columns: Sequence[str]) -> None:
    """The file names as many outputs as the model has columns, where the model says how many."""
    if loaded.columns not in {None, len(columns)}:
        raise DataError(
            "the model returns another number of columns than predict.outputs names",
            _WHERE,
            f"{len(columns)}: {listed(columns)}",
            f"{loaded.columns}, as many as the model returns",
            "name each column of the model's result, in its order",
        )


def _in_order(result: Any, columns: Sequence[str]) -> dict[str, Any]:
    if isinstance(result, pd.DataFrame | Mapping):
        named = _by_name(result, {column: (column,) for column in columns})
        if named is not None:
            return named
        if isinstance(result, Mapping) or not set(columns).isdisjoint(result.columns):
            raise _unlike("the model's result lacks an output", list(result), list(columns))
    table = _table(result)
    if table.shape[1] != len(columns):
        raise _unlike(
            "the model returns another number of columns than predict.outputs names",
            f"shape {np.shape(result)}",
            f"{len(columns)} columns: {listed(columns)}",
        )
    dense = table.toarray() if hasattr(table, "toarray") else table
    return {column: dense[:, place] for place, column in enumerate(columns)}


def _by_label(result: Any, places: Places) -> dict[str, Any]:
    if isinstance(result, pd.DataFrame | Mapping):
        labels = {name: (place.label, str(place.label), name) for name, place in places.of.items()}
        named = _by_name(result, labels)
        if named is None:
            raise _unlike("the model's result lacks a class", list(result), places.allowed)
        return named
    if places.targets and isinstance(result, list | tuple):
        tables = [_table(target) for target in result]
        return {n: _taken(tables[p.target], p.column, p.classes) for n, p in places.of.items()}
    return {name: _chosen(result, name, places) for name, place in places.of.items()}


def _chosen(result: Any, name: str, places: Places) -> NDArray[Any]:
    """One output of a bare array, whose columns are the classes, or the second class of each target."""
    place, table = places.of[name], _table(result)
    if place.column is None:
        raise DataError(
            "the model does not name its classes, so none can be chosen by its label",
            f"{_WHERE}.{name}",
            f"label {shown(place.label)}, and an array of shape {np.shape(result)}",
            "classes_ on the model, or a result that is a frame with the labels as columns",
            "list predict.outputs in the order of the model's columns: outputs: [p, q]",
        )
    if places.targets or (table.shape[1] == 1 and place.classes == 2):  # noqa: PLR2004 - no and yes
        if place.column != 1 or place.classes != 2:  # noqa: PLR2004 - no and yes
            raise second_alone(name, place)
        return _taken(table, place.target, places.targets or 1)
    return _taken(table, place.column, place.classes)


def _taken(table: Any, column: int | None, columns: int) -> NDArray[Any]:
    if column is None or table.shape[1] != columns:
        what = "the model returns another number of columns than it has classes"
        raise _unlike(what, f"shape {table.shape}", f"{columns} columns")
    values: NDArray[Any] = (table.toarray() if hasattr(table, "toarray") else table)[:, column]
    return values


def _by_name(result: Any, names: Mapping[str, Sequence[Any]]) -> dict[str, Any] | None:
    """Each output by the first of its names that the result has; None when it lacks one."""
    found: dict[str, Any] = {}
    for output, candidates in names.items():
        there = [name for name in candidates if name in result]
        if not there:
            return None
        found[output] = np.asarray(result[there[0]])
    return found


def _table(result: Any) -> Any:
    """The result as rows and columns; a sparse matrix stays one."""
    if hasattr(result, "toarray") and hasattr(result, "shape"):
        return result
    try:
        values = np.asarray(result)
    except ValueError as error:
        raise _unlike("the model's rows differ in length", type(result).__name__, "") from error
    if values.ndim not in {1, 2}:
        seen = "nothing" if result is None else f"{type(result).__name__} of shape {values.shape}"
        raise _unlike("the model must return one row a row", seen, "one or two dimensions")
    return values.reshape(-1, 1) if values.ndim == 1 else values


def _settled(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: _of_one_type(np.asarray(values), name) for name, values in columns.items()}


def _of_one_type(values: NDArray[Any], name: str) -> NDArray[Any]:
    """The values as numbers, truth values, times or texts."""
    if values.dtype.kind in _PLAIN:
        return values
    kind = pd.api.types.infer_dtype(values, skipna=True) if values.ndim == 1 else "nested"
    if values.dtype.kind == "O" and kind in {"string", "empty"}:
        return values
    if kind in {"integer", "floating", "boolean", "mixed-integer-float"}:
        numbers = np.array([np.nan if pd.isna(value) else value for value in values])
        if numbers.dtype.kind in _PLAIN:
            return numbers
    of_one = values.dtype.kind != "O" or kind in {"bytes", "complex"}
    which = "of a type that is not stored" if of_one else "that are not all of one type"
    raise SoftwareError(
        f"the model returns values {which}",
        f"{_WHERE}.{name}",
        str(values.dtype) if kind in str(values.dtype) else f"{values.dtype}, {kind}",
        "numbers, truth values, times or texts",
        _MEND,
    )


def _unlike(what: str, seen: Any, allowed: Any) -> SoftwareError:
    return SoftwareError(what, _WHERE, str(seen), str(allowed), _MEND)
