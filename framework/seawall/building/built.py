"""From the profiles of batches to the reference that they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import pandas as pd

from seawall.config.models import PipelineConfig
from seawall.errors import DataError
from seawall.plan.profiled import columns_of, kinds_of
from seawall.profiles import Profile, Shape, shapes_of
from seawall.references import Reference, past_of_parts, pruned
from seawall.references.fit import contract_misfits
from seawall.references.pruned import kept_words
from seawall.running.drifted import season_of

__all__ = ["Built", "Part", "Shaping", "built", "shaping", "shaping_of"]

_SEGMENTS = 50
"""Of a column that cuts batches into parts, the most frequent values are parts of their own."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a batch adds to a reference."""

    batch: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class Built:
    """A reference, the columns that the pipeline needs and it lacks, and the batches left out."""

    reference: Reference
    missing: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shaping:
    """How columns are counted, the values of those that cut the rows into segments, what is missing."""

    shapes: dict[str, Shape]
    by: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]


def shaping(sample: pd.DataFrame, config: PipelineConfig, features: Sequence[str]) -> Shaping:
    """How the columns that the pipeline describes are counted, from a sample of all of the rows.

    Raises DataError when none of them is there.
    """
    wanted = columns_of(config, features)
    there = [name for name in wanted if name in sample.columns]
    if not there:
        raise DataError(
            "none of the columns that the pipeline needs is there",
            seen=", ".join(map(str, sample.columns)),
            allowed=", ".join(wanted),
            todo="build from the features and outputs, under the names that the pipeline has for them",
        )
    shapes = shapes_of(sample, there, kinds_of(config))
    segments = () if config.drift is None else config.drift.segments
    by = {name: _values(sample[name]) for name in segments if name in sample.columns}
    missing = tuple(name for name in wanted if name not in shapes)
    return Shaping(shapes, by, missing)


def shaping_of(profile: Profile) -> Shaping:
    """How the columns of the profile are counted, to count others in the same way."""
    by = {name: tuple(filter(None, parts)) for name, parts in profile.segments.items()}
    return Shaping({name: column.shape for name, column in profile.columns.items()}, by, ())


def built(
    config: PipelineConfig, parts: Sequence[Part], *, origin: str, created_at: datetime
) -> Reference:
    """The sum of the parts, without what would name single rows; raises DataError of no rows."""
    total = sum((part.profile for part in parts), Profile(0, {}))
    if not total.rows:
        raise DataError("nothing to build a reference from: there are no rows", origin)
    words = kept_words(total)
    lean = [(part.batch, pruned(part.profile, words)) for part in parts]
    season = _no_season if config.drift is None else partial(season_of, config.drift)
    remade = dict.fromkeys(misfit.column for misfit in contract_misfits(total, config))
    return Reference(
        config.pipeline,
        origin,
        created_at,
        pruned(total, words),
        tuple(batch for batch, _ in lean if batch),
        past_of_parts(lean, season),
        {name: column.distinct.count for name, column in total.columns.items()},
        tuple(remade),
    )


def _no_season(batch: str) -> str:
    """All batches are alike."""
    del batch
    return ""


def _values(values: pd.Series[str]) -> tuple[str, ...]:
    """The most frequent values, by name."""
    counts = values.dropna().astype(str).value_counts()
    return tuple(sorted(counts.index[:_SEGMENTS]))
