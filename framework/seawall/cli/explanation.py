"""The explanation of a run as sections: a title, sentences, a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seawall.cli.exits import Meaning, next_step, replay_step
from seawall.cli.rehearsals import sentence
from seawall.cli.ways_out import way_out
from seawall.cli.words import duration, moment, number
from seawall.errors import Exit

if TYPE_CHECKING:
    from seawall.cli.live import Live
    from seawall.contracts import Scalar
    from seawall.ledger import ReasonRow, RunDetail, RunRow, SeenRange

__all__ = ["Section", "sections", "step_of", "todo_of"]

_TRIED = "link tried"
_SEVERITIES = ("fail", "warn", "insufficient", "uncalibrated", "ok")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the explanation; a section without rows has no table."""

    title: str
    lines: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def sections(detail: RunDetail, live: Live) -> Iterator[Section]:
    """What happened, where the rows went, what was found and seen, and what to do next."""
    yield _what_happened(detail.run, live)
    yield _rows(detail)
    yield from (section for part in _PARTS if (section := part(detail)).rows)
    yield Section("What to do next", (todo_of(detail, live),))


def _what_happened(run: RunRow, live: Live) -> Section:
    code = "" if run.exit is None else f", exit {run.exit}"
    step = step_of(run)
    lines = [
        f"{run.state.upper()}{code}: {step.meaning}",
        *(line for line in run.message.splitlines() if line),
        "" if run.exit is None and run.state != "killed" else live.said,
        _times(run),
        f"config {run.config_path}",
        _execution(run),
    ]
    title = f"Run {run.run_id} of {run.pipeline}, batch {run.batch}"
    title += f": a replay of run {run.replays}" if run.replays else ""
    return Section(title, tuple(line for line in lines if line))


def _times(run: RunRow) -> str:
    took = f", took {duration(run.seconds)}" if run.seconds is not None else ""
    return f"began {moment(run.started_at)}{took}, on {run.host} (pid {run.pid})"


def _execution(run: RunRow) -> str:
    if not run.plan_id:
        return ""
    reused = f", {run.resumed_chunks} of them finished earlier" if run.resumed_chunks else ""
    workers = f"{run.executor}: {run.workers} workers with {run.inner_threads} inner threads each"
    return (
        f"plan {run.plan_id}: {run.rows_planned:,} rows in {run.chunks} chunks{reused}; {workers}"
    )


def _rows(detail: RunDetail) -> Section:
    account = detail.run.account
    lines = [str(account)]
    if not account.balanced and detail.run.state in {"held", "stopped", "failed", "interrupted"}:
        lines.append("nothing was published; the rows that were scored are in no place yet")
    elif not account.balanced:
        lines.append("this does not add up: the run ended before every row had its place")
    rows = [("filtered", reason, number(n)) for reason, n in detail.filtered_by.items()]
    rows += [("quarantined", reason, number(n)) for reason, n in detail.quarantined_by.items()]
    if detail.run.degraded_rows:
        lines.append(f"{detail.run.degraded_rows:,} rows were scored with a fallback's values")
        rows += [("degraded", mark, number(n)) for mark, n in detail.run.degradations.items()]
    return Section("Rows", tuple(lines), ("went", "because of", "rows"), tuple(rows))


def _findings(detail: RunDetail) -> Section:
    """The worst first, of those the ones about drift, which come with the predictions first."""
    drifted = ((f.check.startswith("drift"), f) for f in detail.findings)
    ordered = sorted(drifted, key=lambda one: (_SEVERITIES.index(one[1].severity), not one[0]))
    rows = tuple(
        (f.severity, f.check, f.column or "", f.seen, f.allowed, f.message) for _, f in ordered
    )
    headers = ("severity", "check", "column", "seen", "allowed", "message")
    return Section("Findings", headers=headers, rows=rows)


def _reasons(detail: RunDetail) -> Section:
    """Why rows were set aside or warned of; shares are of the rows that stayed after the filters."""
    staying = detail.run.account.read - detail.run.account.filtered
    most_first = sorted(detail.reasons, key=lambda one: (one.went, -one.rows, one.reason))
    rows = tuple(
        (one.went, one.reason, *_where(one), number(one.rows), _share(one.rows, staying))
        for one in most_first
    )
    headers = ("went", "because of", "stage", "column", "rows", "share")
    return Section("Quarantine and warnings", headers=headers, rows=rows)


def _where(reason: ReasonRow) -> tuple[str, str]:
    """The stage and the column, as the examples have them."""
    first = next(iter(reason.examples), None)
    return ("", "") if first is None else (first.stage, first.column)


def _share(rows: int, staying: int) -> str:
    return f"{rows / staying:.3%}" if staying else ""


def _examples(detail: RunDetail) -> Section:
    rows = tuple(
        (one.reason, one.key, one.value, one.place)
        for reason in detail.reasons
        for one in reason.examples
    )
    headers = ("because of", "key", "value", "where")
    return Section("Examples", headers=headers, rows=rows)


def _failed_chunks(detail: RunDetail) -> Section:
    failed = [chunk for chunk in detail.chunks if chunk.state == "failed"]
    rows = tuple((chunk.chunk, "; ".join(chunk.message.splitlines())) for chunk in failed)
    return Section("Failed chunks", headers=("chunk", "message"), rows=rows)


def _lookups(detail: RunDetail) -> Section:
    rows = tuple(
        (
            look.lookup,
            ", ".join(look.served_by),
            moment(look.as_of),
            number(look.rows),
            duration(look.seconds),
            _pinned(reused=look.reused),
            look.sha256[:12],
        )
        for look in detail.lookups
    )
    headers = ("lookup", "served by", "as of", "rows", "took", "read", "sha256")
    return Section("Lookups", headers=headers, rows=rows)


def _rehearsals(detail: RunDetail) -> Section:
    headers = ("lookup", "link", "what would have happened")
    rows = tuple((seen.lookup, seen.link, sentence(seen)) for seen in detail.rehearsals)
    return Section("Rehearsals", headers=headers, rows=rows)


def _links(detail: RunDetail) -> Section:
    """Every link that was asked for an answer: those of healthy lookups are not told."""
    rows = tuple(_link(note.fields) for note in detail.notes if note.event == _TRIED)
    headers = (
        "lookup",
        "link",
        "outcome",
        "attempts",
        "took",
        "rows",
        "from",
        "coverage",
        "serves keys",
    )
    return Section("Fallback chains", headers=headers, rows=rows)


def _link(tried: Mapping[str, Any]) -> tuple[str, ...]:
    coverage = tried.get("coverage")
    return (
        *(str(tried["lookup"]), str(tried["link"]), tried["problem"] or "answered"),
        *(number(tried["attempts"]), duration(tried["seconds"]), number(tried["rows"])),
        str(tried.get("as_of") or "").partition(".")[0],
        "" if coverage is None else f"{coverage:.1%}",
        number(tried.get("keys")),
    )


def _pinned(*, reused: bool) -> str:
    return "by an earlier attempt" if reused else "by this run"


def _stages(detail: RunDetail) -> Section:
    rows = tuple(
        (s.stage, number(s.chunks), number(s.rows_in), number(s.rows_out), duration(s.seconds))
        for s in detail.stages
    )
    headers = ("stage", "chunks", "rows in", "rows out", "seconds of all workers")
    return Section("Stages", headers=headers, rows=rows)


def _seen(detail: RunDetail) -> Section:
    rows = tuple(
        (stage.stage, name, *_span(seen))
        for stage in detail.stages
        for name, seen in stage.seen.items()
        # The columns that are described over all chunks have a table of their own.
        if name.rpartition(" ")[0] not in detail.columns
    )
    headers = ("stage", "saw", "lowest in a chunk", "highest in a chunk", "in all")
    return Section("Values seen", headers=headers, rows=rows)


def _span(seen: SeenRange) -> tuple[str, str, str]:
    return number(seen.lowest), number(seen.highest), number(seen.total)


def _columns(detail: RunDetail) -> Section:
    return _profiles("Columns", detail.columns)


def _degraded_columns(detail: RunDetail) -> Section:
    return _profiles("Columns of the degraded rows", detail.degraded_columns)


def _profiles(title: str, columns: Mapping[str, Mapping[str, Scalar]]) -> Section:
    names = tuple(dict.fromkeys(name for profile in columns.values() for name in profile))
    rows = tuple(
        (column, *(number(profile.get(name)) for name in names))
        for column, profile in columns.items()
    )
    return Section(title, headers=("column", *names), rows=rows)


def _notes(detail: RunDetail) -> Section:
    rows = tuple(
        (moment(note.at), note.event, _spelled(note.fields))
        for note in detail.notes
        if note.event != _TRIED
    )
    return Section("Of note", headers=("at", "event", "what"), rows=rows)


def _spelled(fields: Mapping[str, object]) -> str:
    """The fields in words, without empty ones; a stack belongs to the log."""
    told = {n: v for n, v in fields.items() if n != "trace" and v not in (None, "")}
    return ", ".join(f"{name} {_nested(value)}" for name, value in told.items())


def _nested(value: object) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{name}: {inner}" for name, inner in value.items())


_PARTS: tuple[Callable[[RunDetail], Section], ...] = (
    *(
        _findings,
        _reasons,
        _examples,
        _failed_chunks,
        _lookups,
        _links,
        _rehearsals,
        _stages,
        _seen,
    ),
    *(_columns, _degraded_columns, _notes),
)


def todo_of(detail: RunDetail, live: Live) -> str:
    """What a person does now."""
    return way_out(detail, live.stale) or step_of(detail.run).todo


def step_of(run: RunRow) -> Meaning:
    """What its end means and what to do; of a degraded batch that is published, what that asks for."""
    degraded = run.exit == Exit.OK and run.degraded_rows
    code = Exit.DEGRADED if degraded else run.exit
    step = next_step(run.state, code)
    if run.replays:
        step = replay_step(run.state, code, f"seawall replay {run.replays}")
    left = run.account.quarantined
    if run.exit != Exit.OK or not left:
        return step
    target = run.replays if run.state == "nothing to replay" else run.run_id
    todo = (
        f"{left:,} rows are in quarantine: mend what refuses them, then `seawall replay {target}`."
    )
    return Meaning(step.meaning, todo if step.todo == "Nothing." else f"{step.todo} {todo}")
