"""What a batch is held against to see whether it has drifted: a reference, and the batches before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seawall.calling import said
from seawall.config.drift import Drift, RollingReference
from seawall.drift.limits import LEAST_PAST
from seawall.drift.pasts import against, past_of, rolling_reference
from seawall.drift.values import Baseline
from seawall.errors import StorageError
from seawall.gate import IN_A_ROW, Drifted, narrowed
from seawall.plan.profiled import compared_columns
from seawall.plan.referenced import NamedReference
from seawall.profile import Profile, Shape
from seawall.running.accepted import accepted, day_of, live_before, profile_of
from seawall.running.fold import Fold
from seawall.sinks.files.decisions import torn
from seawall.sinks.files.sink import Claim, FilesSink
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
        return _Sides(config.drift, claim, reference, earlier, shapes).drifted(columns)
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
    """The accepted batches before this one, the oldest first, and those that cannot be read."""

    batches: tuple[Batch, ...]
    damaged: tuple[str, ...]

    def part(self, column: str, value: str) -> tuple[Batch, ...]:
        """Of each batch the rows of one segment; batches that do not know it are left out."""
        parts = ((b, p.segments.get(column, {}).get(value), s) for b, p, s in self.batches)
        return tuple((batch, part, season) for batch, part, season in parts if part and part.rows)


def _earlier(drift: Drift, sink: FilesSink, batch: str, counted: Mapping[str, Shape]) -> _Earlier:
    """As many as a rolling reference and its past take; of each the rows that no fallback served.

    Batches in which no column was counted as it is now are left out.
    """
    rolling = drift.reference.rolling if isinstance(drift.reference, RollingReference) else 0
    found: list[Batch] = []
    damaged: list[str] = []
    for one in accepted(sink, batch):
        if len(found) == _PAST + rolling:
            break
        try:
            live = narrowed(profile_of(sink, one).live, tuple(counted))
        except StorageError:
            damaged.append(one.batch)
            continue
        if live.rows and any(c.shape == counted[name] for name, c in live.columns.items()):
            found.append((one.batch, live, season_of(drift, one.batch)))
    return _Earlier(tuple(reversed(found)), tuple(damaged))


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
        return Drifted(
            columns=tuple(columns),
            baseline=baseline or frozen,
            anchor=frozen if baseline else None,
            segments={name: dict(self._segments(name)) for name in self.drift.segments},
            missing=LEAST_PAST + 1 - len(self.earlier.batches),
            streaks=dict(_streaks(self.claim)),
            damaged=self.earlier.damaged,
            torn=tuple(torn(self.claim.sink.disk, self.claim.sink.layout)),
        )

    def _baseline(self) -> Baseline | None:
        """The rolling reference, where one is asked for and there are batches enough."""
        return self._rolling(self.earlier.batches)

    def _segments(self, column: str) -> Iterator[tuple[str, Baseline | None]]:
        for value in self.shapes.segments.get(column, ()):
            batches = self.earlier.part(column, value)
            yield value, self._rolling(batches) or self._fixed_part(column, value, batches)

    def _rolling(self, batches: Sequence[Batch]) -> Baseline | None:
        """The sum of the newest batches; None where these are too few to know what is usual."""
        if not isinstance(self.drift.reference, RollingReference):
            return None
        count, season = self.drift.reference.rolling, season_of(self.drift, self.claim.batch)
        reference = rolling_reference(batches, season, rolling=count)
        past = past_of(batches, rolling=count)[-_PAST:]
        if reference is None or len(past) < LEAST_PAST:
            return None
        return Baseline(f"the last {min(count, len(batches))} accepted batches", reference, past)

    def _fixed(self, named: NamedReference) -> Baseline:
        """The file's profile, with how far its own batches and those accepted since were from it."""
        reference = named.reference
        since = [batch for batch in self.earlier.batches if batch[0] not in reference.batches]
        past = (*reference.past, *against(reference.profile, since))[-_PAST:]
        return Baseline(named.name, reference.profile, past)

    def _fixed_part(self, column: str, value: str, batches: Sequence[Batch]) -> Baseline | None:
        """The file's profile of a segment; None where it does not know it."""
        if self.reference is None:
            return None
        part = self.reference.reference.profile.segments.get(column, {}).get(value)
        if part is None:
            return None
        return Baseline(self.reference.name, part, against(part, batches)[-_PAST:])


def _streaks(claim: Claim) -> Iterator[tuple[tuple[str, str | None], int]]:
    """For how many batches in a row each column had failed when the batch before was published."""
    before = live_before(claim.sink, claim.batch)
    for finding in () if before is None else before.findings:
        count = finding.figures.get(IN_A_ROW)
        if isinstance(count, int):
            yield (str(finding.figures.get("segment", "")), finding.column), count
