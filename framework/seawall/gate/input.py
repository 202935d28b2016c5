"""What was promised about the rows that came in: their number, their nulls, how many are set aside."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.models import PipelineConfig
from seawall.contracts import Finding
from seawall.gate.age import freshness_findings
from seawall.gate.columns import conversion_findings, new_value_findings, unseen_findings
from seawall.gate.past import row_change_findings
from seawall.gate.quota import most_rows
from seawall.gate.values import History, Totals
from seawall.gate.words import NAMES, exact, failed, percent

__all__ = ["input_findings", "over_budget"]


def over_budget(config: PipelineConfig, quarantined: int, *, rows: int) -> Finding | None:
    """A finding when so many quarantined rows cannot be allowed any more; `rows` may still stay.

    Called as chunks arrive with all rows of the batch, and at the gate with those that stayed.
    """
    allowed, words = most_rows(config.limits.quarantined_rows, rows)
    if quarantined <= allowed:
        return None
    message = NAMES["quarantined rows"]
    seen = f"{quarantined:,} of {rows:,} rows"
    return Finding("quarantined rows", "fail", None, seen, words, message)


def input_findings(config: PipelineConfig, totals: Totals, history: History) -> Iterator[Finding]:
    """Everything that was promised about the rows, held against what came."""
    account = totals.account
    if not account.balanced:
        yield failed("row account", str(account), "read = published + quarantined + filtered")
    yield from _row_findings(config, totals)
    yield from row_change_findings(config, totals, history)
    yield from freshness_findings(config, totals, history)
    finding = over_budget(config, account.quarantined, rows=totals.staying)
    if finding is not None:
        yield finding
    for rule, count in totals.warned.items():
        seen = f"{count:,} rows"
        yield Finding(rule, "warn", None, seen, "none", f"{rule}: {seen}, published as declared")
    yield from _null_findings(config, totals)
    yield from new_value_findings(config, totals)
    yield from conversion_findings(config, totals)
    yield from unseen_findings(config, totals)


def _row_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    wanted = config.validate_.rows
    least = 1 if wanted.min is None else wanted.min  # rows: {min: 0} allows an empty batch
    if totals.staying < least:
        yield failed("rows", f"{totals.staying:,} rows", f"at least {least:,}")
    if wanted.max is not None and totals.staying > wanted.max:
        yield failed("rows", f"{totals.staying:,} rows", f"at most {wanted.max:,}")


def _null_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    for name, contract in config.validate_.columns.items():
        if contract.max_null_share is None or name not in totals.nulls or not totals.staying:
            continue
        if totals.nulls[name] > exact(contract.max_null_share) * totals.staying:
            seen = f"{totals.nulls[name]:,} nulls in {totals.staying:,} rows"
            allowed = f"at most {percent(contract.max_null_share)}"
            yield failed("null share", seen, allowed, column=name)
