"""A profile as a JSON document that people may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import Distinct
from seawall.profiles.moments import Moments
from seawall.profiles.shape import WORDED, Shape
from seawall.profiles.sound import sound
from seawall.profiles.stored import atoms_read, text, whole
from seawall.profiles.whole import Profile
from seawall.shown import line

__all__ = ["from_json", "to_json"]

_COUNTS = ("rows", "nulls", "nans", "minus_infinities", "plus_infinities")


def to_json(profile: Profile) -> dict[str, Any]:
    """The profile as JSON values; of different values only their count, not what counts them on.

    A column of numbers has `points`, the rows of those grid points that have any, by their place in
    the grid from 0, and `gaps`: how many values lie below, between, and above them. One of words
    has the rows of each in `words`, and of all others in `unlisted`. Floats are read back exactly.
    """
    segments = {
        name: {value: to_json(part) for value, part in parts.items()}
        for name, parts in profile.segments.items()
    }
    columns = {name: _column(column) for name, column in profile.columns.items()}
    return {
        "rows": profile.rows,
        "columns": columns,
        **({"segments": segments} if segments else {}),
    }


def from_json(stored: Mapping[str, Any]) -> Profile:
    """The profile of a document; ValueError, which names the column, when it is none."""
    try:
        columns = dict(stored["columns"])
        segments = dict(stored.get("segments", {}))
        return Profile(
            rows=whole(stored["rows"]),
            columns={name: _read(name, column) for name, column in columns.items()},
            segments={
                name: {value: from_json(part) for value, part in dict(parts).items()}
                for name, parts in segments.items()
            },
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no profile: {_said(error)}") from None


def _column(column: ColumnProfile) -> dict[str, Any]:
    shape = column.shape
    stored: dict[str, Any] = {
        "kind": shape.kind,
        **{name: getattr(column, name) for name in _COUNTS},
    }
    if shape.kind in WORDED:
        stored |= {"vocabulary": list(shape.vocabulary), "words": column.cells[:-1].tolist()}
        stored["unlisted"] = int(column.cells[-1])
    else:
        points = column.cells[1::2].tolist()
        stored |= {"grid": list(shape.grid), "gaps": column.cells[::2].tolist()}
        stored["points"] = {str(place): n for place, n in enumerate(points) if n}
        stored["moments"] = {**asdict(column.moments), "m2": _figure(column.moments.m2)}
        stored["below"] = {str(bucket): n for bucket, n in column.below.items()}
        stored["above"] = {str(bucket): n for bucket, n in column.above.items()}
    stored["atoms"] = dict(column.atoms.counts)
    return {**stored, "atoms_missed": column.atoms.missed, "distinct": column.distinct.count}


def _read(name: str, stored: Mapping[str, Any]) -> ColumnProfile:
    try:
        return sound(_read_column(stored))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"column {line(name)}: {_said(error)}") from None


def _read_column(stored: Mapping[str, Any]) -> ColumnProfile:
    shape = Shape(
        stored["kind"],
        grid=tuple(map(float, stored.get("grid", ()))),
        vocabulary=tuple(map(text, stored.get("vocabulary", ()))),
    )
    return ColumnProfile(
        shape=shape,
        **{name: whole(stored[name]) for name in _COUNTS},
        moments=Moments() if shape.kind in WORDED else _moments(stored["moments"]),
        cells=_cells(stored, shape),
        below=_tail(stored.get("below", {})),
        above=_tail(stored.get("above", {})),
        atoms=atoms_read(stored["atoms"], stored["atoms_missed"]),
        distinct=Distinct(told=whole(stored["distinct"])),
    )


def _cells(stored: Mapping[str, Any], shape: Shape) -> np.ndarray[Any, np.dtype[np.int64]]:
    if shape.kind in WORDED:
        counts = [*map(whole, stored["words"]), whole(stored["unlisted"])]
        return np.asarray(counts, dtype=np.int64)
    gaps = list(map(whole, stored["gaps"]))
    if len(gaps) != len(shape.grid) + 1:
        raise ValueError(f"{len(gaps)} gaps for {len(shape.grid)} grid points")
    cells = np.zeros(shape.cells, dtype=np.int64)
    cells[::2] = gaps
    for place, count in dict(stored["points"]).items():
        cells[1::2][whole(int(place))] = whole(count)
    return cells


def _moments(stored: Mapping[str, Any]) -> Moments:
    ends = [None if stored[end] is None else float(stored[end]) for end in ("min", "max")]
    return Moments(whole(stored["count"]), float(stored["mean"]), float(stored["m2"]), *ends)


def _tail(stored: Mapping[str, Any]) -> dict[int, int]:
    return {whole(int(bucket)): whole(count) for bucket, count in stored.items()}


def _figure(value: float) -> float | str:
    """The number; the word inf where JSON has none."""
    return value if np.isfinite(value) else str(value)


def _said(error: Exception) -> str:
    return f"without {error}" if isinstance(error, KeyError) else str(error)
