"""A frame's profile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from seawall.errors import UsageError
from seawall.notebook.frames import chosen, frame_of, kinds_of
from seawall.notebook.handed import handed
from seawall.notebook.looks import common_shapes
from seawall.profiles import Profile, measure
from seawall.profiles.shape import Kind
from seawall.references import Reference

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["profile"]


def profile(
    frame: pd.DataFrame,
    *,
    kinds: Mapping[str, Kind] | None = None,
    columns: Iterable[str] | None = None,
    like: Profile | Reference | str | os.PathLike[str] | None = None,
) -> Profile:
    """What the frame's columns look like, in counts that add up with those of other frames.

    `kinds` says what a column is where its dtype doesn't tell (`{"flight_id": "key"}`: keys are left
    out); `columns` are those to describe, all unless named. `like` is a profile, a reference or its
    path: the same grids are used, so that both can be compared and merged; a column that it lacks
    is counted by a grid of its own values. Raises UsageError for a call that cannot be carried out,
    DataError for a reference that cannot be read.
    """
    taken = frame_of(frame, "frame")
    known = kinds_of(kinds, taken.columns)
    wanted = taken[chosen(columns, taken.columns, known)]
    return measure(wanted, common_shapes([*_models(like), wanted], known))


def _models(like: Profile | Reference | str | os.PathLike[str] | None) -> list[Profile]:
    if like is None:
        return []
    found = handed(like).look
    if not isinstance(found, Profile):
        seen, todo = type(found).__name__, "seawall.profile(frame) makes a profile of a frame"
        raise UsageError("no profile", "like", seen, "a profile, or a reference's path", todo)
    return [found]
