"""Whether the batch has drifted: against what, and what a failure does to the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from seawall.config.drift import Drift
from seawall.config.models import PipelineConfig
from seawall.contracts import Finding, Severity
from seawall.drift.cold import WITHOUT_HISTORY
from seawall.drift.explained import DRIFT, DRIFT_OF_PREDICTIONS, DRIFT_OF_ROWS, with_fallbacks
from seawall.drift.judge import judge_drift
from seawall.drift.settings import Settings
from seawall.drift.values import Baseline
from seawall.gate.excused import excused, fallbacks_of
from seawall.gate.segments import Segment, segment_findings
from seawall.gate.terms import narrowed, only_warning, settings_of
from seawall.gate.values import Drifted, Totals
from seawall.gate.words import failed, several
from seawall.profiles import Profile
from seawall.shown import listed

__all__ = ["AGAINST", "IN_A_ROW", "drift_findings"]

IN_A_ROW = "in_a_row"
"""The figure of a failure that holds the run, or would if there were enough of them in a row."""
AGAINST = "against"
"""The figure of a finding that is about another reference than the batch is judged by: the anchor's name."""


def drift_findings(
    config: PipelineConfig, totals: Totals, history: Drifted | None
) -> Iterator[Finding]:
    """What each column has against the reference, the predictions first; then the anchor and the segments."""
    if config.drift is None or history is None:
        return
    yield from _unread(history)
    if history.problem or not totals.account.published:
        return
    yield from _undescribed(totals, history)
    judging = _Judging(config, config.drift, totals, history)
    for finding in (*judging.whole(), *judging.beside(), *judging.parts()):
        yield _acted(finding, config.drift, history)


@dataclass(frozen=True, slots=True)
class _Judging:
    """All comparisons of a run; together they raise no more false alarms than may be borne."""

    config: PipelineConfig
    drift: Drift
    totals: Totals
    history: Drifted

    def whole(self) -> tuple[Finding, ...]:
        """Every column of the batch against the reference, or what is missing for that."""
        baseline = self.history.baseline
        if baseline is None:
            return (_uncalibrated(self.history),)
        live = self.totals.live_profile
        return self._judged(self.totals.profile, baseline, live, self._settings())

    def beside(self) -> Iterator[Finding]:
        """What has moved slowly: against the anchor, which stands beside a rolling reference, or in for it."""
        anchor = self.history.anchor
        if anchor is None:
            return
        settings, live = only_warning(self._settings()), self.totals.live_profile
        found = self._judged(self.totals.profile, anchor, live, settings)
        moved = [one for one in found if one.severity == "warn" and one.column is not None]
        yield from (replace(one, figures={**one.figures, AGAINST: anchor.name}) for one in moved)
        if not moved:
            told: Severity = "ok" if any(one.severity == "ok" for one in found) else "insufficient"
            message = f"no column is known to have moved away from {anchor.name}"
            yield Finding(DRIFT, told, None, "no column", "", message)

    def parts(self) -> Iterator[Finding]:
        """The same for the rows of each segment."""
        for name, baselines in self.history.segments.items():
            parts = self.totals.profile.segments.get(name, {})
            lives = {} if self.totals.live_profile is None else self.totals.live_profile.segments
            segments = [
                Segment(
                    value,
                    parts.get(value),
                    # Where other rows are degraded, those of a part may all be.
                    lives.get(name, {}).get(value, None if not lives else Profile(0, {})),
                    baseline,
                    self._expected(name, value),
                )
                for value, baseline in baselines.items()
            ]
            yield from segment_findings(name, segments, self._part_judged)

    def _part_judged(
        self, part: Profile, baseline: Baseline, live: Profile | None
    ) -> tuple[Finding, ...]:
        """Without a past of its own, or beside an anchor that stands in, a segment never fails."""
        settings = self._settings()
        if self.history.baseline is None:
            settings = only_warning(settings)
        found = self._judged(part, baseline, live, settings)
        cold = (one.figures.get("rule") == WITHOUT_HISTORY for one in found)
        return tuple(
            replace(one, severity="warn") if is_cold and one.severity == "fail" else one
            for one, is_cold in zip(found, cold, strict=True)
        )

    def _expected(self, column: str, value: str) -> float:
        """How many rows the segment would have with the reference's share; 0 where that is not known."""
        for known in (self.history.baseline, self.history.anchor):
            part = known and known.reference.segments.get(column, {}).get(value)
            if known and part:
                return part.rows / known.reference.rows * self.totals.profile.rows
        return 0.0

    def _judged(
        self, batch: Profile, baseline: Baseline, live: Profile | None, settings: Settings
    ) -> tuple[Finding, ...]:
        """What is said of the rows; a column that fails for the rows of a fallback alone is a warning."""
        columns, reach = self.history.columns, self.history.reach
        fallbacks = {n: told for n in columns if (told := fallbacks_of(n, reach))}
        served = None if live is None else narrowed(live, tuple(fallbacks))
        found = judge_drift(narrowed(batch, columns), baseline, settings, live=served)
        found = with_fallbacks(found, fallbacks)
        if live is None or not any(f.severity == "fail" and f.column in fallbacks for f in found):
            return found
        alone = judge_drift(narrowed(live, columns), baseline, settings) if live.rows else ()
        return tuple(excused(found, {one.column: one.severity for one in alone}, reach))

    def _settings(self) -> Settings:
        """An equal share of the alarms for each comparison."""
        values = sum(len(baselines) for baselines in self.history.segments.values())
        parts = 1 + (self.history.anchor is not None) + values
        outputs = tuple(
            name for name in self.config.predict.output_columns if name in self.history.columns
        )
        return settings_of(self.drift, outputs, parts=parts)


def _unread(history: Drifted) -> Iterator[Finding]:
    """What could not be read of the past, and is left out."""
    if history.problem:
        message = f"drift cannot be judged: {history.problem}"
        yield Finding("raised", "fail", None, history.problem, "a check that ends", message)
    if history.damaged:
        seen = f"{several(len(history.damaged), 'profile')}: {listed(history.damaged)}"
        message = f"damaged, and left out of what is usual: {seen}"
        yield Finding(DRIFT, "warn", None, seen, "profiles as they were written", message)
    if history.gone:
        seen = f"{several(len(history.gone), 'accepted batch', 'accepted batches')}: {listed(history.gone)}"
        message = f"no profile is left to tell what was usual of {seen}"
        yield Finding(DRIFT, "warn", None, seen, "profiles where they were written", message)
    if history.torn:
        left = len(history.torn) - 1
        seen = history.torn[0] + (f" (and {left:,} more)" if left else "")
        message = f"a person's word on a run is damaged, and judged by its file's name: {seen}"
        yield Finding(DRIFT, "warn", None, seen, "decisions as they were written", message)


def _undescribed(totals: Totals, history: Drifted) -> Iterator[Finding]:
    for name in history.columns:
        if name not in totals.profile.columns:
            yield failed(DRIFT, "no such column behind the last stage", "a column", column=name)


def _uncalibrated(history: Drifted) -> Finding:
    batches = several(history.missing, "more accepted batch", "more accepted batches")
    seen = f"it takes {batches} to know what is usual"
    message = f"drift is not judged yet: {seen}"
    if history.anchor is not None:
        message += f"; until then {history.anchor.name} stands in, and only warns"
    return Finding(DRIFT, "uncalibrated", None, seen, "", message, {"missing": history.missing})


def _acted(finding: Finding, drift: Drift, history: Drifted) -> Finding:
    """A failure as the file wants it: it holds the run, warns, or warns until there are enough in a row."""
    if finding.severity != "fail" or finding.check not in {
        DRIFT,
        DRIFT_OF_PREDICTIONS,
        DRIFT_OF_ROWS,
    }:
        return finding
    watched = drift.watched(finding.column or "")
    if (watched.on_fail or drift.on_fail) == "warn":
        return replace(finding, severity="warn", figures={**finding.figures, "judged": "fail"})
    place = (str(finding.figures.get("segment", "")), finding.column)
    count, wanted = 1 + history.streaks.get(place, 0), watched.for_ or drift.for_
    figures = {**finding.figures, "judged": "fail", IN_A_ROW: count}
    severity: Severity = "fail" if count >= wanted else "warn"
    message = finding.message
    if wanted > 1:
        message += f". It failed in {several(count, 'run')} in a row; {wanted} hold the result"
    return replace(finding, severity=severity, message=message, figures=figures)
