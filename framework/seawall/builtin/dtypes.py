"""Values from the pipeline file as a column holds them, or why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NONE", "NUMBERS", "alike", "family", "held"]

NUMBERS = frozenset({"integer", "float"})
NONE = "none"
"""The family of a column of objects without a value: it may become anything."""
_Unit = Literal["s", "ms", "us", "ns"]
_INFERRED = {"boolean": "bool", "integer": "integer", "floating": "float", "string": "text"}


def family(values: pd.Series[Any]) -> str:
    """What the column holds: text, integer, float, bool, timestamp, none, or other.

    A category is what its categories are.
    """
    import pandas as pd

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return family(dtype.categories.to_series())
    if pd.api.types.is_object_dtype(dtype):
        inferred = pd.api.types.infer_dtype(values, skipna=True)
        return NONE if inferred == "empty" else _INFERRED.get(inferred, "other")
    tests: tuple[tuple[Callable[[Any], bool], str], ...] = (
        (pd.api.types.is_bool_dtype, "bool"),
        (pd.api.types.is_integer_dtype, "integer"),
        (pd.api.types.is_float_dtype, "float"),
        (pd.api.types.is_datetime64_any_dtype, "timestamp"),
        (pd.api.types.is_string_dtype, "text"),
    )
    return next((name for test, name in tests if test(dtype)), "other")


def alike(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    """Whether values of the columns can be compared: numbers, or two of a family, times both zoned."""
    families = {family(one), family(other)} - {NONE}
    if families == {"timestamp"}:
        return _zoned(one) == _zoned(other) or NONE in {family(one), family(other)}
    return families <= NUMBERS or len(families) == 1


def held(values: pd.Series[Any], choices: Sequence[Any]) -> list[Any]:
    """The choices in the column's own type; TypeError for one that the column cannot hold.

    Nothing is changed, but for the nearest 32-bit float where the column has those.
    """
    kind = family(values)
    return [_held(values, kind, choice) for choice in choices]


def _held(values: pd.Series[Any], kind: str, value: Any) -> Any:
    if not _is_of(value, kind):
        raise _misfit(values, value)
    if kind == "timestamp":
        return _time(values, str(value))
    return _number(values, value) if kind in NUMBERS else value


def _is_of(value: object, kind: str) -> bool:
    if kind == "bool" or isinstance(value, bool):
        return kind in {"bool", NONE} and isinstance(value, bool)
    if kind in {"text", "timestamp"}:
        return isinstance(value, str)
    return kind == NONE or isinstance(value, {"integer": int, "float": int | float}.get(kind, ()))


def _number(values: pd.Series[Any], value: Any) -> Any:
    import numpy as np

    dtype = _plain(values)
    if dtype.kind == "f":
        return dtype.type(value)
    if dtype.kind not in "iu":  # a column of objects
        return value
    limits = np.iinfo(dtype)
    if not limits.min <= value <= limits.max:
        raise _misfit(values, value)
    return value


def _plain(values: pd.Series[Any]) -> Any:
    import numpy as np
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    return np.dtype(getattr(dtype, "numpy_dtype", dtype))


def _time(values: pd.Series[Any], text: str) -> pd.Timestamp:
    import pandas as pd

    try:
        time = pd.Timestamp(text)
        if (time.tzinfo is not None) != _zoned(values):
            raise _misfit(values, text)
        zone, unit = (
            getattr(values.dtype, "tz", None),
            cast("_Unit", getattr(values.dtype, "unit", "us")),
        )
        time = time if zone is None else time.tz_convert(zone)
        return time.as_unit(unit, round_ok=False)
    except ValueError:
        raise _misfit(values, text) from None


def _zoned(values: pd.Series[Any]) -> bool:
    return getattr(values.dtype, "tz", None) is not None


def _misfit(values: pd.Series[Any], value: object) -> TypeError:
    return TypeError(f"the column {values.name!r} is {values.dtype} and cannot hold {value!r}")
