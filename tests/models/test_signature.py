"""A frame reaches a model with its own columns, in its own order, holding what it was fitted on."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, VotingRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from seawall.config.predicting import Predict
from seawall.errors import DataError
from seawall.models import Model
from seawall.models.estimator import loaded_estimator
from seawall.models.kinds import kinds_of

FRAME = pd.DataFrame(
    {
        "a": [0.0, 1, 2, 3],
        "b": [1.0, 3, 5, 9],
        "c": pd.array(["x", "y", None, "y"], dtype="str"),
        "d": [1, 2, 1, 2],
    }
)
TARGET = [0.0, 1.0, 2.0, 3.0]


def model_of(estimator: Any, **declared: Any) -> Model:
    """The fitted estimator as the model of a pipeline."""
    stated = {"model": {"type": "sklearn", "path": "m.skops"}, "outputs": ["p"], **declared}
    config = Predict.model_validate(stated)
    return Model(loaded_estimator(estimator, config, "m.skops"), config)


@functools.cache
def encoded() -> Any:
    """A pipeline that encodes a text and a number, scales a number and passes one through."""
    first = ColumnTransformer(
        [
            ("texts", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["c"]),
            ("codes", OneHotEncoder(handle_unknown="ignore"), ["d"]),
            ("numbers", StandardScaler(), ["a"]),
        ],
        remainder="passthrough",
    )
    return make_pipeline(first, DecisionTreeRegressor()).fit(FRAME.dropna(), TARGET[:3])


def test_order_and_company() -> None:
    """Columns are given in the model's order, and no others."""
    model = model_of(LinearRegression().fit(FRAME[["b", "a"]], TARGET))

    assert list(model.features(FRAME[["d", "a", "c", "b"]]).columns) == ["b", "a"]


def test_what_encoders_and_numbers_tell() -> None:
    """A fitted estimator's kinds are those of its categories and of what it computes with."""
    assert kinds_of(encoded()) == {"a": "number", "b": "number", "c": "text", "d": "number"}
    assert kinds_of(LinearRegression().fit(FRAME[["a"]], TARGET)) == {"a": "number"}
    assert kinds_of(FunctionTransformer(np.sqrt).fit(FRAME[["a"]])) == {}
    assert kinds_of(object()) == {}


def behind(step: Any, columns: list[str], last: Any) -> Any:
    """A pipeline whose last estimator sees the columns through a step, fitted on the frame."""
    first = ColumnTransformer([("step", step, columns)])
    return make_pipeline(first, last).fit(FRAME[["a", "b"]], TARGET)


NUMBERS = make_pipeline(SimpleImputer(), StandardScaler())


@pytest.mark.parametrize(
    "estimator",
    [
        behind(NUMBERS, ["a"], LogisticRegression()),
        behind("passthrough", ["b", "a"], LinearRegression()),
        behind(SimpleImputer(strategy="constant", fill_value=0), ["b", "a"], LinearRegression()),
        behind(SimpleImputer(strategy="most_frequent"), ["a"], DecisionTreeRegressor()),
        behind(SelectKBest(f_regression, k="all"), ["a"], LinearRegression()),
        make_pipeline(KNNImputer(), LinearRegression()).fit(FRAME[["a"]], TARGET),
        make_pipeline(SimpleImputer(strategy="constant"), "passthrough", LinearRegression()).fit(
            FRAME[["a"]], TARGET
        ),
        VotingRegressor([("one", LinearRegression())]).fit(FRAME[["a"]], TARGET),
        TransformedTargetRegressor(LinearRegression()).fit(FRAME[["a"]], TARGET),
    ],
)
def test_digits_in_texts_behind_a_step(estimator: Any) -> None:
    """A text is refused by name where the model computes with the column behind another step."""
    texts = FRAME.assign(a=pd.array(["1_000", "  7 ", "1e3", "4"], dtype="str"))
    with pytest.raises(DataError, match="'a' does not hold what"):
        model_of(estimator, outputs=["p"]).features(texts)

    assert len(model_of(estimator).features(FRAME)) == len(FRAME)


def test_texts_behind_an_imputer() -> None:
    """An imputer in front of an encoder of texts leaves its columns texts."""
    texts = FRAME[["c"]].dropna()
    for imputer in (SimpleImputer(strategy=way) for way in ("most_frequent", "constant")):
        estimator = make_pipeline(imputer, OneHotEncoder()).fit(texts)

        assert kinds_of(estimator) == {"c": "text"}


def test_the_kinds_of_listed_features() -> None:
    """A model that was fitted on a matrix holds the columns that the file lists to numbers."""
    bare = LogisticRegression().fit(FRAME[["b", "a"]].to_numpy(), [0, 1, 0, 1])
    with pytest.raises(DataError, match="'c' does not hold what"):
        model_of(bare, features=["b", "c"]).features(FRAME)

    assert kinds_of(bare, ["b"]) == {}


def test_categories_of_boosted_trees_are_no_numbers() -> None:
    """A column that boosted trees take as a category may hold texts."""
    frame = FRAME.astype({"c": "category"})[["a", "c"]]
    trees = HistGradientBoostingRegressor(categorical_features="from_dtype").fit(frame, TARGET)

    assert kinds_of(trees) == {"a": "number"}
    assert list(model_of(trees).features(frame).columns) == ["a", "c"]


@pytest.mark.parametrize(
    ("column", "values", "seen"),
    [
        ("a", pd.array(["1", "2", "3", "4"], dtype="str"), "texts (str)"),
        ("a", ["1", "2", "3", "4"], "texts"),
        ("a", pd.Categorical(["1", "2", "1", "2"]), "texts (category)"),
        ("a", pd.Series(["1", 2, "3", 4], dtype=object), "mixed"),
        ("a", pd.date_range("2024-01-01", periods=4), "times (datetime64"),
        ("c", [1, 2, 3, 4], "numbers (int64)"),
        ("c", [True, False, True, False], "truth values (bool)"),
    ],
)
def test_another_kind(column: str, values: Any, seen: str) -> None:
    """Digits in a text are no number, and a number is no category, where the model wants the other."""
    with pytest.raises(DataError, match=f"'{column}' does not hold what") as caught:
        model_of(encoded()).features(FRAME.assign(**{column: values}))

    assert caught.value.seen.startswith(seen)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("a", [True, False, True, False]),
        ("a", pd.Series([1, 2, 3.5, None], dtype=object)),
        ("a", pd.Series([Decimal(1), Decimal(2), None, None], dtype=object)),
        ("a", pd.array([1, None, 3, 4], dtype="Int64")),
        ("c", pd.Categorical(["x", None, "z", "x"])),
        ("c", pd.Series(["x", None, "z", "x"], dtype=object)),
        ("c", [np.nan] * 4),
        ("a", pd.array([None] * 4, dtype="str")),
    ],
)
def test_the_same_kind(column: str, values: Any) -> None:
    """Truth values do for numbers, categories for texts, and a column of nulls for everything."""
    chosen = model_of(encoded()).features(FRAME.assign(**{column: values}))

    assert list(chosen.columns) == ["a", "b", "c", "d"]


def test_no_rows_have_no_kind() -> None:
    """What a stage makes of no rows may have any type; what a contract promises is held to."""
    rows = FRAME.assign(a=FRAME["a"].astype(str))[:0]
    model = model_of(encoded())

    assert len(model.features(rows)) == 0
    with pytest.raises(DataError, match="'a' does not hold"):
        model.hold(rows)


def test_a_model_without_names_is_told_its_columns() -> None:
    """A model that was fitted on a matrix gets the listed columns in that order, else it is refused."""
    bare = LinearRegression().fit(FRAME[["b", "a"]].to_numpy(), TARGET)
    with pytest.raises(DataError, match="does not name its features") as caught:
        model_of(bare)
    chosen = model_of(bare, features=["b", "a"]).features(FRAME)

    assert "predict.features" in caught.value.todo
    assert list(chosen.columns) == ["b", "a"]


@pytest.mark.parametrize(
    ("named", "features"),
    [(True, ["a", "b"]), (True, ["b"]), (False, ["b"]), (False, ["a", "b", "c"])],
)
def test_features_that_are_not_the_models(features: list[str], *, named: bool) -> None:
    """A list that contradicts the model's own names, their order or their number is refused."""
    inputs = FRAME[["b", "a"]] if named else FRAME[["b", "a"]].to_numpy()
    with pytest.raises(DataError, match="not the features of the model") as caught:
        model_of(LinearRegression().fit(inputs, TARGET), features=features)

    assert caught.value.where == "predict.features"
