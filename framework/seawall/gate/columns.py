"""What the columns of the whole batch were like: values that got another type, and new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import nlargest

from seawall.config.models import PipelineConfig
from seawall.contracts import Finding, Severity
from seawall.gate.values import Totals
from seawall.gate.words import exact, percent
from seawall.shown import listed

__all__ = ["conversion_findings", "new_value_findings", "unseen_findings"]

_EXAMPLES = 3
_PLACES = 4


def conversion_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    """Each way in which values got their type, once, with the columns and how many there were."""
    ways: dict[str, dict[str, int]] = {}
    for name in config.validate_.columns:
        for how, count in _of_column(name, totals.conversions).items():
            ways.setdefault(how, {})[name] = count
    for how, columns in ways.items():
        named = listed(f"{column} {count:,}" for column, count in columns.items())
        only = next(iter(columns)) if len(columns) == 1 else None
        seen = f"{sum(columns.values()):,} values: {named}"
        yield Finding("conversion", "ok", only, seen, "unchanged values", f"{how}: {seen}")


def new_value_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    """The share of values outside `one_of`, where one is allowed; above it the result is held."""
    for name, contract in config.validate_.columns.items():
        count, share = totals.foreign.get(name, 0), contract.max_new_share
        if share is None or not count:
            continue
        severity: Severity = "fail" if count > exact(share) * totals.staying else "ok"
        seen = f"{count:,} of {totals.staying:,} rows: {_examples(name, totals.foreign)}"
        allowed = f"at most {percent(share)}"
        message = f"values of {name} outside one_of: {seen}, allowed {allowed}"
        yield Finding("new share", severity, name, seen, allowed, message)


def unseen_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    """The share of values that the model was not fitted on: a warning, or held to what is promised."""
    share, rows = config.predict.max_unseen_share, totals.account.published
    for name in _counted(totals.unseen):
        count, severity = totals.unseen[name], _severity(totals.unseen[name], share, rows)
        part = percent(round(count / max(rows, 1), _PLACES))
        seen = f"{count:,} of {rows:,} rows ({part}): {_examples(name, totals.unseen)}"
        allowed = "the model's own categories" if share is None else f"at most {percent(share)}"
        message = f"values of {name} that the model was not fitted on: {seen}, allowed {allowed}"
        yield Finding("unseen", severity, name, seen, allowed, message)


def _severity(count: int, share: float | None, rows: int) -> Severity:
    if share is None:
        return "warn"
    return "fail" if count > exact(share) * rows else "ok"


def _counted(counts: Mapping[str, int]) -> list[str]:
    """The columns of what is counted by column, and by `column: value` besides."""
    return [name for name in counts if not any(name.startswith(f"{one}: ") for one in counts)]


def _examples(column: str, foreign: Mapping[str, int]) -> str:
    """The most frequent new values, each with the choice that it looks like."""
    values = _of_column(column, foreign).items()
    most = nlargest(_EXAMPLES, values, key=lambda value: value[1])
    return ", ".join(f"{value} {count:,}" for value, count in most)


def _of_column(column: str, counts: Mapping[str, int]) -> dict[str, int]:
    """What is counted as `column: what`, by what."""
    start = f"{column}: "
    return {told[len(start) :]: n for told, n in counts.items() if told.startswith(start)}
