"""What cannot be compared: columns that are missing, new, or counted otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seawall.config.near import near
from seawall.contracts import Finding, Severity
from seawall.drift.explained import DRIFT
from seawall.notebook.looks import Measured
from seawall.profiles.shape import Shape
from seawall.shown import line

__all__ = ["unlike"]


def unlike(reference: Measured, batch: Measured) -> Iterator[Finding]:
    """A finding for each column that cannot be compared."""
    added = [name for name in batch.names if name not in reference.names]
    for name in reference.names:
        if name not in batch.names:
            yield _missing(name, added)
        elif name in batch.otherwise or name in reference.otherwise:
            yield _otherwise(name, reference, batch)
    for name in added:
        yield _new(name)


def _missing(name: str, added: Sequence[str]) -> Finding:
    meant = near(name, added)
    hint = f": did `{line(meant)}` take its place?" if meant else ""
    said = f"is missing{hint}"
    return _finding(name, "fail", "no such column", "a column of the reference", said)


def _new(name: str) -> Finding:
    said = "is new: the reference has nothing to compare it with"
    return _finding(name, "warn", "a new column", "a column of the reference", said)


def _otherwise(name: str, reference: Measured, batch: Measured) -> Finding:
    shapes = {**_shapes(reference), **reference.otherwise}, {**_shapes(batch), **batch.otherwise}
    before, now = (str(shape[name]) for shape in shapes)
    todo = "make one with seawall.profile(…, like=…) of the other"
    said = f"is not compared: it is counted as {now}, and in the reference as {before}; {todo}"
    return _finding(name, "fail", now, before, said)


def _shapes(measured: Measured) -> dict[str, Shape]:
    return {name: column.shape for name, column in measured.profile.columns.items()}


def _finding(column: str, severity: Severity, seen: str, allowed: str, said: str) -> Finding:
    return Finding(DRIFT, severity, column, seen, allowed, f"{line(column)} {said}")
