"""Start, config, lock: F01 to F14."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.conftest import Command
from tests.faults.conftest import Saw


def test_f10_published_already(published: Path, score: Command, saw: Saw) -> None:
    """The same inputs are not published twice."""
    done = score(published)

    saw(done, 0, "nothing is done; the version is named", folder=published / "out" / "breakdowns")
