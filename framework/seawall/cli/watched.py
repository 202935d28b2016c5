"""An order carried out before people's eyes: progress, log, signals, and what came of it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO, cast

from seawall.cli.foreign import foreign_output
from seawall.cli.terminal import mention, warn

if TYPE_CHECKING:
    from seawall.contracts import EventSink
    from seawall.errors import Exit
    from seawall.observe import ProgressSink
    from seawall.running import Order, RunResult
    from seawall.running.order import StopRequest

__all__ = ["document_of", "say_result", "shown", "stopped_by_signals", "watched"]

_SHOWN = (
    *("run_id", "pipeline", "batch", "state", "exit", "version", "path", "account"),
    *("degraded_rows", "degradations", "findings", "rehearsals", "replayed", "reasons"),
    *("chunks", "reused_chunks", "seconds"),
)


def watched(order: Order, form: Literal["text", "json"], *, verbose: bool) -> RunResult:
    """What came of the order; its log and progress were shown meanwhile, and signals heard."""
    from seawall.api import observed

    with shown(order.stop, form, verbose=verbose) as sinks:
        return observed(order, sinks, warn=warn)


@contextmanager
def shown(
    stop: StopRequest, form: Literal["text", "json"], *, verbose: bool
) -> Iterator[list[EventSink]]:
    """Within, signals are heard, and what the sinks are told is log and progress on standard error."""
    from seawall.observe import ProgressSink

    progress = ProgressSink(sys.stderr)
    logs = _logs(progress, form, verbose=verbose)
    try:
        with stopped_by_signals(stop), foreign_output(cast("TextIO", progress.stream)):
            yield [logs, progress]
    finally:
        progress.close()


def say_result(result: RunResult, code: Exit, *, as_json: bool) -> None:
    """The result was said, as one JSON object or in a few lines; `code` is what the command ends with."""
    if as_json:
        mention(json.dumps(document_of(result) | {"exit": int(code)}))
        return
    for line in _lines(result):
        mention(line)
    if result.error is not None:
        warn(str(result.error))


def _lines(result: RunResult) -> list[str]:
    """What a person wants to know; in one plain line where that cannot be told."""
    try:
        from seawall.cli.summary import summary

        return list(summary(result))
    except Exception as error:  # noqa: BLE001 - the run has ended: how it is told changes nothing
        warn(f"the summary failed ({type(error).__name__}: {error}); the run's outcome stands")
        version = f", version {result.version} is live" if result.version else ""
        return [
            f"{result.pipeline} {result.batch}: {result.state}, exit {int(result.exit)}{version}"
        ]


def _logs(progress: ProgressSink, form: Literal["text", "json"], *, verbose: bool) -> EventSink:
    from seawall.observe import log_sink

    return log_sink(form, progress.stream, level="debug" if verbose else None)


@contextmanager
def stopped_by_signals(stop: StopRequest) -> Iterator[None]:
    """The first SIGTERM or Ctrl-C asks the run to stop at a chunk's border, the second ends it."""

    def ask(number: int, _frame: object) -> None:
        if stop.signal_number:  # a run whose time is up still stops for a first signal
            os._exit(128 + number)
        stop.set(number)
        warn("stopping at the next chunk's border; once more to stop at once")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def document_of(result: RunResult) -> dict[str, Any]:
    """The result as JSON can hold it."""
    from seawall.cli.border import parts
    from seawall.ledger.plain import plain

    document = {name: plain(getattr(result, name)) for name in _SHOWN}
    return {**document, "error": None if result.error is None else parts(result.error)}
