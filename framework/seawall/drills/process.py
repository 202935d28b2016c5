"""The process of one case: it runs the changed pipeline and says how that ended."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seawall.drills.changed import changed
from seawall.drills.ground import Ground, Spot, ground_in, private
from seawall.drills.past import link_tree
from seawall.drills.repeated import repeated
from seawall.drills.upstreams import late_folders
from seawall.drills.values import Case
from seawall.errors import SeawallError
from seawall.events import AttemptFailed, ChunkFinished, Event, RunEnded
from seawall.isolation import Isolation
from seawall.running import Order, RunResult, execute
from seawall.running.order import StopRequest, new_run_id
from seawall.sinks.files.layout import Layout

__all__ = ["HANDLER", "carry_out_here"]

HANDLER = "seawall.drills.process:carry_out_here"
_FILE_BYTES = 2_048
"""What a file may grow to where the disk is full: a commit's record, and no published file."""
_HALF_WAY = "4f"
_HEALTHY = 0
_NONE = Case("run", "")
_GRACE_S = 0.5


def carry_out_here(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """How the run of the case ended, as JSON; the sandbox stands in `folder`.

    The case has a sink of its own with production's past; a rerun finds the one that the case left.
    What its code writes by a relative path stands in the case's folder.
    """
    sys.dont_write_bytecode = True
    private()
    case, spot = Case(**document["case"]), Spot(folder, document["number"])
    ground = ground_in(folder)
    begun = time.monotonic()
    with Isolation.forked(grace_s=_GRACE_S) as calls:
        calls.begin()  # before a library has a thread
        if not document["rerun"]:
            _furnish(spot)
        os.chdir(spot.work)
        if repeated(ground.loaded.config, ground.batch, case, spot):
            case = _NONE
        loaded = changed(ground, case, spot, row=document["row"])
        if document["rerun"]:
            case = _NONE
        with _broken(case):
            answer = _run(replace(ground, loaded=loaded), case, spot, calls)
    return {**answer, "seconds": time.monotonic() - begun}


def _furnish(spot: Spot) -> None:
    """The case's folder is there, with the past, and the last known good of the healthy run."""
    state = Layout(spot.published).state
    spot.work.mkdir(parents=True)
    link_tree(spot.sandbox / "past", state)
    snapshots = Layout(Spot(spot.sandbox, _HEALTHY).published).state / "snapshots"
    if snapshots.is_dir() and spot.number != _HEALTHY:
        link_tree(snapshots, state / "snapshots")


def _run(ground: Ground, case: Case, spot: Spot, calls: Isolation) -> dict[str, Any]:
    stop = StopRequest()
    now = datetime.now(UTC)
    order = Order(
        ground.loaded,
        ground.batch,
        new_run_id(now),
        stop=stop,
        isolation=lambda **_: calls,
    )
    signal.signal(signal.SIGTERM, lambda number, _frame: stop.set(number))
    try:
        result = execute(order, _Ears(case, spot))
    except Exception as bug:  # noqa: BLE001 - a bug of ours is a result of the drill, too
        traceback.print_exc()
        return {"outcome": "failed", "exit": 1, "message": f"{type(bug).__name__}: {bug}"}
    return _answer(result, spot)


@contextmanager
def _broken(case: Case) -> Iterator[None]:
    """What the case breaks of the process itself."""
    if case.fault == "again":
        _reseed()
    if case.fault == "kill":
        os.environ["SEAWALL_FAILPOINT"] = _HALF_WAY
    if case.fault == "disk_full":
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        return
    yield


def _reseed() -> None:
    """Random numbers are others than in the healthy run, of whose process this one is a twin."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


@dataclass(frozen=True, slots=True)
class _Ears:
    """Hears what happens in the run, and does at that moment what belongs to the case."""

    case: Case
    spot: Spot

    def emit(self, event: Event) -> None:
        """A chunk's end brings SIGTERM, a failed attempt the file that was late; the end is noted."""
        if isinstance(event, ChunkFinished) and self.case.fault == "sigterm":
            os.kill(os.getpid(), signal.SIGTERM)
        if isinstance(event, AttemptFailed) and self.case.fault == "error_then_fine":
            self._bring(event.source)
        if isinstance(event, RunEnded) and self.case.fault != "disk_full":
            known = {"outcome": event.state, "exit": event.exit, "message": event.message}
            self.spot.ended.write_text(json.dumps(known), encoding="utf-8")

    def _bring(self, name: str) -> None:
        folder, away = late_folders(self.spot, name)
        if away.exists():
            away.rename(folder)


def _answer(result: RunResult, spot: Spot) -> dict[str, Any]:
    """The result as JSON, with what is different from the healthy run's predictions."""
    from seawall.drills.compared import compare

    return {
        "outcome": result.state,
        "exit": int(result.exit),
        "message": result.message,
        "account": asdict(result.account),
        "degradations": dict(result.degradations),
        "reasons": dict(result.reasons),
        "findings": [asdict(finding) for finding in result.findings],
        "error": None if result.error is None else _parts(result.error),
        **(compare(spot) if result.error is None else {}),
    }


def _parts(error: SeawallError) -> list[str]:
    """The error's class and its parts; of one that is made otherwise, its text."""
    if type(error).__init__ is not SeawallError.__init__:
        return ["SeawallError", str(error), "", "", "", ""]
    return [
        type(error).__name__,
        *(error.what, error.where, error.seen, error.allowed, error.todo),
    ]
