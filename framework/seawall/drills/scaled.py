"""The pipeline's limits as they are in a sandbox: shorter in time, smaller in rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from seawall.config.ingest import Ingest
from seawall.config.models import Execution, PipelineConfig
from seawall.config.sources import Backoff, Patience, Retry
from seawall.drills.unchecked import unchecked
from seawall.reads import LOOKUP, PRIMARY, Terms, terms_of

__all__ = ["ATTEMPT_S", "DEADLINE_S", "RUN_S", "Scaled", "scaled"]

ATTEMPT_S, DEADLINE_S, RUN_S = 1.0, 2.0, 4.0
_BACKOFF = timedelta(milliseconds=100)
_GRACE = timedelta(milliseconds=500)
_WAIT = timedelta(seconds=1)
P = TypeVar("P", bound=Patience)


@dataclass(frozen=True, slots=True)
class Scaled:
    """The config of the sandbox, and in words what differs from production's."""

    config: PipelineConfig
    words: tuple[str, ...]


def scaled(config: PipelineConfig, share: float) -> Scaled:
    """The pipeline with times of a few seconds, and limits in rows for this share of the batch."""
    ingest = config.ingest
    lookups = {name: _quick(way) for name, way in ingest.lookups.items()}
    primary = _of_share(_quick(ingest.primary), share)
    small = config.model_copy(
        update={
            "ingest": ingest.model_copy(update={"primary": primary, "lookups": lookups}),
            "validate_": config.validate_.model_copy(update={"rows": _rows(config, share)}),
            "limits": config.limits.model_copy(update=_limits(config, share)),
            "execution": Execution(executor="threads", workers=1, inner_threads=1),
            "alerts": (),
        }
    )
    small = _unrehearsed(small)
    return Scaled(small, (*_times(ingest), *_others(config, small, share)))


def _unrehearsed(config: PipelineConfig) -> PipelineConfig:
    """Chains are walked for real here; nothing is tried out on the side."""
    none = config.ingest.rehearsal.model_copy(update={"rows": 0})
    return config.model_copy(
        update={"ingest": config.ingest.model_copy(update={"rehearsal": none})}
    )


def _quick(section: P) -> P:
    """Every time that the section declares is short enough for a drill."""
    changed: dict[str, Any] = {}
    for key, most in (("attempt_timeout", ATTEMPT_S), ("deadline", DEADLINE_S)):
        declared = getattr(section, key)
        if declared is not None:
            changed[key] = min(declared, timedelta(seconds=most))
    if getattr(section, "wait_for", None) is not None:
        changed["wait_for"] = min(section.wait_for, _WAIT)  # type: ignore[attr-defined]
    if getattr(section, "circuit_breaker", None) is not None:
        changed["circuit_breaker"] = None
    return section.model_copy(update={**changed, "retry": _retry(section.retry)})


def _retry(retry: Retry | None) -> Retry:
    """As many attempts, with short waits."""
    usual = Retry(max_attempts=LOOKUP.max_attempts) if retry is None else retry
    short = unchecked(Backoff, {"initial": _BACKOFF, "max": _BACKOFF, "multiplier": 1.0})
    return usual.model_copy(update={"backoff": short})


def _of_share(section: P, share: float) -> P:
    rows = section.caps.rows
    if rows is None or share == 1:
        return section
    caps = section.caps.model_copy(update={"rows": math.ceil(rows * share)})
    return section.model_copy(update={"caps": caps})


def _rows(config: PipelineConfig, share: float) -> Any:
    """Limits of the number of rows; against other batches a sample cannot be compared."""
    rows = config.validate_.rows
    if share == 1:
        return rows
    least = None if rows.min is None else math.floor(rows.min * share)
    most = None if rows.max is None else math.ceil(rows.max * share)
    return rows.model_copy(update={"min": least, "max": most, "change": None})


def _limits(config: PipelineConfig, share: float) -> dict[str, Any]:
    limits, changed = config.limits, dict[str, Any]()
    quota = limits.quarantined_rows
    if quota is not None and quota.rows is not None and share < 1:
        rows = math.floor(quota.rows * share)
        changed["quarantined_rows"] = quota.model_copy(update={"rows": rows})
    changed["grace"] = min(limits.grace, _GRACE)
    if limits.run_deadline is not None:
        changed["run_deadline"] = min(limits.run_deadline, timedelta(seconds=RUN_S))
    return changed


def _times(ingest: Ingest) -> Iterator[str]:
    """What was shortened of each upstream's times, also where they are the usual ones."""
    sections: dict[str, tuple[Patience, Terms]] = {"primary": (ingest.primary, PRIMARY)}
    sections |= {f"lookup {name}": (way, LOOKUP) for name, way in ingest.lookups.items()}
    for name, (section, usual) in sections.items():
        declared, terms = section, terms_of(section, usual)
        if declared.attempt_timeout and terms.attempt_timeout_s > ATTEMPT_S:
            yield f"{name}: attempt_timeout {_span(terms.attempt_timeout_s)} → {_span(ATTEMPT_S)}"
        if declared.deadline and terms.deadline_s > DEADLINE_S:
            yield f"{name}: deadline {_span(terms.deadline_s)} → {_span(DEADLINE_S)}"


def _others(before: PipelineConfig, after: PipelineConfig, share: float) -> Iterator[str]:
    deadline = before.limits.run_deadline
    if deadline is not None and after.limits.run_deadline != deadline:
        yield f"limits.run_deadline: {_span(deadline.total_seconds())} → {_span(RUN_S)} where something hangs or drips"
    if share == 1:
        return
    yield f"the batch: an even sample of {share:.1%} of its rows"
    old, new = before.validate_.rows, after.validate_.rows
    for key in ("min", "max"):
        if getattr(old, key) != getattr(new, key):
            yield f"validate.rows.{key}: {getattr(old, key):,} → {getattr(new, key):,}"
    if old.change is not None:
        yield "validate.rows.change: not judged on a sample"
    quota, smaller = before.limits.quarantined_rows, after.limits.quarantined_rows
    if quota is not None and smaller is not None and quota != smaller:
        yield f"limits.quarantined_rows.rows: {quota.rows:,} → {smaller.rows:,}"


def _span(seconds: float) -> str:
    """`2 m`, `1 s`, `500 ms`."""
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
