"""The lender's project with versions of it published, and what became of a broken input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.broken.project import BATCH, EARLIER, write
from tests.end_to_end.conftest import command, copied


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's end: its code, all that it said, how many versions there are, what readers see."""

    exit: int
    said: str
    versions: int
    published: pd.DataFrame


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its earlier batches published, and version 1 of the batch that tests break."""
    root = tmp_path_factory.mktemp("lending") / "project"
    root.mkdir()
    write(root)
    for batch in (*EARLIER, BATCH):
        done = command(root, "run", "pipeline.yaml", "--batch", batch)
        assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """The project, for a test to break."""
    return copied(template, tmp_path / "project")


@pytest.fixture(scope="session")
def clean(template: Path) -> pd.DataFrame:
    """What was published of the clean input."""
    return pd.read_parquet(template / "out" / "loans" / f"batch={BATCH}")


@pytest.fixture
def outcome() -> Callable[[Path], Outcome]:
    """Runs the batch again, through the command line."""

    def run(project: Path) -> Outcome:
        done = command(project, "run", "pipeline.yaml", "--batch", BATCH)
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        versions = len(list((project / "out" / "loans.seawall" / "log" / BATCH).iterdir()))
        published = pd.read_parquet(project / "out" / "loans" / f"batch={BATCH}")
        return Outcome(done.returncode, said, versions, published)

    return run
