"""A project with runs in its ledger and versions in its folder, and the command as a user calls it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seawall.contracts import Account, Finding
from seawall.events import (
    ChunkFinished,
    LookupRead,
    PlanReady,
    RunEnded,
    RunProfiled,
    RunStarted,
    StageFinished,
)
from seawall.ledger import Recorder, open_ledger

CONFIG = """
pipeline: delays
ingest:
  primary: {type: parquet, path: "data/{batch}.parquet", key: id}
predict:
  model: {type: sklearn, path: model.skops}
  outputs: [p_late]
publish: {type: files, path: predictions/delays}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a pyproject.toml and a pipeline file."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "delays.yaml").write_text(CONFIG)
    return tmp_path


@dataclass(frozen=True, slots=True)
class Command:
    """Calls `seawall` in a project's folder."""

    folder: Path

    def __call__(
        self, *args: str, folder: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """What the command said and ended with."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SEAWALL_")}
        # PYTHONPATH may be relative to the folder that the tests are run in.
        clean["PYTHONPATH"] = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        return subprocess.run(
            [sys.executable, "-m", "seawall", *args],
            cwd=folder or self.folder,
            env=clean | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def seawall(project: Path) -> Command:
    """The command, in the project's folder."""
    return Command(project)


@pytest.fixture
def recorded(project: Path) -> Callable[..., None]:
    """Records a run of one chunk in the project's ledger, with more events before its end."""

    def record(run_id: str = "20130701T030405-1f2e", *more: Any, **ending: Any) -> None:
        ledger = open_ledger(str(project / ".seawall" / "ledger.db"), warn=pytest.fail)
        recorder = Recorder(ledger, warn=pytest.fail)
        *begun, last = events(run_id, ending)
        for event in [*begun, *more, last]:
            recorder.emit(event)
        ledger.close()

    return record


def events(run_id: str, ending: dict[str, Any]) -> list[Any]:
    """A run of one chunk; `ending` changes how it ended, or says with state=None that it did not."""
    replays = ending.pop("replays", "")
    at: dict[str, Any] = {"run_id": run_id, "at": datetime.now(UTC)}
    account = Account(1000, 990, 6, 4)
    begun = [
        RunStarted(
            pipeline="delays",
            batch="2013-07-01",
            config_path="configs/delays.yaml",
            host=socket.gethostname(),
            pid=os.getpid(),
            replays=replays,
            **at,
        ),
        PlanReady(
            plan_id="plan-1",
            chunks=1,
            reused=0,
            rows=1000,
            executor="threads",
            workers=2,
            inner_threads=1,
            **at,
        ),
        LookupRead(lookup="weather", rows=72, sha256="ab" * 32, seconds=0.5, reused=False, **at),
        StageFinished(
            chunk="000000",
            stage="predict",
            rows_in=990,
            rows_out=990,
            seconds=0.25,
            seen={"rows without weather": 12, "p_late mean": 0.25},
            **at,
        ),
        ChunkFinished(
            chunk="000000",
            account=account,
            filtered={"departed": 4},
            quarantined={"departs_in_batch": 6},
            seconds=1.5,
            reused=False,
            **at,
        ),
        RunProfiled(rows=990, columns={"p_late": {"nulls": 0, "mean": 0.25}}, **at),
    ]
    values: dict[str, Any] = {
        "pipeline": "delays",
        "batch": "2013-07-01",
        "state": "published",
        "exit": 0,
        "version": 3,
        "path": "predictions/delays",
        "account": account,
        "findings": (Finding("rows", "ok", None, "1000", "at least 1", "enough rows"),),
        "message": "",
        "seconds": 4.5,
    }
    return (
        begun if ending.get("state", "") is None else [*begun, RunEnded(**at, **(values | ending))]
    )


@pytest.fixture
def publish(project: Path) -> Callable[..., None]:
    """Publishes versions of the batch 2013-07-01: each has as many rows as its number says."""
    import pyarrow as pa

    from seawall.sinks.files import Draft, FilesSink, Holder

    sink = FilesSink(project / "predictions" / "delays")

    def commit(rows: int, **about: Any) -> None:
        table = pa.table({"id": list(range(rows))})
        with sink.claim("2013-07-01", Holder.here(f"run-{rows}")) as claim:
            writer = claim.version_writer(table.schema)
            writer.write(table)
            draft = Draft(
                kind="publish",
                commit_id=f"commit-{rows}",
                run_id=f"run-{rows}",
                file=writer.close(),
                account=Account(rows, rows),
                fingerprint={"input": str(rows)},
                committed_at=datetime.now(UTC),
                **about,
            )
            claim.commit(draft)
            claim.refresh_view()

    return commit
