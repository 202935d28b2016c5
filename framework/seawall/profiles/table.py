"""A profile as a table, for people who look at it in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seawall.profiles.summary import summary
from seawall.shown import line

if TYPE_CHECKING:
    from seawall.profiles.column import ColumnProfile
    from seawall.profiles.whole import Profile

__all__ = ["table"]

_FIGURES = ("distinct", "mean", "std", "min", "p50", "max", "top")
_HEADS = ("column", "kind", "nulls", *_FIGURES)
_LEFT = {"column", "kind", "top"}
_WIDEST = 40


def table(profile: Profile) -> str:
    """How many rows, then a line a column: its kind, share of nulls, figures, and top value."""
    rows = [_HEADS, *(_row(name, column) for name, column in profile.columns.items())]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    counted = f"{profile.rows:,} row{'' if profile.rows == 1 else 's'}"
    return "\n".join([counted, *(_line(row, widths) for row in rows)])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (
        cell.ljust(width) if head in _LEFT else cell.rjust(width)
        for head, cell, width in zip(_HEADS, row, widths, strict=True)
    )
    return "  ".join(cells).rstrip()


def _row(name: str, column: ColumnProfile) -> tuple[str, ...]:
    figures = summary(column)
    nulls = f"{column.null_share:.1%}" if column.rows else ""
    shown = (_figure(figures.get(head)) for head in _FIGURES)
    return (line(name, _WIDEST), column.shape.kind, nulls, *shown)


def _figure(value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return line(value, _WIDEST)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
