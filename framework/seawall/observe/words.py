"""Sentences that logs, alerts and the command line share."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["degraded_words"]


def degraded_words(rows: int, of: int, degradations: Mapping[str, int]) -> str:
    """`120 of 842 rows: weather=constants 120`; without the whole when nothing was published."""
    marks = ", ".join(f"{mark} {count:,}" for mark, count in degradations.items())
    whole = f"{rows:,} of {of:,} rows" if of else f"{rows:,} rows"
    return f"{whole}: {marks}" if marks else whole
