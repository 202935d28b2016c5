"""How the document writes tables and shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from benchmarks.drift.tally import interval

__all__ = ["share", "share_of", "sums", "table", "with_interval"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """A Markdown table; the first columns stand left, the others right."""
    marks = ["--" if place < left else "--:" for place in range(len(head))]
    lines = [list(head), marks, *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def share_of(frame: pd.DataFrame, column: str = "found") -> float:
    """Cases of that column out of all; NaN of none."""
    cases = int(frame["cases"].sum())
    return float(frame[column].sum()) / cases if cases else float("nan")


def share(value: float) -> str:
    """4.2 %, 0 %, 100 %; a dash for NaN."""
    if value != value:  # noqa: PLR0124  # NaN
        return "–"
    percent = 100 * value
    return f"{percent:.0f} %" if percent.is_integer() else f"{percent:.1f} %"


def with_interval(frame: pd.DataFrame) -> str:
    """The share with its 95 % interval."""
    cases, found = int(frame["cases"].sum()), int(frame["found"].sum())
    if not cases:
        return "–"
    low, high = interval(found, cases)
    return f"{share(found / cases)} ({100 * low:.1f}–{100 * high:.1f})"


def sums(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Cases and findings added up."""
    return frame.groupby(by, sort=False)[["cases", "found", "anybody"]].sum().reset_index()
