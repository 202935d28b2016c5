"""What a batch is held against to see whether it has drifted: a reference, and the batches before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from seawall.calling import said
from seawall.config.drift import Drift, RollingReference
from seawall.drift.limits import LEAST_PAST
from seawall.drift.pasts import against, past_of, rolling_reference
from seawall.drift.values import Baseline, Past
from seawall.errors import StorageError
from seawall.gate import IN_A_ROW, Drifted, narrowed
from seawall.plan.profiled import compared_columns
from seawall.plan.reached import reached
from seawall.plan.referenced import NamedReference
from seawall.profiles import Profile, Shape
from seawall.running.accepted import counting, day_of, live_before, profile_of
from seawall.running.fold import Fold
from seawall.sinks.files.decisions import torn
from seawall.sinks.files.sink import Claim, FilesSink
from seawall.sinks.files.waste import PROFILES_KEPT
from seawall.staging import Shapes

__all__ = ["drifted", "season_of"]

_PAST = 60
"""So many batches tell what is usual."""

Batch = tuple[str, Profile, str]
"""A batch's key, its profile, its season."""


def drifted(fold: Fold, claim: Claim, reference: NamedReference | None) -> Drifted | None:
    """The baselines of the batch; None where drift is not looked for.

    A problem stands in place of them, for the gate to count as failed.
    """
    config, shapes = fold.plan.config, fold.workspace.shapes()[1]
    if config.drift is None:
        return None
    columns = compared_columns(config, shapes.features or ())
    try:
        counted = {name: shapes.columns[name] for name in columns if name in shapes.columns}
        earlier = _earlier(config.drift, claim.sink, claim.batch, counted)
        found = _Sides(config.drift, claim, reference, earlier, shapes).drifted(columns)
        return replace(found, reach=reached(fold.plan, fold.degraded, columns, shapes.features))
    except Exception as error:  # noqa: BLE001 - the border of a check
        return Drifted(columns, problem=f"{type(error).__name__}: {said(error)}")


def season_of(drift: Drift, batch: str) -> str:
    """What the batch is alike in with others: a weekday or a month; '' where that is not asked."""
    day = day_of(batch)
    if drift.season is None or day is None:
        return ""
    return f"{day:%A}" if drift.season == "weekday" else f"{day:%B}"


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The accepted batches before this one, the oldest first, those that cannot be read, and those that are gone."""

    batches: tuple[Batch, ...]
    damaged: tuple[str, ...]
    gone: tuple[str, ...]

    def part(self, column: str, value: str) -> tuple[Batch, ...]:
        """Of each batch the rows of one segment, be it none; batches that do not know it are left out."""
        parts = ((b, p.segments.get(column, {}).get(value), s) for b, p, s in self.batches)
        return tuple((batch, part, season) for batch, part, season in parts if part is not None)


def _earlier(drift: Drift, sink: FilesSink, batch: str, counted: Mapping[str, Shape]) -> _Earlier:
    """As many as a rolling reference and its past take; of each the rows that no fallback served.

    Older batches than the collector keeps profiles of have none. Batches in which no column was counted as it is now are left out.
    """
    rolling = drift.reference.rolling if isinstance(drift.reference, RollingReference) else 0
    found: list[Batch] = []
    damaged: list[str] = []
    gone: list[str] = []
    for place, one in enumerate(counting(sink, batch)):
        if len(found) == _PAST + rolling:
            break
        if not sink.disk.exists(sink.layout.state / one.profile.path):
            gone += [one.batch] if place < PROFILES_KEPT else []
            continue
        try:
            live = narrowed(profile_of(sink, one).live, tuple(counted))
        except StorageError:
            damaged.append(one.batch)
            continue
        if live.rows and any(c.shape == counted[name] for name, c in live.columns.items()):
            found.append((one.batch, live, season_of(drift, one.batch)))
    return _Earlier(tuple(reversed(found)), tuple(damaged), tuple(gone))


@dataclass(frozen=True, slots=True)
class _Sides:
    """What the batch may be compared with: a file, the batches before, or both."""

    drift: Drift
    claim: Claim
    reference: NamedReference | None
    earlier: _Earlier
    shapes: Shapes

    def drifted(self, columns: Sequence[str]) -> Drifted:
        """The baselines, and what is to be said where there are none."""
        baseline = self._baseline()
        frozen = None if self.reference is None else self._fixed(self.reference)
        fixed = self.reference is not None and not self.reference.anchor
        return Drifted(
            columns=tuple(columns),
            baseline=baseline or (frozen if fixed else None),
            anchor=None if fixed else frozen,
            segments={name: dict(self._segments(name, frozen)) for name in self.drift.segments},
            missing=LEAST_PAST + 1 - len(self.earlier.batches),
            streaks=dict(_streaks(self.claim)),
            damaged=self.earlier.damaged,
            gone=self.earlier.gone,
            torn=tuple(torn(self.claim.sink.disk, self.claim.sink.layout)),
        )

    def _baseline(self) -> Baseline | None:
        """The rolling reference, where one is asked for and there are batches enough."""
        return self._rolling(self.earlier.batches)

    def _segments(
        self, column: str, frozen: Baseline | None
    ) -> Iterator[tuple[str, Baseline | None]]:
        for value in self.shapes.segments.get(column, ()):
            batches = self.earlier.part(column, value)
            part = frozen and frozen.reference.segments.get(column, {}).get(value)
            fixed = frozen and part and self._fixed_part(frozen, part, batches)
            yield value, self._rolling(batches) or fixed or None

    def _rolling(self, batches: Sequence[Batch]) -> Baseline | None:
        """The sum of the newest batches; None where these are too few to know what is usual."""
        if not isinstance(self.drift.reference, RollingReference):
            return None
        count, season = self.drift.reference.rolling, season_of(self.drift, self.claim.batch)
        there = [batch for batch in batches if batch[1].rows]
        reference = rolling_reference(there, season, rolling=count)
        past = past_of(there, rolling=count)[-_PAST:]
        if reference is None or len(past) < LEAST_PAST:
            return None
        name = f"the last {min(count, len(there))} accepted batches"
        return Baseline(name, reference, _with_none(past, batches))

    def _fixed(self, named: NamedReference) -> Baseline:
        """The file's profile, with how far its own batches and those accepted since were from it."""
        reference = named.reference
        since = [batch for batch in self.earlier.batches if batch[0] not in reference.batches]
        past = (*reference.past, *against(reference.profile, since))[-_PAST:]
        return Baseline(named.name, reference.profile, past)

    def _fixed_part(
        self, frozen: Baseline, part: Profile, batches: Sequence[Batch]
    ) -> Baseline | None:
        """The file's profile of a segment, with the past that the segment itself has; None of too short a one.

        The file keeps no past of segments. Where not even the whole has one, the part is compared all
        the same, and only warns. An anchor lends no limits: its parts stand in for rolling ones.
        """
        past = against(part, [batch for batch in batches if batch[1].rows])[-_PAST:]
        if self.drift.rule == "ks-p-value":
            return Baseline(frozen.name, part)
        if len(past) >= LEAST_PAST and self.reference is not None and not self.reference.anchor:
            return Baseline(frozen.name, part, _with_none(past, batches))
        return None if len(frozen.past) >= LEAST_PAST else Baseline(frozen.name, part)


def _with_none(past: Sequence[Past], batches: Sequence[Batch]) -> tuple[Past, ...]:
    """The past of a segment, with the batches since its beginning in which it had no row."""
    known, begun = {one.batch: one for one in past}, past[0].batch
    names = [batch for batch, _, _ in batches]
    since = batches[names.index(begun) :]
    return tuple(
        known.get(batch) or Past(batch, 0, {}, season)
        for batch, part, season in since
        if batch in known or not part.rows
    )


def _streaks(claim: Claim) -> Iterator[tuple[tuple[str, str | None], int]]:
    """For how many batches in a row each column had failed when the batch before was published."""
    before = live_before(claim.sink, claim.batch)
    for finding in () if before is None else before.findings:
        count = finding.figures.get(IN_A_ROW)
        if isinstance(count, int):
            yield (str(finding.figures.get("segment", "")), finding.column), count
