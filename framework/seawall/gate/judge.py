"""The verdict on a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from seawall.calling import said
from seawall.config.models import PipelineConfig
from seawall.contracts import Finding
from seawall.errors import DataError, HeldError
from seawall.gate.degraded import degradation_findings
from seawall.gate.drift import drift_findings
from seawall.gate.input import input_findings
from seawall.gate.output import output_findings
from seawall.gate.values import Degradation, History, Totals, Verdict
from seawall.gate.words import ABOUT_INPUT, name_of

__all__ = ["concluded", "judge"]

_TODO = {
    DataError: "mend the input, or what the pipeline file says of it; then run the batch again",
    HeldError: "mend the input, the upstream, the model or the limit, and run the batch again",
}
_DRIFTED = (
    "mend what is wrong upstream and run the batch again; or, if the world has changed, publish it with "
    "--set drift.on_fail=warn, or let the run count with seawall reference accept"
)
_NOT_DEGRADED = Degradation()
_NO_HISTORY = History()


def judge(
    config: PipelineConfig,
    totals: Totals,
    degradation: Degradation = _NOT_DEGRADED,
    history: History = _NO_HISTORY,
) -> Verdict:
    """The verdict. A check that raises counts as failed."""
    findings = (
        *_found("input", lambda: input_findings(config, totals, history)),
        *_found("output", lambda: output_findings(config, totals, history)),
        *_found("degradation", lambda: degradation_findings(config, totals, degradation)),
        *_found("drift", lambda: drift_findings(config, totals, history.drift)),
    )
    return concluded(findings, degraded_rows=totals.degraded_rows)


def concluded(findings: tuple[Finding, ...], *, degraded_rows: int) -> Verdict:
    """The verdict that these findings come to; the first failure names the error.

    What is wrong with the input (no rows, too many in quarantine) is a DataError, anything else
    that fails holds the run.
    """
    failed = [finding for finding in findings if finding.severity == "fail"]
    if not failed:
        return Verdict("publish degraded" if degraded_rows else "publish", findings)
    about_input = any(finding.check in ABOUT_INPUT for finding in failed)
    kind, first = DataError if about_input else HeldError, failed[0]
    return Verdict("hold", findings, kind(*_told(first, _TODO[kind])))


def _told(first: Finding, todo: str) -> tuple[str, ...]:
    """What failed first; of drift which column of which segment moved, from what to what."""
    if not first.check.startswith("drift"):
        return name_of(first), "the gate", first.seen, first.allowed, todo
    moved, _, _ = first.message.partition(". ")
    return name_of(first), "the gate", moved, "", _DRIFTED


def _found(about: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What the checks found; one that raises has failed, and the others of its kind are kept."""
    found: list[Finding] = []
    try:
        for finding in check():
            found.append(finding)  # noqa: PERF402 - what was found before it raised is kept
    except Exception as error:  # noqa: BLE001 - the border of a check
        seen = f"{type(error).__name__}: {said(error)}"
        message = f"a check of the {about} raised {seen}"
        found.append(Finding("raised", "fail", None, seen, "a check that ends", message))
    return found
