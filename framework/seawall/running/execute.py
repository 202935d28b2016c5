"""One run, from the claim of its batch to its end, whatever that is."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from seawall.config.load import LoadedConfig
from seawall.config.models import FilesPublish, PipelineConfig
from seawall.contracts import EventSink
from seawall.disk import Disk
from seawall.errors import (
    DataError,
    Exit,
    HeldError,
    InterruptedRunError,
    RefusedError,
    SeawallError,
)
from seawall.events import RunEnded, RunStarted
from seawall.failpoints import reach
from seawall.running.attempt import Attempt
from seawall.running.deadline import within_deadline
from seawall.running.order import Order, RunResult, State
from seawall.running.replaying import Replaying
from seawall.running.tell import Teller
from seawall.running.unusual import unusual
from seawall.secrets import Redaction
from seawall.sinks.files import FilesSink, Holder

__all__ = ["execute", "result_of", "sink_of", "within_the_project"]


def execute(order: Order, events: EventSink) -> RunResult:
    """What came of the run. Errors that have a name are in the result; others are bugs and raised."""
    begun = time.monotonic()
    redaction = Redaction.of(order.loaded.config, order.env)
    teller = Teller(order.run_id, events, order.now, redaction)
    teller.tell(
        RunStarted,
        pipeline=order.loaded.config.pipeline,
        batch=order.batch,
        config_path=within_the_project(order.loaded),
        host=order.host,
        pid=order.pid,
        replays="" if order.replay is None else order.replay.run_id,
    )
    attempt = Attempt(order, teller) if order.replay is None else Replaying(order, teller)

    def end(error: SeawallError | None) -> RunResult:
        result = _compared(result_of(attempt, error, time.monotonic() - begun), order)
        _tell_end(result, teller)
        return result

    error: SeawallError | None = None
    try:
        sink = sink_of(order.loaded.config, order.loaded.root, order.disk)
        sink.preflight()
        holder = Holder(order.run_id, order.pid, order.host, order.now())
        with within_deadline(order, end) as deadline, sink.claim(order.batch, holder) as claim:
            attempt.carry_out(claim, deadline)
    except SeawallError as raised:
        error = redaction.error(raised)
    except Exception as bug:
        redaction.error(bug)
        end(SeawallError(f"{type(bug).__name__} inside seawall", "the traceback says where"))
        raise
    result = end(error)
    reach("7d")
    return result


def within_the_project(loaded: LoadedConfig) -> str:
    """The pipeline file's path from the project's root on: it holds where the project is copied to."""
    return str(loaded.path.resolve().relative_to(loaded.root.resolve()))


def sink_of(config: PipelineConfig, root: Path, disk: Disk | None = None) -> FilesSink:
    """The sink that the file declares, on the disk or the machine's own."""
    publish = config.publish
    if not isinstance(publish, FilesPublish):  # the loader refuses the other types
        raise DataError("no writer for this type of publish", "publish.type", publish.type)
    return FilesSink(
        root / publish.path,
        publish.format,
        publish.keep_versions,
        escape_formulas=publish.escape_formulas,
        disk=disk or Disk(),
    )


def result_of(attempt: Attempt, error: SeawallError | None, seconds: float) -> RunResult:
    """What came of the attempt, which this error has ended; None has."""
    order = attempt.order
    return RunResult(
        run_id=order.run_id,
        pipeline=order.loaded.config.pipeline,
        batch=order.batch,
        state=_state(attempt, error),
        exit=Exit.OK if error is None else error.exit,
        version=attempt.version,
        path=attempt.path,
        account=attempt.account if error is None else replace(attempt.account, published=0),
        findings=attempt.findings,
        chunks=attempt.chunks,
        reused_chunks=attempt.reused_chunks,
        seconds=seconds,
        error=error,
        degraded_rows=attempt.degraded_rows,
        degradations=attempt.degradations,
        rehearsals=attempt.rehearsals,
        replayed=attempt.replayed,
        reasons=attempt.reasons,
        behind=attempt.behind,
    )


def _compared(result: RunResult, order: Order) -> RunResult:
    """The result, with a warning where the run took much longer or shorter than runs before it."""
    if result.state != "published" or result.reused_chunks or order.replay is not None:
        return result
    found = unusual(result.seconds, order.usual_s)
    return replace(result, findings=(*result.findings, *found)) if found else result


def _state(attempt: Attempt, error: SeawallError | None) -> State:
    if error is None:
        return attempt.state
    if isinstance(error, InterruptedRunError):
        return "interrupted"
    if isinstance(error, RefusedError):
        return "held" if isinstance(error, HeldError) else "stopped"
    return "failed"


def _tell_end(result: RunResult, teller: Teller) -> None:
    teller.tell(
        RunEnded,
        pipeline=result.pipeline,
        batch=result.batch,
        state=result.state,
        exit=int(result.exit),
        version=result.version,
        path=result.path,
        account=result.account,
        findings=result.findings,
        message=result.message,
        seconds=result.seconds,
        degraded_rows=result.degraded_rows,
        degradations=result.degradations,
    )
