"""A profile as a receipt keeps it: small and quick, without the shapes, which the reader knows."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import LARGEST_RANK, MOST_EXACT, REGISTERS, Distinct
from seawall.profiles.moments import Moments
from seawall.profiles.shape import MOST_CELLS, Shape
from seawall.profiles.sound import sound
from seawall.profiles.stored import atoms_read, whole
from seawall.profiles.whole import Profile
from seawall.shown import line

__all__ = ["packed", "unpacked"]

_MALFORMED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    zlib.error,
)


def packed(profile: Profile) -> dict[str, Any]:
    """The profile as JSON values, counts as base64 of deflated bytes; to be read with its shapes."""
    return {
        "rows": profile.rows,
        "columns": {name: _column(column) for name, column in profile.columns.items()},
        "segments": {
            name: {value: packed(part) for value, part in parts.items()}
            for name, parts in profile.segments.items()
        },
    }


def unpacked(stored: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Profile:
    """The profile, bit for bit; ValueError, which names the column, when it is none of these shapes."""
    try:
        return Profile(
            rows=whole(stored["rows"]),
            columns={name: _read(name, one, shapes) for name, one in stored["columns"].items()},
            segments={
                name: {value: unpacked(part, shapes) for value, part in parts.items()}
                for name, parts in stored["segments"].items()
            },
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no packed profile: {error!r}") from None


def _column(column: ColumnProfile) -> dict[str, Any]:
    moments, distinct = column.moments, column.distinct
    figures = (moments.mean, moments.m2, moments.min or 0.0, moments.max or 0.0)
    return {
        "counts": [
            *(column.rows, column.nulls, column.nans),
            *(column.minus_infinities, column.plus_infinities, moments.count),
        ],
        "moments": [float(figure).hex() for figure in figures],
        "cells": _deflated(column.cells),
        "below": _deflated(_pairs(column.below)),
        "above": _deflated(_pairs(column.above)),
        "atoms": dict(column.atoms.counts),
        "missed": column.atoms.missed,
        "hashes": _deflated(distinct.hashes),
        "registers": None if distinct.registers is None else _deflated(distinct.registers),
        "told": distinct.told,
    }


def _read(name: str, stored: Mapping[str, Any], shapes: Mapping[str, Shape]) -> ColumnProfile:
    if name not in shapes:
        raise ValueError(f"column {line(name)}: no shape is known for it")
    try:
        return sound(_read_column(stored, shapes[name]))
    except _MALFORMED as error:
        raise ValueError(f"column {line(name)}: {error}") from None


def _read_column(stored: Mapping[str, Any], shape: Shape) -> ColumnProfile:
    rows, nulls, nans, minus, plus, count = map(whole, stored["counts"])
    mean, m2, low, high = map(float.fromhex, stored["moments"])
    return ColumnProfile(
        *(shape, rows, nulls, nans, minus, plus),
        moments=Moments(count, mean, m2, low, high) if count else Moments(),
        cells=_inflated(stored["cells"], np.int64, MOST_CELLS),
        below=_mapping(stored["below"]),
        above=_mapping(stored["above"]),
        atoms=atoms_read(stored["atoms"], stored["missed"]),
        distinct=_distinct(stored),
    )


def _distinct(stored: Mapping[str, Any]) -> Distinct:
    hashes = _inflated(stored["hashes"], np.uint64, MOST_EXACT)
    if stored["registers"] is None:
        return Distinct(hashes, None, whole(stored["told"]))
    registers = _inflated(stored["registers"], np.uint8, REGISTERS)
    if len(registers) != REGISTERS or registers.max() > LARGEST_RANK:
        raise ValueError(
            f"{len(registers)} registers, allowed: {REGISTERS} of at most {LARGEST_RANK}"
        )
    return Distinct(hashes, registers, whole(stored["told"]))


def _pairs(tail: Mapping[int, int]) -> NDArray[np.int64]:
    return np.asarray(sorted(tail.items()), dtype=np.int64).reshape(-1, 2)


def _mapping(text: str) -> dict[int, int]:
    pairs = _inflated(text, np.int64, 2 << 16).reshape(-1, 2).tolist()
    return dict(pairs)


def _deflated(values: NDArray[Any]) -> str:
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return base64.b64encode(zlib.compress(little.tobytes(), 1)).decode() if len(values) else ""


def _inflated(text: str, kind: type[np.generic], most: int) -> NDArray[Any]:
    """The values, of which there are at most so many: a text that grows beyond that is none of ours."""
    if not text:
        return np.zeros(0, dtype=kind)
    size = np.dtype(kind).itemsize
    inflating = zlib.decompressobj()
    content = inflating.decompress(base64.b64decode(text, validate=True), most * size)
    if not inflating.eof or inflating.unused_data:
        raise ValueError(f"more than {most:,} values, or cut off")
    return np.frombuffer(content, dtype=np.dtype(kind).newbyteorder("<")).astype(kind)
