"""The small project, for what needs a real run; and peace for thousands of simulated disks."""

import gc
from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import (  # noqa: F401 - fixtures
    project,
    published,
    published_template,
    template,
)


@pytest.fixture(autouse=True)
def uncollected() -> Iterator[None]:
    """Python looks for no cycles meanwhile: it would walk through every disk that is kept, again and again."""
    gc.disable()
    yield
    gc.enable()
