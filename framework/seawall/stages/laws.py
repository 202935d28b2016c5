"""The laws of stages and rules: what a user's function may make of the rows that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.contracts import StageDeclaration
from seawall.errors import SoftwareError
from seawall.shown import listed, shown
from seawall.stages.provenance import refuse_own

__all__ = ["ANY_CATEGORY", "changed_types", "lawful", "lawful_mask", "same_type", "type_name"]

_NOTHING = StageDeclaration()
ANY_CATEGORY = "category"
"""The type of a category that has no values yet."""


def lawful(
    made: Any, given: pd.DataFrame, name: str, declared: StageDeclaration | None
) -> pd.DataFrame:
    """The frame that a stage made of the given one; SoftwareError when it breaks a law.

    The rows are the same in the same order, columns have one name each, those that were there keep
    their type unless the stage declares otherwise, and those that it declares to add are there. A
    stage may not say which rows are degraded either.
    """
    if not isinstance(made, pd.DataFrame):
        seen = type(made).__name__
        raise SoftwareError("a stage must return a DataFrame", name, seen, "a DataFrame")
    if not made.columns.is_unique:
        doubled = made.columns[made.columns.duplicated()].unique()
        raise SoftwareError("a stage made several columns of one name", name, listed(doubled))
    refuse_own(made, given, name)
    if not (made.index is given.index or made.index.equals(given.index)):
        raise SoftwareError(
            "a stage may not add, lose or reorder rows",
            name,
            f"{len(made):,} rows, index {_ends(made.index)}",
            f"{len(given):,} rows, index {_ends(given.index)}",
            "keep the frame's index; filter rows under validate.filters",
        )
    _keeps_word(made, given, name, declared or _NOTHING)
    return made


def lawful_mask(made: Any, given: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """One truth value a row; SoftwareError when a filter or rule returned anything else."""
    values = np.asarray(made)  # of pandas' boolean, too: objects where a null is among them
    aligned = not isinstance(made, pd.Series) or made.index.equals(given.index)
    if values.dtype == np.bool_ and values.shape == (len(given),) and aligned:
        return values
    raise SoftwareError(
        "a filter or rule must return one truth value a row",
        name,
        f"{type(made).__name__} of {getattr(made, 'dtype', values.dtype)}, shape {values.shape}"
        + ("" if aligned else ", another index"),
        f"a boolean Series with the frame's index, {len(given):,} long, without nulls",
        "return a comparison of columns; .fillna(False) where nulls are",
    )


def changed_types(made: pd.DataFrame, given: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Each column that is in both and has another type, with the type before and the one behind."""
    before = dict(given.dtypes.items())
    for name, behind in made.dtypes.items():
        if name in before and behind != before[name]:
            was, is_ = type_name(before[name]), type_name(behind)
            if not same_type(was, is_):
                yield str(name), was, is_


def type_name(dtype: Any) -> str:
    """The type by what its values are: `int64` is one in numpy, masked or from Arrow."""
    if isinstance(dtype, pd.CategoricalDtype):
        known = dtype.categories is not None and len(dtype.categories) > 0
        return f"{ANY_CATEGORY} of {type_name(dtype.categories.dtype)}" if known else ANY_CATEGORY
    if isinstance(dtype, pd.StringDtype):
        return "str"
    plain = getattr(dtype, "numpy_dtype", dtype)
    return str(plain) if getattr(plain, "kind", "O") in "biuf" else str(dtype)


def same_type(one: str, other: str) -> bool:
    """Whether two names are of one type; a category that has no values yet may become any."""
    names = {one, other}
    return len(names) == 1 or (
        ANY_CATEGORY in names and all(name.startswith(ANY_CATEGORY) for name in names)
    )


def _keeps_word(
    made: pd.DataFrame, given: pd.DataFrame, name: str, declared: StageDeclaration
) -> None:
    """Types are kept, and what is declared to be added is there; a frame without rows may differ."""
    missing = [column for column in declared.adds if column not in made.columns]
    if missing:
        raise SoftwareError(
            f"a stage did not add what it declares: {listed(missing)}",
            name,
            f"the columns {listed(made.columns)}",
            todo="make the column, or take it out of the stage's `adds`",
        )
    # What types come of no rows is chance, and harms nobody.
    for column, was, is_ in changed_types(made, given) if len(given) else ():
        if column not in declared.changes:
            raise SoftwareError(
                f"a stage changed the type of the column {shown(column)}",
                name,
                is_,
                f"{was}, as it came in",
                "make another column; or declare it: @seawall.stage(changes=[...])",
            )


def _ends(index: pd.Index[Any]) -> str:
    return f"{index[0]}…{index[-1]}" if len(index) else "empty"
