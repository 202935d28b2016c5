"""Predictions that are no value: nulls and infinities."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.models import PipelineConfig
from seawall.config.outputs import Bound, Distribution
from seawall.contracts import Finding
from seawall.gate.words import failed
from seawall.profiles import ColumnProfile, Profile

__all__ = ["STUCK_ROWS", "left_out", "missing_findings"]

STUCK_ROWS = 100
"""From so many rows on, an output that tells none of them from another is held unasked."""


def missing_findings(config: PipelineConfig, profile: Profile) -> Iterator[Finding]:
    """Outputs without any value, which are held unasked, and missing values that no bound looks at."""
    checks = config.check_output
    for name in config.predict.output_columns:
        column = profile.columns.get(name)
        if column is None or not _missing(column):
            continue
        bound, promised = checks.bounds.get(name), checks.distribution.get(name)
        seen = f"{_told(column)} in {column.rows:,} rows"
        if _missing(column) == column.rows and not _may_be_empty(column, bound, promised):
            allowed = "a value in some row; or check_output.distribution min_distinct: 0"
            yield failed("no value", seen, allowed, column=name)
        elif bound is None:
            message = f"predictions of {name} without a value: {seen}"
            allowed = "anything, for check_output.bounds says nothing of it"
            yield Finding("missing predictions", "warn", name, seen, allowed, message)


def left_out(column: ColumnProfile | None, *, infinities: bool = True) -> str:
    """Which rows a figure is not about, to be said behind it; empty where it is about all."""
    told = "" if column is None else _told(column, infinities=infinities)
    return f" (left out: {told})" if told else ""


def _missing(column: ColumnProfile) -> int:
    return column.nulls + column.nans + column.infinities


def _told(column: ColumnProfile, *, infinities: bool = True) -> str:
    nulls = [f"{column.nulls:,} null"] if column.nulls else []
    nulls += [f"{column.nans:,} NaN"] if column.nans else []
    infinite = [f"{column.infinities:,} infinite"] if infinities and column.infinities else []
    return ", ".join(nulls + infinite)


def _may_be_empty(
    column: ColumnProfile, bound: Bound | None, promised: Distribution | None
) -> bool:
    """`min_distinct: 0` says so; a few rows that may each be null may all be."""
    if promised is not None and promised.min_distinct is not None:
        return promised.min_distinct == 0
    nullable = bound is not None and bound.nullable and not column.infinities
    return nullable and column.rows < STUCK_ROWS
