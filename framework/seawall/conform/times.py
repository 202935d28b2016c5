"""Times: of one unit in another, dates at midnight, text by ISO 8601 or the declared format."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seawall.config.contract import Parse
from seawall.config.formats import iso, like
from seawall.conform.numbers import without
from seawall.conform.text import matching
from seawall.conform.types import Mask, Partly, is_zoned

__all__ = ["of_dates", "of_times", "times_in", "unwritable"]

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_ENDS = (datetime.min, datetime.max)  # noqa: DTZ901 - times on a clock
_DIGITS = {"us": 6, "ns": 9}


def of_times(values: pa.Array, wanted: pa.DataType) -> Partly:
    """The same instants, or times on the clock, in another unit or zone."""
    try:
        return values.cast(wanted), None
    except pa.ArrowInvalid:
        have = values.cast(pa.int64()).fill_null(0).to_numpy()
        per, into = _PER_SECOND[values.type.unit], _PER_SECOND[wanted.unit]
        if per > into:
            bad = have % (per // into) != 0
        else:
            bad = np.abs(have) > np.iinfo(np.int64).max // (into // per)
        kept, bad = without(values, bad)
        return kept.cast(wanted), bad


def of_dates(values: pa.Array, wanted: pa.DataType) -> Partly:
    """The midnights with which the dates begin."""
    return of_times(values.cast(pa.timestamp("s")), wanted)


def times_in(values: pa.Array, wanted: pa.DataType, parse: Parse | None) -> Partly:
    """Text as times; an instant needs an offset in its text, a time on the clock may have none."""
    if parse is not None and parse.format is not None:
        return _formatted(values, wanted, parse.format)
    try:
        return values.cast(wanted), None
    except pa.ArrowInvalid:
        like_iso = matching(values, iso(_DIGITS[wanted.unit], zoned=is_zoned(wanted)))
        bad = ~like_iso & values.is_valid().to_numpy(zero_copy_only=False)
        kept, _ = without(values, bad)
        bad |= _no_days(kept, wanted.unit)
        return without(values, bad)[0].cast(wanted), bad


def unwritable(values: pa.ChunkedArray) -> Mask | None:
    """Which times lie outside the years 1 to 9999, as their zone has them; None without any.

    Neither pandas nor Python can write such a time, nor read it where it was published.
    """
    unit, zone = values.type.unit, values.type.tz
    if unit == "ns" or not len(values):  # nanoseconds end in 2262
        return None
    lowest, highest = (_since_1970(end, unit, zone) for end in _ENDS)
    ends = pc.min_max(values.cast(pa.int64())).as_py()
    if ends["min"] is None or (lowest <= ends["min"] and ends["max"] <= highest):
        return None
    counts = values.cast(pa.int64()).fill_null(0).to_numpy()
    mask: Mask = (counts < lowest) | (counts > highest)
    return mask


def _since_1970(clock: datetime, unit: str, zone: str | None) -> int:
    """The instant at which a clock of the zone shows the time, in whole units since 1970."""
    offset = pa.lib.string_to_tzinfo(zone).utcoffset(clock) if zone else timedelta()
    since = clock - datetime(1970, 1, 1) - offset  # noqa: DTZ001 - a time on a clock
    return since // timedelta(microseconds=10**6 // _PER_SECOND[unit])


def _no_days(values: pa.Array, unit: str) -> Mask:
    """Which of the texts name a day that no calendar has, or that is too far away for the unit."""
    days = pc.utf8_slice_codeunits(values, 0, 10).dictionary_encode()
    wrong = np.array([not _is_day(day, unit) for day in days.dictionary.to_pylist()] + [False])
    mask: Mask = wrong[days.indices.fill_null(len(wrong) - 1).to_numpy()]
    return mask


def _is_day(text: str, unit: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return unit != "ns" or 1678 <= day.year <= 2261  # noqa: PLR2004 - whole years of nanoseconds


def _formatted(values: pa.Array, wanted: pa.DataType, layout: str) -> Partly:
    """Pandas reads by strptime's directives; what it takes beyond them ("now") never reaches it."""
    import pandas as pd

    there = values.is_valid().to_numpy(zero_copy_only=False)
    kept, _ = without(values, ~matching(values, like(layout)) & there)
    texts = kept.cast(pa.string()).to_pandas()
    read = pd.to_datetime(texts, format=layout, errors="coerce", utc=is_zoned(wanted))
    found, _ = of_times(pa.Array.from_pandas(read), wanted)
    bad = found.is_null().to_numpy(zero_copy_only=False) & there
    return found, bad if bad.any() else None
