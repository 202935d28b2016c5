"""The table of what every upstream, broken in every way, came to; printed at the end of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["BEGIN", "END", "markdown", "pytest_terminal_summary"]

BEGIN, END = "<!-- upstreams: begin -->\n", "<!-- upstreams: end -->\n"

HEAD = ("upstream", "fault", "outcome", "exit", "degraded rows", "seconds", "read s")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table is printed, if there was one of its tests."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    called = (report for report in reports if report.when == "call")
    properties = (found for report in called for found in report.user_properties)
    gathered = sorted(tuple(value) for name, value in properties if name == "upstream")
    if not gathered:
        return
    terminalreporter.section("upstreams, broken one by one")
    table = [HEAD, *gathered]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.line("  ".join(cells).rstrip())


def markdown(rows: Iterable[Sequence[str]]) -> str:
    """The table as the README has it: a line a fault, a column an upstream, without the seconds."""
    found = {(row[0], row[1]): _cell(row) for row in rows}
    upstreams = list(dict.fromkeys(name for name, _ in sorted(found, key=_order)))
    faults = list(dict.fromkeys(fault for _, fault in sorted(found)))
    lines = [["fault", *upstreams], ["--"] * (len(upstreams) + 1)]
    lines += [[fault, *(found.get((name, fault), "") for name in upstreams)] for fault in faults]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _order(key: tuple[str, str]) -> tuple[bool, str]:
    return key[0].startswith("primary"), key[0]


def _cell(row: Sequence[str]) -> str:
    return f"0, {row[4]} rows degraded" if row[3] == "0" else row[3]
