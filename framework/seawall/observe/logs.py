"""Logs: one wide line a stage and chunk, one a run, with the values that were seen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, TextIO

from seawall.contracts import EventSink, Finding, Severity
from seawall.events import (
    AlertFailed,
    AttemptFailed,
    BreakerChanged,
    ChunkFailed,
    ChunkFinished,
    ChunkRetried,
    Event,
    InputChanged,
    InputWaited,
    LinkTried,
    LookupRead,
    LookupRehearsed,
    ReadBegins,
    ResumeRefused,
    RunEnded,
    RunProfiled,
    StageFinished,
    ViewFailed,
)
from seawall.ledger.plain import plain
from seawall.observe.fields import flat_fields
from seawall.observe.streams import LenientStream, printable, wants_colour

if TYPE_CHECKING:
    import structlog

__all__ = ["LogSink", "level_of", "log_sink"]

Level = Literal["debug", "info", "warning", "error"]
_FIGURES = "figures."
"""The numbers behind a finding are for machines: people read them in its message."""
_ORDER: tuple[Level, ...] = ("debug", "info", "warning", "error")
_LEVELS: dict[type[Event], Level] = {
    StageFinished: "debug",
    ChunkFinished: "debug",
    RunProfiled: "debug",
    ReadBegins: "debug",
    LinkTried: "debug",
    LookupRehearsed: "debug",  # people read it in the run's summary
    AttemptFailed: "warning",
    ResumeRefused: "warning",
    InputChanged: "warning",
    ChunkRetried: "warning",
    ViewFailed: "warning",
    AlertFailed: "warning",
    ChunkFailed: "error",
}
_FINDING_LEVELS: dict[Severity, Level] = {
    "ok": "debug",
    "uncalibrated": "info",
    "insufficient": "info",
    "warn": "warning",
    "fail": "error",
}
_GOOD = {
    "published",
    "already published",
    "nothing to replay",
    "released",
    "already released",
}


def log_sink(
    form: Literal["text", "json"],
    stream: TextIO | LenientStream,
    *,
    level: Level | None = None,
    env: Mapping[str, str] = os.environ,
) -> EventSink:
    """A sink that writes lines for people (`text`) or one JSON object a line for machines.

    `level` is the least that is written: by default info for people (no chunks, no stages) and debug,
    that is everything, for machines. Text is coloured on a terminal only, and not with NO_COLOR.
    """
    least = level or ("debug" if form == "json" else "info")
    render = _json() if form == "json" else _text(colours=wants_colour(stream, env))
    return LogSink(_logger(stream, render), least)


class LogSink:
    """Writes events to a structlog logger of its own; nothing global is configured."""

    def __init__(self, logger: structlog.typing.FilteringBoundLogger, least: Level) -> None:
        self._logger, self._least = logger, _ORDER.index(least)

    def emit(self, event: Event) -> None:
        """The event's line is written, and one line for each finding of a run that ended."""
        fields = flat_fields(event)
        findings = event.findings if isinstance(event, RunEnded) else ()
        fields.pop("findings", None)
        for finding in findings:
            self._write(_finding_level(finding), "finding", event, _finding_fields(finding))
        if findings:
            fields["findings"] = len(findings)
        self._write(level_of(event), event.name, event, fields)

    def _write(self, level: Level, name: str, event: Event, fields: Mapping[str, Any]) -> None:
        if _ORDER.index(level) >= self._least:
            values = {key: value for key, value in fields.items() if key != "event"}
            self._logger.log(_number(level), name, at=event.at, run_id=event.run_id, **values)


def level_of(event: Event) -> Level:
    """How much attention the event asks for."""
    if isinstance(event, RunEnded) and event.state not in _GOOD:
        return "error"
    return "warning" if _is_amiss(event) else _LEVELS.get(type(event), "info")


def _is_amiss(event: Event) -> bool:
    """Whether the run goes on, with less than it should have."""
    if isinstance(event, RunEnded):
        return event.degraded_rows > 0
    if isinstance(event, LookupRead):
        return event.served_by != ("live",)
    if isinstance(event, LinkTried):
        return bool(event.problem)
    if isinstance(event, InputWaited):
        return not event.came
    return isinstance(event, BreakerChanged) and event.state != "closed"


def _finding_level(finding: Finding) -> Level:
    return _FINDING_LEVELS[finding.severity]


def _finding_fields(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "column": finding.column,
        "seen": finding.seen,
        "allowed": finding.allowed,
        "message": finding.message,
        **{f"{_FIGURES}{name}": value for name, value in plain(finding.figures).items()},
    }


def _number(level: Level) -> int:
    return 10 * (1 + _ORDER.index(level))


Render = Callable[[Any, str, MutableMapping[str, Any]], str]


def _logger(
    stream: TextIO | LenientStream, render: Render
) -> structlog.typing.FilteringBoundLogger:
    import structlog

    quiet = stream if isinstance(stream, LenientStream) else LenientStream(stream)
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(quiet),  # type: ignore[arg-type]  # it writes and flushes, no more
        processors=[structlog.processors.add_log_level, render],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        context_class=dict,
    )
    return logger


def _json() -> Render:
    def render(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
        head = {"time": line.pop("at").isoformat(), "level": line.pop("level")}
        return json.dumps(head | {"event": line.pop("event")} | dict(line))

    return render


def _text(*, colours: bool) -> Render:
    import structlog

    console = structlog.dev.ConsoleRenderer(
        colors=colours, exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )

    def render(logger: Any, method: str, line: MutableMapping[str, Any]) -> str:
        local = line.pop("at").astimezone()
        told = (pair for pair in line.items() if not pair[0].startswith(_FIGURES))
        shown = {key: value for key, value in told if value not in (None, "")}
        trace = _indented(str(shown.pop("trace", "")))
        shown = {key: _short(value) for key, value in shown.items()}
        return console(logger, method, {"timestamp": f"{local:%H:%M:%S}", **shown}) + trace

    return render


def _indented(trace: str) -> str:
    """A stack below its line: where a call hung is read by people, line by line."""
    return "".join(f"\n    {line}" for line in printable(trace).splitlines())


def _item(value: Any) -> str:
    """An entry of a list; of an example of a row only what it says."""
    return " ".join(str(v) for v in value.values() if v) if isinstance(value, dict) else str(value)


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return printable(", ".join(map(_item, value)))
    if isinstance(value, str):
        return printable("; ".join(value.splitlines()))
    return float(f"{value:.6g}") if isinstance(value, float) else value
