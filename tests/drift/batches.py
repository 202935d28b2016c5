"""Batches of several columns for tests: what they look like, and profiles of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from seawall.drift.values import Baseline
from seawall.profiles import Profile, Shape, measure, shapes_of

__all__ = ["baseline_of", "batch_of", "sides_of"]

_WORDS = [f"w{i}" for i in range(8)]


def batch_of(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of ten columns of many kinds, two of them nearly the same, that never drift."""
    common = rng.normal(size=rows)
    return pd.DataFrame(
        {
            "normal": rng.normal(10, 2, rows),
            "near": common,
            "nearly": common + rng.normal(0, 0.3, rows),
            "skewed": rng.lognormal(0, 1, rows),
            "zeros": np.where(rng.random(rows) < 0.6, 0.0, rng.gamma(1, 5, rows)),
            "whole": rng.integers(0, 60, rows).astype(np.float64),
            "gaps": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows)),
            "word": pd.Categorical.from_codes(
                rng.choice(8, rows, p=np.arange(1, 9) / 36), categories=_WORDS
            ),
            "rare": rng.random(rows) < 0.02,
            "same": np.ones(rows),
        }
    )


def sides_of(reference: pd.DataFrame, batch: pd.DataFrame) -> tuple[Profile, Profile]:
    """Both profiles, counted by the shapes that the reference asks for."""
    shapes = shapes_of(reference)
    return measure(reference, shapes), measure(batch, shapes)


def baseline_of(
    columns: Mapping[str, Any], name: str = "references/x.json"
) -> tuple[Baseline, dict[str, Shape]]:
    """A reference without history of these columns, and the shapes to count a batch by."""
    frame = pd.DataFrame(columns)
    shapes = shapes_of(frame)
    return Baseline(name, measure(frame, shapes)), shapes
