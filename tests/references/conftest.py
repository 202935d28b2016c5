"""A small reference, and the file that it is written to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seawall.disk import Disk
from seawall.profiles import Profile
from seawall.references import Reference, write_reference
from tests.references.orders import parts_of, reference_of


@pytest.fixture(scope="session")
def parts() -> list[tuple[str, Profile]]:
    """Ten batches."""
    return parts_of(10)


@pytest.fixture(scope="session")
def reference(parts: list[tuple[str, Profile]]) -> Reference:
    """The sum of ten batches."""
    return reference_of(parts)


@pytest.fixture
def stored(reference: Reference, tmp_path: Path) -> Callable[..., Path]:
    """Writes the reference, with these fields changed, and says where."""

    def store(**changes: Any) -> Path:
        path = tmp_path / "orders.json"
        write_reference(Disk(), path, replace(reference, **changes))
        return path

    return store
