"""Days of a table that moves a little from day to day, for tests of what is learned from history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from seawall.drift.pasts import effects_of, past_of, rolling_reference
from seawall.drift.values import Past
from seawall.profiles import Profile, Shape, measure, shapes_of

Change = Callable[[pd.DataFrame], pd.DataFrame]


def table(day: int, *, rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """A day: a stable column, one whose level moves by half a standard deviation, words, 5 % nulls."""
    rng = np.random.default_rng([seed, day])
    gappy = rng.normal(size=rows)
    gappy[rng.random(rows) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "stable": rng.normal(10, 2, rows),
            "moving": rng.normal(0.5 * rng.normal(), 1, rows),
            "gappy": gappy,
            "word": pd.Series(
                rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2]), dtype="category"
            ),
        }
    )


def shapes() -> dict[str, Shape]:
    """How the columns are counted."""
    return shapes_of(pd.concat([table(day, rows=2_000, seed=99) for day in range(3)]))


def profiles(
    days: int, how: Mapping[str, Shape], *, seed: int = 0, change: Mapping[int, Change] = {}
) -> list[tuple[str, Profile, str]]:
    """The profiles of so many days, some of them changed."""
    same: Change = lambda frame: frame  # noqa: E731
    return [
        (f"day-{day:03d}", measure(change.get(day, same)(table(day, seed=seed)), how), "")
        for day in range(days)
    ]


def history(days: int = 40, *, seed: int = 0) -> tuple[tuple[Past, ...], Profile, dict[str, Shape]]:
    """The past of so many days, the reference for the next one, and how columns are counted."""
    how = shapes()
    before = profiles(days, how, seed=seed)
    reference = rolling_reference(before, rolling=10)
    assert reference is not None
    return past_of(before, rolling=10), reference, how


def effects(frame: pd.DataFrame, reference: Profile, how: Mapping[str, Shape]) -> dict[str, object]:
    """What a day has against the reference."""
    return dict(effects_of(reference, measure(frame, how)))


def changed(frame: pd.DataFrame, column: str, values: Sequence[object] | object) -> pd.DataFrame:
    """The day with another column in place of one."""
    return frame.assign(**{column: values})
