"""Builders of runs and ledgers."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seawall.contracts import Account, Finding
from seawall.events import (
    ChunkFinished,
    Event,
    LookupRead,
    PlanReady,
    RunEnded,
    RunProfiled,
    RunStarted,
    StageFinished,
)
from seawall.ledger import Ledger, Recorder, open_ledger

STAGES = ("ingest", "validate", "featurize", "predict", "check output")


class Story:
    """The events of a run of two chunks, 100 rows each."""

    def __init__(self, run_id: str = "20130701T020304-1f2e", **others: object) -> None:
        self.run_id = run_id
        self.at = datetime.now(UTC) + timedelta(seconds=float(str(others.pop("later", 0))))
        self.others = others

    def _of(self, kind: type[Event], **values: object) -> Event:
        known = {key: self.others[key] for key in values if key in self.others}
        return kind(run_id=self.run_id, at=self.at, **(values | known))

    def started(self) -> Event:
        """The run begins, in this process."""
        here = {"host": socket.gethostname(), "pid": os.getpid()}
        return self._of(
            RunStarted, pipeline="delays", batch="2013-07-01", config_path="c.yaml", **here
        )

    def planned(self) -> Event:
        """Two chunks, none of them finished before."""
        how = {"executor": "threads", "workers": 2, "inner_threads": 1}
        return self._of(PlanReady, plan_id="p1", chunks=2, reused=0, rows=200, **how)

    def lookup(self) -> Event:
        """The weather was read."""
        return self._of(
            LookupRead, lookup="weather", rows=72, sha256="ab" * 32, seconds=0.5, reused=False
        )

    def stages(self, chunk: str, **seen: object) -> list[Event]:
        """The five stages of a chunk."""
        rows = {"rows_in": 100, "rows_out": 97, "seconds": 0.25}
        return [self._of(StageFinished, chunk=chunk, stage=s, seen=seen, **rows) for s in STAGES]

    def chunk(self, chunk: str) -> Event:
        """The chunk is done."""
        return self._of(
            ChunkFinished,
            chunk=chunk,
            account=Account(100, 97, 1, 2),
            filtered={"departed": 2},
            quarantined={"departs_in_batch": 1},
            seconds=1.5,
            reused=False,
        )

    def profiled(self) -> Event:
        """One column was described."""
        return self._of(RunProfiled, rows=194, columns={"p_late": {"nulls": 0, "mean": 0.25}})

    def ended(self) -> Event:
        """The run was published."""
        return self._of(
            RunEnded,
            pipeline="delays",
            batch="2013-07-01",
            state="published",
            exit=0,
            version=3,
            path="predictions/delays",
            account=Account(200, 194, 2, 4),
            findings=(Finding("rows", "ok", None, "200", "at least 1", "enough rows"),),
            message="",
            seconds=4.5,
        )

    def whole(self) -> Iterator[Event]:
        """All of it, in order."""
        yield from (self.started(), self.planned(), self.lookup())
        for chunk in ("000000", "000001"):
            yield from self.stages(chunk, nulls=int(chunk) + 1, p_max=0.5)
            yield self.chunk(chunk)
        yield from (self.profiled(), self.ended())


@pytest.fixture
def story() -> type[Story]:
    """Builds the events of runs."""
    return Story


@pytest.fixture
def warnings_seen() -> list[str]:
    """What people were warned of."""
    return []


@pytest.fixture
def ledger(tmp_path: Path, warnings_seen: list[str]) -> Iterator[Ledger]:
    """A new ledger in a file."""
    opened = open_ledger(str(tmp_path / "ledger.db"), warn=warnings_seen.append)
    yield opened
    opened.close()


@pytest.fixture
def record(ledger: Ledger, warnings_seen: list[str]) -> Callable[..., None]:
    """Tells the ledger of runs, whole or cut off after so many events."""

    def tell(*stories: Story, events: int | None = None) -> None:
        for one in stories:
            recorder = Recorder(ledger, warn=warnings_seen.append)
            for event in list(one.whole())[:events]:
                recorder.emit(event)

    return tell
