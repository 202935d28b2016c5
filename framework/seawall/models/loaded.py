"""A model that was read, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Kind", "Loaded"]

Kind = Literal["number", "text", "bool"]
"""What a feature holds; truth values do for numbers, and categories of texts for texts."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a format's reader makes of a model's bytes.

    `call` is the declared method: a frame that has the columns `features` in that order → an array of
    one row a row of the frame, a mapping of output names to such arrays, or a frame; of a classifier
    with several targets a list of arrays of probabilities. `features` is None for a model that does
    not name them: then `width` is how many it takes, None where it takes any frame.

    `classes` are the labels of a classifier in the order of the columns of its probabilities, and
    `target_classes` those of each of several targets; None for other models. `rows_independent` says
    whether a row's result has the same bits whatever rows stand beside it. `input_types` has the
    kinds of the features, as far as the model knows them. `skew` says which other version saved the
    model, where the file allows that: "the model was saved with scikit-learn 1.6.1, 1.7.2 is
    installed"; a skew that is not allowed is a DataError of the reader. `columns` is how many columns the
    array of `call` has, None where the model does not say. `takes` has what becomes of a feature's
    column on its way into the model: a DataError for a type that the model does not take. `categories`
    has the values of the features that are categories, as far as the model knows them.
    """

    call: Callable[[pd.DataFrame], Any]
    features: tuple[str, ...] | None = None
    classes: tuple[Any, ...] | None = None
    rows_independent: bool = False
    width: int | None = None
    target_classes: tuple[tuple[Any, ...], ...] | None = None
    input_types: Mapping[str, Kind] = field(default_factory=dict)
    skew: str = ""
    columns: int | None = None
    takes: Mapping[str, Callable[[pd.Series[Any]], object]] = field(default_factory=dict)
    categories: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
