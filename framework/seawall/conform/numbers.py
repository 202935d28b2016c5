"""Numbers of one type as numbers of another: where a value would change, it is null and marked."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.conform.types import Mask, Partly

__all__ = ["numbers", "without"]

_EXACT = {pa.float32(): 2**24, pa.float64(): 2**53}
_DIGITS = 100


def numbers(values: pa.Array, wanted: pa.DataType) -> Partly:
    """Integers, floats and decimals in another numeric type, each equal to what it was."""
    if pt.is_decimal(values.type):
        return _of_decimals(values, wanted)
    if pt.is_floating(values.type):
        return _of_floats(values, wanted)
    if pt.is_floating(wanted):
        return _ints_as_floats(values, wanted)
    return _ints_as_ints(values, wanted)


def without(values: pa.Array, bad: Mask) -> Partly:
    """The values with nulls in place of the bad ones; the mask is None when none is bad."""
    if not bad.any():
        return values, None
    return pc.if_else(pa.array(bad), pa.scalar(None, values.type), values), bad


def _ints_as_ints(values: pa.Array, wanted: pa.DataType) -> Partly:
    try:
        return values.cast(wanted), None
    except pa.ArrowInvalid:
        room = np.iinfo(wanted.to_pandas_dtype())
        have = _filled(values)
        kept, bad = without(values, (have < room.min) | (have > room.max))
        return kept.cast(wanted), bad


def _ints_as_floats(values: pa.Array, wanted: pa.DataType) -> Partly:
    """Arrow refuses every integer above 2**53; those that a float has exactly are fine."""
    have = _filled(values)
    limit = _EXACT[wanted]
    if not len(have) or (-limit <= have.min() and have.max() <= limit):
        return values.cast(wanted, safe=False), None
    floats = have.astype(wanted.to_pandas_dtype())
    info = np.iinfo(have.dtype)
    within = (floats >= float(info.min)) & (floats < float(info.max) + 1)  # else no way back
    back = np.where(within, floats, 0).astype(have.dtype)
    kept, bad = without(values, ~within | (back != have))
    return kept.cast(wanted, safe=False), bad


def _of_floats(values: pa.Array, wanted: pa.DataType) -> Partly:
    if pt.is_floating(wanted) and wanted.bit_width >= values.type.bit_width:
        return values.cast(wanted), None
    have = _filled(values)
    if pt.is_floating(wanted):
        with np.errstate(over="ignore"):
            back = have.astype(wanted.to_pandas_dtype()).astype(have.dtype)
        kept, bad = without(values, (back != have) & ~np.isnan(have))
        return kept.cast(wanted, safe=False), bad
    room = np.iinfo(wanted.to_pandas_dtype())
    whole = np.isfinite(have) & (np.floor(have) == have)
    # From there on several whole numbers become one float: nobody knows which of them it was.
    whole &= np.abs(have) < _EXACT.get(values.type, 2**11)
    kept, bad = without(values, ~(whole & (have >= room.min) & (have < float(room.max) + 1)))
    return kept.cast(wanted, safe=False), bad


def _of_decimals(values: pa.Array, wanted: pa.DataType) -> Partly:
    try:
        return _cast_decimals(values, wanted), None
    except pa.ArrowInvalid:
        changes = (value is not None and _changes(value, wanted) for value in values.to_pylist())
        kept, bad = without(values, np.fromiter(changes, dtype=bool, count=len(values)))
        return _cast_decimals(kept, wanted), bad


def _cast_decimals(values: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Decimals as numbers; ArrowInvalid when one changes, also by rounding to a float."""
    converted = values.cast(wanted)
    if pt.is_floating(wanted):
        wide = pa.decimal256(76, values.type.scale)  # no float of the column overflows it
        same = pc.equal(converted.cast(wide, safe=False), values.cast(wide))
        if pc.all(same).as_py() is False:  # None where all are null
            raise pa.ArrowInvalid("a decimal would be rounded")
    return converted


def _changes(value: Decimal, wanted: pa.DataType) -> bool:
    if pt.is_floating(wanted):
        with np.errstate(over="ignore"):
            near = float(wanted.to_pandas_dtype()(float(value)))
        if not math.isfinite(near):
            return True
        with localcontext(prec=_DIGITS):
            return Decimal(near).quantize(value) != value
    room = np.iinfo(wanted.to_pandas_dtype())
    return value != int(value) or not room.min <= value <= room.max


def _filled(values: pa.Array) -> NDArray[Any]:
    """The values as numpy has them, with 0 for nulls."""
    filled: NDArray[Any] = (values.fill_null(0) if values.null_count else values).to_numpy()
    return filled
