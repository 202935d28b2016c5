"""Numbers held between two limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seawall.builtin.dtypes import NONE, NUMBERS, family, held
from seawall.contracts import StageDeclaration
from seawall.shown import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Clip"]


class Clip:
    """What was below `min` is `min`, what was above `max` is `max`; nulls stay, and so does the type.

    TypeError for a column without numbers, or a limit that the column cannot hold, such as 0.5 among
    integers. Among 32-bit floats a limit is the nearest of them.
    """

    def __init__(
        self,
        *,
        columns: list[str],
        min: int | float | None = None,  # noqa: A002, PYI041 - the file's word; an int stays one
        max: int | float | None = None,  # noqa: A002, PYI041 - the same
    ) -> None:
        if min is None and max is None:
            raise ValueError("neither min nor max is given")
        if min is not None and max is not None and min > max:
            raise ValueError(f"min {min:g} is above max {max:g}")
        sides = {"lower": min, "upper": max}
        self._columns = columns
        self._limits = {side: limit for side, limit in sides.items() if limit is not None}
        self.__seawall__ = StageDeclaration(needs=tuple(columns))

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with its columns between the limits."""
        return frame.assign(**{name: self._clipped(frame[name]) for name in self._columns})

    def _clipped(self, values: pd.Series) -> pd.Series:
        kind = family(values)
        if kind == NONE:
            return values
        if kind not in NUMBERS:
            raise TypeError(
                f"the column {shown(values.name)} is {values.dtype}: no numbers to clip"
            )
        limits = held(values, list(self._limits.values()))
        return values.clip(**dict(zip(self._limits, limits, strict=True)))
