"""What a drill tries, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.config.drilling import Outcome
from seawall.contracts import Account, Finding

__all__ = ["OTHER_BYTES", "SAME_BYTES", "Case", "Ended", "Outcome"]


SAME_BYTES = "the same bytes"
"""How the words on a rerun end that came to what the healthy run published."""
OTHER_BYTES = "other bytes"
"""How they end where it did not."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault of one part of the pipeline.

    `part` is `primary`, `lookup=NAME`, `stage=NAME`, `model` or `run`; `column` the column of the
    upstream that is broken, where the fault is one column's.
    """

    part: str
    fault: str
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the run of a case ended. `exit` is None for one that the drill had to end.

    `changed_rows` are published rows with other predictions than the healthy run gave them, though
    nothing marks them; `mean_change` is the mean of the absolute change over these rows. `missing_rows`
    were published by the healthy run and neither published nor set aside here; `other_rows` have keys
    that it did not publish. `rerun` says what a run
    after a crash came to, where there was one.
    """

    case: Case
    outcome: Outcome
    exit: int | None
    seconds: float
    message: str = ""
    account: Account = field(default_factory=Account)
    degradations: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changed_rows: int = 0
    mean_change: float = 0.0
    missing_rows: int = 0
    other_rows: int = 0
    rerun: str = ""
