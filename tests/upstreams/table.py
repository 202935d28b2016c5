"""The table of what every upstream, broken in every way, came to; printed at the end of the tests."""

from __future__ import annotations

from typing import Any

__all__ = ["pytest_terminal_summary"]

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
