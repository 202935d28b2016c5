"""Featurize: the user's stages, one after the other, held to the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seawall.errors import SoftwareError
from seawall.stages.steps import Bound, transformed

__all__ = ["featurize"]


def featurize(frame: pd.DataFrame, steps: Sequence[Bound], *, key: str) -> pd.DataFrame:
    """The frame after every step, with the same index and the same key.

    Raises SoftwareError when a step raises or breaks the law of the same rows.
    """
    keys = frame[key]
    for step in steps:
        frame = transformed(step, frame)
        if key not in frame.columns or not frame[key].equals(keys):
            raise SoftwareError(
                f"a stage may not change the key {key!r}",
                step.name,
                "other keys" if key in frame.columns else "no such column",
                "the keys that came in: they trace a row everywhere",
                "leave the column as it is; make another one",
            )
    return frame
