"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """With SEAWALL_NO_SKIPS a skipped test has failed: CI has what the tests need."""
    report: Any = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("SEAWALL_NO_SKIPS"):
        report.outcome = "failed"
    return report  # noqa: B901 - a wrapper hands on what it was given
