"""Orders of a shop, day by day, and the reference that their days add up to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from seawall.profiles import Profile, measure, shapes_of
from seawall.references import Reference, past_of_parts, pruned
from seawall.references.pruned import kept_words

ROWS = 400


def frame_of(seed: int, rows: int = ROWS) -> pd.DataFrame:
    """A column of each kind, among them one that is null now and then, and a rare word."""
    random = np.random.default_rng(seed)
    words = random.choice(["web", "shop", "post"], rows, p=[0.6, 0.3, 0.1]).astype(object)
    words[0] = "telex" if seed == 0 else words[0]
    delay = random.normal(5.0, 20.0, rows)
    delay[::10] = np.nan
    return pd.DataFrame(
        {
            "delay": delay,
            "paid": random.integers(1, 40, rows),
            "kind": pd.Series(words, dtype="str"),
            "new": random.random(rows) < 0.3,
            "at": pd.Timestamp("2024-03-01", tz="UTC")
            + pd.to_timedelta(random.integers(0, 86_400, rows), unit="s"),
            "note": [f"said {number}" for number in random.integers(0, 10**6, rows)],
        }
    )


def parts_of(count: int) -> list[tuple[str, Profile]]:
    """So many batches, counted alike and pruned."""
    frames = [frame_of(seed) for seed in range(count)]
    shapes = shapes_of(pd.concat(frames))
    whole = [measure(frame, shapes) for frame in frames]
    words = kept_words(sum(whole, Profile(0, {})))
    return [(f"2024-03-{n:02d}", pruned(one, words)) for n, one in enumerate(whole, 1)]


def reference_of(parts: list[tuple[str, Profile]], **changes: Any) -> Reference:
    """The reference that the parts add up to."""
    profile = sum((part for _, part in parts), Profile(0, {}))
    told = {name: column.distinct.count for name, column in profile.columns.items()}
    said = {
        "pipeline": "orders",
        "origin": f"{len(parts)} batches",
        "created_at": datetime(2024, 4, 1, tzinfo=UTC),
        "profile": profile,
        "batches": tuple(batch for batch, _ in parts),
        "past": past_of_parts(parts),
        "distinct": told,
    }
    return Reference(**said | changes)
