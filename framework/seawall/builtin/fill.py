"""Nulls replaced by declared values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seawall.builtin.dtypes import held
from seawall.contracts import StageDeclaration

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Fill"]


class Fill:
    """In each column every null is the declared value, and the column's type is as it was.

    TypeError for a value that the column cannot hold as it is written: 1.5 among integers, a number
    among texts, a time without a zone among times with one.
    """

    def __init__(self, *, values: dict[str, str | int | float | bool]) -> None:
        self._values = values
        self.__seawall__ = StageDeclaration(needs=tuple(values))

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame without nulls in the filled columns."""
        return frame.assign(
            **{name: _filled(frame[name], value) for name, value in self._values.items()}
        )


def _filled(values: pd.Series[Any], value: Any) -> pd.Series[Any]:
    import pandas as pd

    (filling,) = held(values, [value])
    if isinstance(values.dtype, pd.CategoricalDtype) and filling not in values.cat.categories:
        values = values.cat.add_categories([filling])
    return values.fillna(filling)
