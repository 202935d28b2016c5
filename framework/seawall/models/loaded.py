"""A model that was read, whatever its format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Loaded"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a format's reader makes of a model's bytes.

    `call` is the declared method: a frame that has the columns `features` in that order (any frame
    where they are None) → an array of one row a row of the frame, a mapping of output names to such
    arrays, or a frame. `classes` are the labels of a classifier in the order of the columns of its
    probabilities, None for other models. `rows_independent` says whether a row's result has the same
    bits whatever rows stand beside it.
    """

    call: Callable[[pd.DataFrame], Any]
    features: tuple[str, ...] | None = None
    classes: tuple[Any, ...] | None = None
    rows_independent: bool = False
