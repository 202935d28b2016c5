"""A reference of batches that are scored for it, whether they were ever run or not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from seawall.building.built import Built, Part, Shaping, built, shaping
from seawall.building.prepared import Models, Prepared, prepared
from seawall.building.told import FEW, NOBODY, Told, few
from seawall.errors import DataError, SeawallError
from seawall.profiles import Profile, measure
from seawall.running.order import Order

__all__ = ["Batches", "from_batches", "profiles_of_batches"]

_SAMPLE = 100_000
"""So many rows of all batches together decide how they are counted."""


@dataclass(slots=True)
class _Scored:
    """The batches so far; `whole` are the frames of those that are smaller than their sample."""

    skip_failed: bool
    told: Told
    share: int
    begun: list[Prepared] = field(default_factory=list)
    samples: list[pd.DataFrame] = field(default_factory=list)
    whole: dict[str, pd.DataFrame] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def border(self, batch: str) -> Iterator[None]:
        """A batch that fails is left out, or ends it all, with its name."""
        try:
            yield
        except SeawallError as error:
            if not self.skip_failed:
                self.told.note(f"batch {batch} failed; --skip-failed builds from the others")
                raise
            self.skipped[batch] = error.what
            if len(self.skipped) <= FEW:
                self.told.note(f"batch {batch} is left out: {str(error).splitlines()[0]}")

    def sample(self, one: Prepared) -> None:
        """Rows of the batch stand among the samples."""
        if one.rows > self.share:
            self.samples.append(one.sample(self.share))
        else:
            self.whole[one.batch] = pd.concat(list(one.frames()))
            self.samples.append(self.whole[one.batch])

    def parts(self, how: Shaping) -> list[Part]:
        """What each batch adds."""
        found = []
        self.samples.clear()
        for number, one in enumerate(self.begun, 1):
            self.told.at(number, len(self.begun), f"all rows of batch {one.batch}")
            with self.border(one.batch):
                found.append(Part(one.batch, self._profile(one, how)))
        return found

    def _profile(self, one: Prepared, how: Shaping) -> Profile:
        """All rows of the batch, counted."""
        kept = self.whole.pop(one.batch, None)
        frames = one.frames() if kept is None else iter([kept])
        return sum((measure(frame, how.shapes, how.by) for frame in frames), Profile(0, {}))


@dataclass(frozen=True, slots=True)
class Batches:
    """The profiles of batches, all counted in the same way, the oldest first."""

    parts: tuple[Part, ...]
    how: Shaping
    skipped: tuple[tuple[str, str], ...]


def profiles_of_batches(
    orders: Sequence[Order],
    *,
    how: Shaping | None = None,
    skip_failed: bool = False,
    told: Told = NOBODY,
) -> Batches:
    """What each batch looks like behind the last stage, without the rows that a fallback served.

    Where it is not said how their columns are counted, a sample of all of them decides, the same every
    time. Nothing is published, and nothing of it stays on
    disk. Raises what a run raises, for the first batch that fails unless such are skipped;
    DataError when none is left.
    """
    share = max(1, _SAMPLE // len(orders))
    scored, models = _Scored(skip_failed, told, share), Models()
    with tempfile.TemporaryDirectory(prefix="seawall-reference-") as folder:
        for number, order in enumerate(orders, 1):
            told.at(number, len(orders), f"batch {order.batch}")
            with scored.border(order.batch):
                one = prepared(order, Path(folder) / str(number), models)
                if how is None:
                    scored.sample(one)
                scored.begun.append(one)
        if not scored.begun:
            raise DataError("no batch is left to build from", seen=_listed(scored.skipped))
        how = how or _shaping(scored, orders[0])
        parts = tuple(scored.parts(how))
    if len(scored.skipped) > FEW:
        told.note(f"{len(scored.skipped) - FEW:,} more batches are left out")
    return Batches(parts, how, tuple(scored.skipped.items()))


def from_batches(
    orders: Sequence[Order], *, skip_failed: bool = False, told: Told = NOBODY
) -> Built:
    """The reference that the batches add up to; raises what `profiles_of_batches` raises."""
    found = profiles_of_batches(orders, skip_failed=skip_failed, told=told)
    origin = _named([part.batch for part in found.parts])
    now = orders[0].now()
    reference = built(orders[0].loaded.config, found.parts, origin=origin, created_at=now)
    return Built(reference, found.how.missing, found.skipped)


def _shaping(scored: _Scored, order: Order) -> Shaping:
    features = scored.begun[0].model.feature_names or ()
    return shaping(pd.concat(scored.samples), order.loaded.config, tuple(features))


def _named(batches: Sequence[str]) -> str:
    if len(batches) == 1:
        return f"batch {batches[0]}"
    return f"{len(batches)} batches, {batches[0]} to {batches[-1]}"


def _listed(skipped: dict[str, str]) -> str:
    return few([f"{batch}: {what}" for batch, what in skipped.items()], "; ")
