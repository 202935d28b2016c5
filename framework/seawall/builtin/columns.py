"""Columns kept and columns renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seawall.contracts import Context, StageDeclaration

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Rename", "Select"]


class Select:
    """Of the columns only these are left, in this order; the key always stays, first where not listed."""

    def __init__(self, *, columns: list[str], context: Context) -> None:
        own = [context.key] if context.key else []
        self._columns = list(dict.fromkeys(columns if set(own) <= set(columns) else own + columns))
        self.__seawall__ = StageDeclaration(needs=tuple(self._columns))

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the chosen columns."""
        return frame[self._columns]


class Rename:
    """The columns have their new names, in the places of the old ones.

    ValueError where a new name is already another column's, or stands for two.
    """

    def __init__(self, *, columns: dict[str, str]) -> None:
        news = list(columns.values())
        twice = sorted({name for name in news if news.count(name) > 1})
        if twice:
            raise ValueError(f"two columns are renamed to {', '.join(twice)}")
        self._columns = columns
        adds = tuple(name for name in news if name not in columns)
        swapped = tuple(name for name in news if name in columns)
        self.__seawall__ = StageDeclaration(needs=tuple(columns), adds=adds, changes=swapped)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the new names."""
        absent = [name for name in self._columns if name not in frame.columns]
        if absent:
            raise KeyError(absent[0])  # pandas would pass over it
        taken = set(self._columns.values()) & (set(frame.columns) - set(self._columns))
        if taken:
            raise ValueError(f"there are columns named {', '.join(sorted(taken))} already")
        return frame.rename(columns=self._columns)
