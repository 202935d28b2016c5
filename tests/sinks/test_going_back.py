"""Which versions somebody went back from, and which may be gone back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from seawall.errors import UsageError
from seawall.sinks.files import FilesSink
from seawall.sinks.files.rollback import rolled_back
from tests.sinks.conftest import BATCH

Publish = Callable[..., Any]


def test_what_is_gone_on_from_is_rolled_back(sink: FilesSink, publish: Publish) -> None:
    """Going forward again lets the later version come, and refuses the one that was live meanwhile."""
    publish(1)
    publish(2)
    for to in (1, 2):
        sink.rollback(BATCH, to=to, reason="r", by="b", run_id=f"to-{to}")

    assert [entry.version for entry in rolled_back(sink.entries(BATCH))] == [1]


@pytest.mark.parametrize(("versions", "allowed"), [(1, "none"), (3, "one of 1, 2")])
def test_rollback_names_versions_that_are_not_live(
    sink: FilesSink, publish: Publish, versions: int, allowed: str
) -> None:
    """A version that was never there is refused with those that may be meant."""
    for value in range(versions):
        publish(value)

    with pytest.raises(UsageError, match=f"allowed: {allowed}"):
        sink.rollback(BATCH, to=9, reason="r", by="b", run_id="a")
