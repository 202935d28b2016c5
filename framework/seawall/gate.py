"""The gate: everything that was promised about the whole batch, held against what was added up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Literal

from seawall.config.judging import Quota
from seawall.config.models import PipelineConfig
from seawall.contracts import Account, Finding
from seawall.errors import DataError, HeldError, SeawallError
from seawall.profile import Profile

__all__ = ["Degradation", "History", "Totals", "Verdict", "judge", "over_budget", "over_degraded"]

_NAMES = {
    "row account": "the row account does not balance",
    "rows": "the number of rows is not as promised",
    "quarantined rows": "more rows are in quarantine than limits.quarantined_rows allows",
    "null share": "{column} has more nulls than promised",
    "mean": "the mean of {column} is not as promised",
    "degraded rows": "fallbacks serve more rows than limits.degraded_rows allows",
    "degraded lookups": "more lookups are degraded than limits.degraded_lookups allows",
    "degraded runs": "more runs in a row are degraded than limits.consecutive_degraded_runs allows",
    "lookup": "a person has to look at what a lookup answered",
}
_TODO = {
    DataError: "mend the input, or what the pipeline file says of it; then run the batch again",
    HeldError: "look at the findings with seawall explain; the result's parts are kept",
}


@dataclass(frozen=True, slots=True)
class Totals:
    """A batch added up: where its rows went, reasons by name, nulls of bounded columns, its profile.

    `degraded` counts published rows by `lookup=link`, `degraded_rows` each of them once.
    `conversions`, `foreign` and `newest` are those of the chunks' reports, added up.
    """

    account: Account
    filtered: Mapping[str, int]
    quarantined: Mapping[str, int]
    warned: Mapping[str, int]
    nulls: Mapping[str, int]
    profile: Profile
    degraded: Mapping[str, int] = field(default_factory=dict)
    degraded_rows: int = 0
    conversions: Mapping[str, int] = field(default_factory=dict)
    foreign: Mapping[str, int] = field(default_factory=dict)
    newest: datetime | None = None

    @property
    def staying(self) -> int:
        """The rows that belong to the job: shares are of these."""
        return self.account.read - self.account.filtered


@dataclass(frozen=True, slots=True)
class Degradation:
    """What upstreams did to the run: `lookups` that any fallback serves, `held` why a person has to look.

    `runs_before` counts the degraded runs in a row right before this one.
    """

    lookups: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    runs_before: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """What the batch is compared with, as far as the file asks for it.

    `rows` counts those that stayed after the filters in the newest published batches, newest first;
    `as_of` is the time from which ages are measured; `mean_changes` has for an output by how much its
    mean over the keys shared with the last published version differs from that version's, None where
    there is nothing to compare with.
    """

    rows: tuple[int, ...] = ()
    as_of: datetime | None = None
    mean_changes: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Publish, publish degraded or hold, with everything that was found; `error` says why not."""

    decision: Literal["publish", "publish degraded", "hold"]
    findings: tuple[Finding, ...]
    error: SeawallError | None = None


_NOT_DEGRADED = Degradation()
_NO_HISTORY = History()


def judge(
    config: PipelineConfig,
    totals: Totals,
    degradation: Degradation = _NOT_DEGRADED,
    history: History = _NO_HISTORY,
) -> Verdict:
    """The verdict. A check that raises counts as failed; the first failure names the error.

    What is wrong with the input (no rows, too many in quarantine) is a DataError, anything else
    that fails holds the run.
    """
    del history
    findings = (
        *_input_findings(config, totals),
        *_null_findings(config, totals),
        *_distribution_findings(config, totals),
        *_degradation_findings(config, totals, degradation),
    )
    failed = [finding for finding in findings if finding.severity == "fail"]
    if not failed:
        return Verdict("publish degraded" if totals.degraded_rows else "publish", findings)
    about_input = {"row account", "rows", "quarantined rows", "null share"}
    kind = DataError if any(finding.check in about_input for finding in failed) else HeldError
    first, todo = failed[0], _TODO[kind]
    message = _NAMES[first.check].format(column=first.column)
    return Verdict("hold", findings, kind(message, "the gate", first.seen, first.allowed, todo))


def over_budget(config: PipelineConfig, quarantined: int, *, rows: int) -> Finding | None:
    """A finding when so many quarantined rows cannot be allowed any more; `rows` may still stay.

    Called as chunks arrive with all rows of the batch, and at the gate with those that stayed.
    """
    quota = config.limits.quarantined_rows or Quota(rows=0)
    bounds = []
    if quota.share is not None:
        bounds.append(
            (math.floor(_exact(quota.share) * rows), f"{_percent(quota.share)} of the rows")
        )
    if quota.rows is not None:
        bounds.append((quota.rows, f"{quota.rows:,} rows"))
    allowed, words = min(bounds)
    if quarantined <= allowed:
        return None
    message = _NAMES["quarantined rows"]
    seen = f"{quarantined:,} of {rows:,} rows"
    return Finding("quarantined rows", "fail", None, seen, words, message)


def over_degraded(config: PipelineConfig, degraded: int, *, rows: int) -> Finding | None:
    """A finding when so many degraded rows cannot be allowed any more; `rows` may still stay.

    Called as chunks arrive with all rows of the batch, and at the gate with those that stayed.
    """
    share = config.limits.degraded_rows
    if share is None or degraded <= math.floor(_exact(share) * rows):
        return None
    seen = f"{degraded:,} of {rows:,} rows"
    allowed = f"{_percent(share)} of the rows"
    return Finding("degraded rows", "fail", None, seen, allowed, _NAMES["degraded rows"])


def _degradation_findings(
    config: PipelineConfig, totals: Totals, degradation: Degradation
) -> Iterator[Finding]:
    limits, runs = config.limits, degradation.runs_before + 1
    finding = over_degraded(config, totals.degraded_rows, rows=totals.staying)
    if finding is not None:
        yield finding
    if limits.degraded_lookups is not None and len(degradation.lookups) > limits.degraded_lookups:
        seen = f"{len(degradation.lookups)}: {', '.join(degradation.lookups)}"
        yield _failed("degraded lookups", seen, f"at most {limits.degraded_lookups}")
    most = limits.consecutive_degraded_runs
    if most is not None and totals.degraded_rows and runs > most:
        yield _failed("degraded runs", f"{runs} in a row with this one", f"at most {most}")
    for name, reason in degradation.held.items():
        seen = f"{name}: {reason}"
        yield Finding("lookup", "fail", None, seen, "", f"{_NAMES['lookup']}: {seen}")


def _input_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    account, wanted = totals.account, config.validate_.rows
    if not account.balanced:
        yield _failed("row account", str(account), "read = published + quarantined + filtered")
    least = 1 if wanted.min is None else wanted.min  # rows: {min: 0} allows an empty batch
    if totals.staying < least:
        yield _failed("rows", f"{totals.staying:,} rows", f"at least {least:,}")
    if wanted.max is not None and totals.staying > wanted.max:
        yield _failed("rows", f"{totals.staying:,} rows", f"at most {wanted.max:,}")
    finding = over_budget(config, account.quarantined, rows=totals.staying)
    if finding is not None:
        yield finding
    for rule, count in totals.warned.items():
        seen = f"{count:,} rows"
        yield Finding(rule, "warn", None, seen, "none", f"{rule}: {seen}, published as declared")


def _null_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    for name, contract in config.validate_.columns.items():
        if contract.max_null_share is None or name not in totals.nulls or not totals.staying:
            continue
        if totals.nulls[name] > _exact(contract.max_null_share) * totals.staying:
            seen = f"{totals.nulls[name]:,} nulls in {totals.staying:,} rows"
            allowed = f"at most {_percent(contract.max_null_share)}"
            yield _failed("null share", seen, allowed, column=name)


def _distribution_findings(config: PipelineConfig, totals: Totals) -> Iterator[Finding]:
    for name, wanted in config.check_output.distribution.items():
        column = totals.profile.columns.get(name)
        if wanted.mean is None:
            continue
        low, high = wanted.mean
        allowed = f"{low:g} to {high:g}"
        if column is None or not column.finite:
            yield _failed("mean", "no finite prediction", allowed, column=name)
            continue
        within = low <= column.mean <= high
        seen = f"{column.mean:.6g}"
        message = f"the mean of {name} is {seen}, allowed {allowed}"
        yield Finding("mean", "ok" if within else "fail", name, seen, allowed, message)


def _exact(share: float) -> Fraction:
    """The share as it was written: 29% of 100 rows are 29, and 0.29 × 100 is less."""
    return Fraction(share).limit_denominator(10**9)


def _percent(share: float) -> str:
    return f"{share * 100:.9g}%"


def _failed(check: str, seen: str, allowed: str, *, column: str | None = None) -> Finding:
    about = f"{check} of {column}" if column else check
    return Finding(check, "fail", column, seen, allowed, f"{about}: {seen}, allowed {allowed}")
