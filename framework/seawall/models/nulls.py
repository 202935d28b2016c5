"""scikit-learn says that there is a null; which column has it is said here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seawall.calling import said
from seawall.shown import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["naming_nulls"]

_WORDS = "contains NaN"
"""In what scikit-learn raises of a null: sklearn.utils.validation, since 1.0."""


def naming_nulls(call: Callable[[pd.DataFrame], Any]) -> Callable[[pd.DataFrame], Any]:
    """The call; a ValueError that tells of a null begins with the features that have one."""

    def called(frame: pd.DataFrame) -> Any:
        try:
            return call(frame)
        except ValueError as error:
            absent = frame.isna().any()
            names = ", ".join(shown(name) for name, some in absent.items() if some)
            if _WORDS not in str(error) or not names:
                raise
            raise ValueError(f"null in {names}: {said(error)}") from error

    return called
