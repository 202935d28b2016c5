"""Featurize: the user's stages, one after the other, held to the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seawall.stages.steps import Bound, transformed

__all__ = ["featurize"]


def featurize(frame: pd.DataFrame, steps: Sequence[Bound]) -> pd.DataFrame:
    """The frame after every step, with the same index.

    Raises SoftwareError when a step raises or breaks the law of the same rows.
    """
    for step in steps:
        frame = transformed(step, frame)
    return frame
