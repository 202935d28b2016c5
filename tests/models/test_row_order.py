"""A model's result is refused where its index says that its rows stand in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import SoftwareError
from seawall.models import Model
from seawall.models.loaded import Loaded
from seawall.stages.predict import predict

FRAME = pd.DataFrame({"a": [3.0, 1.0, 2.0]}, index=[7, 8, 9])


def predicted(call: Callable[[pd.DataFrame], Any], *, independent: bool = True) -> Any:
    """The outputs of a model that calls the function."""
    stated = {"model": {"type": "python", "use": "m:f"}, "outputs": ["p"]}
    loaded = Loaded(call, rows_independent=independent)
    return predict(FRAME.copy(), Model(loaded, Predict.model_validate(stated)), batch_rows=12)["p"]


def reversed_in_place(frame: pd.DataFrame) -> Any:
    """What a model returns that turns the frame round which it was given."""
    frame.index = frame.index[::-1]
    return frame["a"]


REORDERING = [
    lambda f: pd.DataFrame({"p": f["a"]}, index=f.index).sort_values("p"),
    lambda f: pd.DataFrame({"x": f["a"]}, index=f.index).sort_values("x"),
    lambda f: f["a"].iloc[::-1],
    lambda f: pd.Series(f["a"].to_numpy(), index=f.index[::-1]),
    lambda f: {"p": f["a"].sort_values()},
    lambda f: f["a"].reset_index(drop=True).sort_values(),
    reversed_in_place,
]


@pytest.mark.parametrize("independent", [True, False])
@pytest.mark.parametrize("call", REORDERING)
def test_another_order(call: Callable[[pd.DataFrame], Any], *, independent: bool) -> None:
    """A Series or frame in another order than the rows is refused, in pieces and in blocks."""
    with pytest.raises(SoftwareError, match="in another order") as caught:
        predicted(call, independent=independent)

    assert caught.value.where == "predict.outputs"


def test_the_first_row_is_named() -> None:
    """The message says which row comes first where another was expected, and of how many."""
    with pytest.raises(SoftwareError) as caught:
        predicted(lambda f: f["a"].sort_values())

    assert caught.value.seen == "index 8 at row 1 (3 of 3 rows differ)"
    assert caught.value.allowed.startswith("index 7:")


@pytest.mark.parametrize("independent", [True, False])
@pytest.mark.parametrize(
    "call",
    [
        lambda f: f["a"],
        lambda f: pd.Series(f["a"].to_numpy()),
        lambda f: pd.DataFrame({"p": f["a"]}),
        lambda f: f["a"].sort_values().reindex(f.index),
        lambda f: np.asarray(f["a"]),
        lambda f: list(f["a"]),
    ],
)
def test_the_same_order(call: Callable[[pd.DataFrame], Any], *, independent: bool) -> None:
    """The frame's own index, one that counts from 0, and none are taken as the rows' order."""
    assert predicted(call, independent=independent).tolist() == [3.0, 1.0, 2.0]


def test_labels_of_a_block() -> None:
    """The rows of a block are the batch's by their labels, those that fill it up have others."""
    seen = []

    def call(frame: pd.DataFrame) -> Any:
        seen.append(frame)
        return frame["a"].sort_values().sort_index()

    assert predicted(call, independent=False).tolist() == [3.0, 1.0, 2.0]
    assert seen[0].index.tolist() == list(range(12))
    assert seen[0].loc[[7, 8, 9], "a"].tolist() == [3.0, 1.0, 2.0]
