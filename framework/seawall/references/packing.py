"""From a reference to the text of its file, and back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from seawall.profiles import Profile
from seawall.profiles.atoms import Atoms
from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import Distinct
from seawall.profiles.moments import Moments
from seawall.profiles.shape import WORDED, Shape
from seawall.profiles.sound import sound
from seawall.references.document import MARK, VERSION, Column, Counts, Document, Segment
from seawall.references.figures import pack_past, unpack_past
from seawall.references.reference import Reference, schema_hash
from seawall.references.zeros import packed, unpacked

__all__ = ["document_of", "reference_of", "seal", "written"]

_SEAL = "sha256"
_EXACT = 2**53
"""Up to here a float is the integer that it looks like."""


def written(reference: Reference) -> bytes:
    """The file's bytes: a line a column, so that people can compare two of them."""
    document = document_of(reference)
    lines = [f" {json.dumps(key)}: {_broken(value)}" for key, value in document.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def document_of(reference: Reference) -> dict[str, Any]:
    """The file as JSON values, sealed."""
    profile = reference.profile
    segments = {
        column: {value: _segment(part) for value, part in parts.items()}
        for column, parts in profile.segments.items()
    }
    document: dict[str, Any] = {
        MARK: VERSION,
        "pipeline": reference.pipeline,
        "origin": reference.origin,
        "created_at": reference.created_at.isoformat(),
        "rows": profile.rows,
        "batches": list(reference.batches),
        "schema": reference.schema,
        "remade": list(reference.remade),
        "columns": {name: _column(column) for name, column in profile.columns.items()},
    }
    if segments:
        document["segments"] = segments
    if reference.past:
        document["past"] = pack_past(reference.past)
    return document | {_SEAL: seal(document)}


def seal(document: Mapping[str, Any]) -> str:
    """The sha256 of everything in the document but its seal, however it is laid out."""
    sealed = {key: value for key, value in document.items() if key != _SEAL}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def reference_of(document: Document) -> Reference:
    """The reference that the document describes; ValueError where its parts contradict each other."""
    columns = {name: _profile(name, column) for name, column in document.columns.items()}
    if document.schema_ != schema_hash(columns):
        raise ValueError("schema: the digest of other columns than the ones that stand here")
    segments = {
        by: {value: _part(segment, document.columns) for value, segment in parts.items()}
        for by, parts in document.segments.items()
    }
    for name, column in columns.items():
        _hold(column.rows == document.rows, name, "other rows than the whole has")
    told = {name: column.distinct for name, column in document.columns.items()}
    return Reference(
        document.pipeline,
        document.origin,
        document.created_at,
        Profile(document.rows, columns, segments),
        tuple(document.batches),
        () if document.past is None else unpack_past(document.past),
        {name: count for name, count in told.items() if count is not None},
        tuple(document.remade),
    )


def _broken(value: Any) -> str:
    """JSON with a line for each entry of what is nested."""
    if not isinstance(value, dict) or not any(isinstance(v, dict) for v in value.values()):
        return _line(value)
    lines = [f"  {json.dumps(key)}: {_line(entry)}" for key, entry in value.items()]
    return "{\n" + ",\n".join(lines) + "\n }"


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _column(column: ColumnProfile) -> dict[str, Any]:
    shape: dict[str, Any] = {"kind": column.shape.kind}
    if column.shape.grid:
        shape["grid"] = [_short(point) for point in column.shape.grid]
    if column.shape.vocabulary:
        shape["vocabulary"] = list(column.shape.vocabulary)
    return shape | _counts(column)


def _short(number: float) -> float | int:
    """The number without the `.0` behind it."""
    whole = int(number)
    return whole if whole == number and abs(number) < _EXACT else number


def _segment(part: Profile) -> dict[str, Any]:
    columns = {name: _counts(column) for name, column in part.columns.items()}
    return {"rows": part.rows, "columns": columns}


def _counts(column: ColumnProfile) -> dict[str, Any]:
    at, between = _cut(column)
    counts: dict[str, Any] = {
        "rows": column.rows,
        "nulls": column.nulls,
        "nans": column.nans,
        "minus_infinities": column.minus_infinities,
        "plus_infinities": column.plus_infinities,
        "other": column.uncounted,
        "moments": _moments_of(column.moments),
        "at": packed(at),
        "between": packed(between),
        "below": {str(bucket): n for bucket, n in sorted(column.below.items())},
        "above": {str(bucket): n for bucket, n in sorted(column.above.items())},
        "atoms": dict(column.atoms.counts),
        "missed": column.atoms.missed,
        "distinct": column.distinct.count,
    }
    kept = {"rows", "at", "between", "distinct"}
    return {name: value for name, value in counts.items() if value or name in kept}


def _moments_of(moments: Moments) -> dict[str, float | None]:
    """Nothing where there are no values."""
    if moments.min is None:
        return {}
    m2 = moments.m2 if math.isfinite(moments.m2) else None
    return {
        "count": moments.count,
        "mean": moments.mean,
        "m2": m2,
        "min": moments.min,
        "max": moments.max,
    }


def _cut(column: ColumnProfile) -> tuple[list[int], list[int]]:
    """The counts of points or words, and those of the gaps, or of what is no word."""
    cells: list[int] = column.cells.tolist()
    if column.shape.kind in WORDED:
        return cells[:-1], cells[-1:]
    return cells[1::2], cells[::2]


def _part(segment: Segment, columns: Mapping[str, Column]) -> Profile:
    unknown = [name for name in segment.columns if name not in columns]
    _hold(not unknown, ", ".join(unknown), "counted in a segment and not in the whole")
    shaped = {n: _profile(n, counts, columns[n]) for n, counts in segment.columns.items()}
    return Profile(segment.rows, shaped)


def _profile(name: str, counts: Counts, column: Column | None = None) -> ColumnProfile:
    """The column's profile; the shape stands with the counts, or with those of the whole."""
    stated = column if column is not None else counts
    try:
        return _counted(_shape(stated), counts)
    except ValueError as error:
        raise ValueError(f"columns.{name}: {error}") from None


def _shape(column: Counts) -> Shape:
    if not isinstance(column, Column):
        raise ValueError("no kind")  # noqa: TRY004 - as everything that is wrong with a document
    return Shape(column.kind, tuple(column.grid), tuple(column.vocabulary))


def _counted(shape: Shape, counts: Counts) -> ColumnProfile:
    points = len(shape.vocabulary if shape.kind in WORDED else shape.grid)
    gaps = 1 if shape.kind in WORDED else points + 1
    at, between = unpacked(counts.at, points), unpacked(counts.between, gaps)
    cells = np.zeros(shape.cells, dtype=np.int64)
    if shape.kind in WORDED:
        cells[:-1], cells[-1:] = at, between
    else:
        cells[1::2], cells[::2] = at, between
    found = ColumnProfile(
        *(shape, counts.rows, counts.nulls, counts.nans),
        *(counts.minus_infinities, counts.plus_infinities, _moments(counts), cells),
        {int(bucket): n for bucket, n in counts.below.items()},
        {int(bucket): n for bucket, n in counts.above.items()},
        Atoms(counts.atoms, counts.missed),
        Distinct(told=counts.distinct or 0),
    )
    if found.uncounted != counts.other:
        raise ValueError(f"counts that do not add up to its {counts.rows:,} rows")
    return sound(found)


def _moments(counts: Counts) -> Moments:
    said = counts.moments
    m2 = math.inf if said.m2 is None else said.m2
    return Moments(said.count, said.mean, m2, said.min, said.max)


def _hold(true: bool, name: str, otherwise: str) -> None:  # noqa: FBT001 - a fact
    if not true:
        raise ValueError(f"columns.{name}: {otherwise}")
