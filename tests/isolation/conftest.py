"""An isolation whose calls find the tests' foreign code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seawall.isolation import Isolation
from tests.isolation.asking import GRACE_S, HERE


@pytest.fixture(scope="session")
def shared() -> Iterator[Isolation]:
    """One server for all tests that leave it alone."""
    modules = ["colorsys", "there_is_no_such_module"]
    with Isolation(preload=modules, path=[HERE], grace_s=GRACE_S) as isolation:
        yield isolation


@pytest.fixture
def isolation() -> Iterator[Isolation]:
    """A server of the test's own."""
    with Isolation(path=[HERE], grace_s=GRACE_S) as isolation:
        yield isolation
