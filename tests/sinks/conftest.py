"""Small builders for the files sink, and a child process that publishes as a run would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.contracts import Account, LogEntry
from seawall.sinks.files import Claim, Draft, FilesSink, Holder

BATCH = "2013-07-01"
RUN = """
import os, resource
from datetime import datetime, UTC
from pathlib import Path
import pyarrow as pa
from seawall.contracts import Account
from seawall.failpoints import reach
from seawall.sinks.files import Draft, FilesSink, Holder

folder, value, rows, form = Path(argv[0]), int(argv[1]), int(argv[2]), argv[3]
if limit := os.environ.get("SEAWALL_TEST_FSIZE"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
sink = FilesSink(folder, form, handover_s=0.01)
sink.preflight()
with sink.claim("2013-07-01", Holder.here(f"run-{value}")) as claim:
    claim.sweep()
    interrupted = claim.plans()
    plan = claim.open_plan(interrupted[0].plan_id if interrupted else f"plan-{value}")
    plan.sweep()
    if not plan.has_plan():
        plan.put_plan({"value": value})
    if "000000" not in plan.receipts():
        part = plan.put_part("000000", b"part" * 100, rows=rows)
        plan.put_receipt("000000", {"part": {"path": part.path}})
    reach("5")
    table = pa.table({"k": list(range(rows)), "v": [value] * rows, "n": [rows] * rows})
    writer = claim.version_writer(table.schema)
    writer.write(table)
    claim.commit(Draft(kind="publish", commit_id=f"commit-{value}", run_id=f"run-{value}",
        file=writer.close(), account=Account(rows, rows), fingerprint={"input": str(value)},
        committed_at=datetime.now(UTC), profile=claim.keep_profile(b"{}")))
    claim.refresh_view()
    plan.put_outcome("committed")
"""


@pytest.fixture
def sink(tmp_path: Path) -> FilesSink:
    """A Parquet sink in an empty folder."""
    return FilesSink(tmp_path / "predictions" / "delays", "parquet", 2, handover_s=0)


def draft_of(claim: Claim, value: int, rows: int) -> Draft:
    """A finished file of `rows` rows that all say `value`, ready to be committed."""
    table = pa.table({"k": list(range(rows)), "v": [value] * rows, "n": [rows] * rows})
    writer = claim.version_writer(table.schema)
    writer.write(table)
    return Draft(
        kind="publish",
        commit_id=f"commit-{value}",
        run_id=f"run-{value}",
        file=writer.close(),
        account=Account(rows, rows),
        fingerprint={"input": str(value)},
        committed_at=datetime.now(UTC),
    )


@pytest.fixture
def draft() -> Callable[[Claim, int, int], Draft]:
    """Builds a draft; see `draft_of`."""
    return draft_of


@pytest.fixture
def publish(sink: FilesSink) -> Callable[..., LogEntry]:
    """Publishes rows that all say `value`; `at` is when."""

    def publish(value: int, rows: int = 10, *, at: datetime | None = None) -> LogEntry:
        from dataclasses import replace

        with sink.claim(BATCH, Holder.here(f"run-{value}")) as claim:
            draft = draft_of(claim, value, rows)
            entry = claim.commit(replace(draft, committed_at=at or draft.committed_at))
            claim.refresh_view()
            return entry

    return publish


Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(sink: FilesSink) -> Iterator[Run]:
    """Starts a process that publishes `value`, with `environment` added to this one's."""
    started: list[subprocess.Popen[str]] = []

    def run(
        value: int, *, form: str = "parquet", rows: int = 10, **environment: str
    ) -> subprocess.Popen[str]:
        code = f"import sys; argv = sys.argv[1:]\n{RUN}"
        command = [sys.executable, "-c", code, str(sink.folder), str(value), str(rows), form]
        child = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()
