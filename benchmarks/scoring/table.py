"""The medians of many runs, as JSON and as a table for people."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

from benchmarks.scoring.measure import Cost

__all__ = ["Row", "as_json", "as_markdown", "row"]

_YARDSTICK = "loop"
_LIBRARIES = ("pandas", "pyarrow", "scikit-learn", "polars", "numpy")


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of a case at one size, and the wall and CPU seconds of each run.

    `difference` is from the yardstick's predictions, None where there are none to compare.
    """

    case: str
    rows: int
    repeats: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    busy_before: float
    difference: float | None
    failure: str
    runs: tuple[tuple[float, float], ...]


def row(case: str, rows: int, costs: list[Cost], apart: float | None) -> Row:
    """The medians of these runs; a run that failed makes the row a failure."""
    failed = next((cost for cost in costs if cost.exit_code), None)
    return Row(
        case=case,
        rows=rows,
        repeats=len(costs),
        wall_s=round(median(cost.wall_s for cost in costs), 3),
        cpu_s=round(median(cost.cpu_s for cost in costs), 3),
        peak_mb=round(median(cost.peak_mb for cost in costs), 1),
        busy_before=round(median(cost.busy_before for cost in costs), 3),
        difference=apart,
        failure=f"exit {failed.exit_code}: {failed.errors}" if failed else "",
        runs=tuple((round(cost.wall_s, 3), round(cost.cpu_s, 3)) for cost in costs),
    )


def as_json(rows: Iterable[Row], machine: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that was measured, and on what."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "machine": {**machine, "python": platform.python_version(), **libraries},
        "rows": [asdict(entry) for entry in rows],
    }


def as_markdown(rows: list[Row]) -> str:
    """A table with ratios to the tuned loop of the same size."""
    head = [
        "case", "rows", "wall s", "÷ loop", "CPU s", "÷ loop", "peak MB", "rows/s",
        "others busy", "max difference",
    ]  # fmt: skip
    lines = [head, ["--", *["--:"] * (len(head) - 1)], *(_cells(entry, rows) for entry in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cells(entry: Row, rows: list[Row]) -> list[str]:
    if entry.failure:
        return [entry.case, f"{entry.rows:,}", "failed", *["-"] * 7]
    base = next((r for r in rows if (r.case, r.rows) == (_YARDSTICK, entry.rows)), None)
    usable = base is not None and not base.failure
    return [
        entry.case,
        f"{entry.rows:,}",
        f"{entry.wall_s:.2f}",
        f"{entry.wall_s / base.wall_s:.2f}" if base and usable else "-",
        f"{entry.cpu_s:.2f}",
        f"{entry.cpu_s / base.cpu_s:.2f}" if base and usable else "-",
        f"{entry.peak_mb:.0f}",
        f"{entry.rows / entry.wall_s:,.0f}",
        f"{entry.busy_before:.0%}",
        "-" if entry.difference is None else f"{entry.difference:g}",
    ]
