"""Row tests between columns; each is true for rows that pass, and says as text what it tests."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from seawall.builtin.dtypes import alike, held
from seawall.contracts import StageDeclaration

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["AnyPresent", "Compare", "PresentTogether", "RequiredIf", "ValueIn"]

_OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Compare:
    """True where `left` stands in this relation to `right`, both columns.

    A row in which either is null passes, or with `nulls: break` doesn't.
    """

    def __init__(
        self,
        *,
        left: str,
        relation: Literal["<", "<=", ">", ">=", "==", "!="],
        right: str,
        nulls: Literal["pass", "break"] = "pass",
    ) -> None:
        self._left, self._relation, self._right = left, relation, right
        self._null_passes = nulls == "pass"
        self.__seawall__ = StageDeclaration(needs=(left, right))

    def __str__(self) -> str:
        return f"{self._left} {self._relation} {self._right}"

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        """Whether each row stands in the relation."""
        left, right = _plain(frame[self._left]), _plain(frame[self._right])
        if not alike(left, right):
            kinds = f"{self._left} is {left.dtype}, {self._right} is {right.dtype}"
            raise TypeError(f"{kinds}: they cannot be compared")
        nulls = left.isna() | right.isna()
        holds: pd.Series[Any] = _OPERATORS[self._relation](left, right)
        return holds.mask(nulls, self._null_passes).astype(bool)


class PresentTogether:
    """True where all of the columns have a value, or none has."""

    def __init__(self, *, columns: list[str]) -> None:
        self._columns = _several(columns)
        self.__seawall__ = StageDeclaration(needs=tuple(columns))

    def __str__(self) -> str:
        return f"all or none of {', '.join(self._columns)}"

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        """Whether each row has all of the columns, or none."""
        present = frame[self._columns].notna()
        return present.all(axis="columns") | ~present.any(axis="columns")


class AnyPresent:
    """True where at least one of the columns has a value."""

    def __init__(self, *, columns: list[str]) -> None:
        self._columns = columns
        self.__seawall__ = StageDeclaration(needs=tuple(columns))

    def __str__(self) -> str:
        return f"{' or '.join(self._columns)} present"

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        """Whether each row has one of the columns."""
        return frame[self._columns].notna().any(axis="columns")


class RequiredIf:
    """True where all columns of `needs` have a value, or `column` is none of the values."""

    def __init__(
        self, *, column: str, one_of: list[str | int | float | bool], needs: list[str]
    ) -> None:
        self._column, self._values, self._needs = column, one_of, needs
        self.__seawall__ = StageDeclaration(needs=(column, *needs))

    def __str__(self) -> str:
        values = ", ".join(map(str, self._values))
        return f"{', '.join(self._needs)} where {self._column} is {values}"

    def __call__(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Whether each row has what it needs."""
        asked = _is_in(frame[self._column], self._values)
        return ~asked | frame[self._needs].notna().all(axis="columns").to_numpy()


class ValueIn:
    """True where `column` is one of the values; a null is not, unless `nulls: pass`."""

    def __init__(
        self,
        *,
        column: str,
        one_of: list[str | int | float | bool],
        nulls: Literal["pass", "break"] = "break",
    ) -> None:
        self._column, self._values, self._null_passes = column, one_of, nulls == "pass"
        self.__seawall__ = StageDeclaration(needs=(column,))

    def __str__(self) -> str:
        return f"{self._column} is {', '.join(map(str, self._values))}"

    def __call__(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Whether each row has one of the values."""
        values = frame[self._column]
        found = _is_in(values, self._values)
        return found | values.isna().to_numpy() if self._null_passes else found


def _several(columns: list[str]) -> list[str]:
    if len(columns) < 2:  # noqa: PLR2004 - together is of two or more
        raise ValueError("fewer than two columns")
    return columns


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """The values without the order and the choices of a category."""
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.cat.categories.dtype)
    return values


def _is_in(values: pd.Series[Any], choices: list[Any]) -> NDArray[np.bool_]:
    return values.isin(held(values, choices)).to_numpy(dtype=bool)
