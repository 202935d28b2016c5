"""Before the first chunk: how the columns are counted, so that the chunks' counts add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seawall.calling import said
from seawall.chunk import passed
from seawall.config.judging import Quota
from seawall.errors import SeawallError, StorageError
from seawall.events import ShapesFixed
from seawall.models import Model, load
from seawall.plan import Plan
from seawall.plan.profiled import bare_shape, columns_of, kinds_of, may_have, needs_features
from seawall.profiles import Profile, Shape, shapes_of
from seawall.running.accepted import accepted, profile_of
from seawall.running.crew import crew_of
from seawall.running.sampled import sampled
from seawall.running.staged import Staged
from seawall.running.world import World
from seawall.runtime import runtime_of, tests_of
from seawall.sinks.files.described import Described
from seawall.sinks.files.sink import Claim
from seawall.staging import Shapes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["with_shapes"]

_SAMPLE = 10_000
_TRIED = 5
"""So many damaged profiles are passed over before a sample is drawn."""
_SEGMENTS = 50
"""Of a column that cuts the batch into parts, the most frequent values are parts of their own."""


def with_shapes(staged: Staged, claim: Claim, world: World) -> Staged:
    """The plan with the way pinned in which columns are counted; a resumed plan has one already.

    It is the reference's, else that of the newest accepted version, so that runs can be added up;
    columns that neither has are shaped by a sample of the batch. What fails there fails in a chunk
    again, which says it better: such columns are counted without a grid.
    """
    if staged.plan.shapes is not None:
        return staged
    search = _Search(staged, world, tuple(_known(staged, claim)))
    shapes = search.shapes()
    world.teller.tell(
        ShapesFixed,
        columns=len(shapes.columns),
        taken_from=dict(search.taken_from),
        problem=search.problem,
    )
    plan = staged.plan.with_shapes(staged.workspace.put_shapes(shapes))
    return replace(staged, plan=plan, model=search.model)


@dataclass(frozen=True, slots=True)
class _Source:
    """Something that was counted before; `features` are the model's, where it was this one."""

    name: str
    profile: Profile
    features: tuple[str, ...] | None = None


def _known(staged: Staged, claim: Claim) -> Iterator[_Source]:
    """What has a say in how columns are counted, the first word first."""
    plan, reference = staged.plan, staged.reference
    if reference is not None:
        yield _Source(reference.name, reference.reference.profile)
    found = _newest(claim)
    if found is not None:
        same = found.model == plan.fingerprint.get("model")
        yield _Source(
            f"batch {found.batch}", found.live + found.degraded, found.features if same else None
        )


def _newest(claim: Claim) -> Described | None:
    """The newest accepted version that can be read."""
    for number, one in enumerate(accepted(claim.sink)):
        try:
            return profile_of(claim.sink, one)
        except StorageError:
            if number + 1 == _TRIED:
                return None
    return None


@dataclass(slots=True)
class _Search:
    """For each column the first shape that there is; `model` is loaded when it has to be asked."""

    staged: Staged
    world: World
    known: tuple[_Source, ...]
    model: Model | None = None
    taken_from: Counter[str] = field(default_factory=Counter)
    problem: str = ""

    def __post_init__(self) -> None:
        self.model = self.staged.model

    def shapes(self) -> Shapes:
        """The shapes and segments; without a grid those of columns that nothing tells of."""
        features = self._features()
        wanted = columns_of(self.staged.plan.config, features or ())
        found = {name: shape for name in wanted if (shape := self._shape(name)) is not None}
        segments = dict(self._segments())
        missing = [name for name in wanted if name not in found]
        drift = self.staged.plan.config.drift
        uncut = [] if drift is None else [name for name in drift.segments if name not in segments]
        if missing or uncut:
            frame = self._tried_sample()
            if frame is not None:
                found |= self._sampled(frame, missing)
                segments |= {name: _values(frame[name]) for name in uncut if name in frame}
        counted = {
            name: found.get(name) or bare_shape(self.staged.plan.config, name) for name in wanted
        }
        return Shapes(counted, segments, features)

    def _features(self) -> tuple[str, ...] | None:
        """The model's columns, without loading it where they are known."""
        if not needs_features(self.staged.plan.config):
            return None
        for source in self.known:
            if source.features is not None:
                return source.features
        model = self._loaded()
        return None if model is None else tuple(model.feature_names or ())

    def _loaded(self) -> Model | None:
        plan = self.staged.plan
        try:
            self.model = self.model or load(plan.config.predict, plan.model, threads=self._threads)
        except Exception as error:  # noqa: BLE001 - the chunk that loads it says it better
            self.problem = _words(error)
        return self.model

    @property
    def _threads(self) -> int:
        return crew_of(self.staged.plan, self.world.order).inner_threads

    def _shape(self, name: str) -> Shape | None:
        """What the first source counts the column by, if it may have values of that kind."""
        for source in self.known:
            column = source.profile.columns.get(name)
            if column and may_have(self.staged.plan.config, name, column.shape.kind):
                self.taken_from[source.name] += 1
                return column.shape
        return None

    def _segments(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        drift = self.staged.plan.config.drift
        for name in () if drift is None else drift.segments:
            for source in self.known:
                parts = source.profile.segments.get(name)
                if parts is not None:
                    yield name, tuple(value for value in parts if value)
                    break

    def _sampled(self, frame: pd.DataFrame, missing: list[str]) -> Mapping[str, Shape]:
        there = [name for name in missing if name in frame]
        self.taken_from[f"a sample of {len(frame):,} rows"] += len(there)
        return shapes_of(frame, there, kinds_of(self.staged.plan.config))

    def _tried_sample(self) -> pd.DataFrame | None:
        """Some rows behind the last stage; None, with the reason, where they do not come so far."""
        model = self._loaded()
        if model is None:
            return None
        try:
            return _sample(self.staged, model, self._threads)
        except Exception as error:  # noqa: BLE001 - the chunk that fails says it better
            self.problem = _words(error)
            return None


def _sample(staged: Staged, model: Model, threads: int) -> pd.DataFrame:
    """Rows from all over the batch, of those that no fallback served if there are any."""
    plan = _lenient(sampled(staged.plan, _SAMPLE))
    runtime = runtime_of(staged.plan, staged.workspace, threads=threads, model=model)
    # A row that repeats another is known by its number, and rows of a sample have other numbers.
    seen = passed(plan, plan.chunks[0], replace(runtime, tests=tests_of(plan)))
    frame, degraded = seen.sieve.frame, seen.provenance.degraded
    return frame if degraded.all() else frame[~degraded]


def _lenient(plan: Plan) -> Plan:
    """The plan with a budget that no sample exceeds: whether the batch does is for its chunks."""
    config = plan.config
    limits = config.limits.model_copy(update={"quarantined_rows": Quota.model_construct(share=1.0)})
    return replace(plan, config=config.model_copy(update={"limits": limits}))


def _values(values: pd.Series) -> tuple[str, ...]:
    """The most frequent values, in the alphabet's order."""
    counts = values.dropna().astype(str).value_counts()
    return tuple(sorted(counts.index[:_SEGMENTS]))


def _words(error: Exception) -> str:
    return (
        error.what if isinstance(error, SeawallError) else f"{type(error).__name__}: {said(error)}"
    )
