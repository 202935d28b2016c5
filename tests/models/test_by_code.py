"""An encoder that is asked for each category gives the matrix that it gives row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from seawall.models.by_code import quick_call


class Echo(DecisionTreeRegressor):
    """A last step that shows the matrix it is given."""

    def predict(self, X: object) -> object:  # noqa: N803 - scikit-learn's own
        """The matrix."""
        return X


def pipeline(step: object = None, **encoder: object) -> Pipeline:
    """A fitted pipeline that knows the categories a, b, c and null; `step` in the encoder's place."""
    options = {"handle_unknown": "use_encoded_value", "unknown_value": -1, **encoder}
    first = ColumnTransformer(
        [("kind", step or OrdinalEncoder(**options), ["kind", "other"])], remainder="passthrough"
    )
    return Pipeline([("first", first), ("echo", Echo())]).fit(frame(["a", "b", "c", None]), [1] * 4)


def frame(kinds: list[str | None]) -> pd.DataFrame:
    """Rows with two categories between numbers."""
    kind = pd.Categorical(pd.array(kinds, dtype="str"))
    numbers = np.arange(len(kinds), dtype=float)
    return pd.DataFrame({"x": numbers, "kind": kind, "n": numbers.astype(int), "other": kind[::-1]})


@settings(max_examples=50, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=30),
    spare=st.sampled_from([[], ["e"]]),
    missing=st.sampled_from([np.nan, -2]),
)
def test_matrix_is_the_transformers_own(
    kinds: list[str | None], spare: list[str], missing: float
) -> None:
    """Known, unknown, unused and missing categories come out as from the transformer itself."""
    estimator = pipeline(encoded_missing_value=missing)
    rows = frame(kinds)
    rows["kind"] = rows["kind"].cat.add_categories(spare)

    quick = quick_call(estimator, "predict")(rows)

    assert np.array_equal(quick, estimator.predict(rows), equal_nan=True)


def test_unknown_category_is_refused_as_before() -> None:
    """An encoder that refuses unknown categories refuses them, and one that is unused is none."""
    estimator = pipeline(handle_unknown="error", unknown_value=None)
    call = quick_call(estimator, "predict")
    unused = frame(["a", "b"])
    unused["kind"] = unused["kind"].cat.add_categories(["zzz"])

    assert len(call(unused)) == 2
    with pytest.raises(ValueError, match="unknown"):
        call(frame(["a", "d"]))


@pytest.mark.parametrize(
    "estimator",
    [
        pipeline(OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        pipeline().set_output(transform="pandas"),
        pipeline(dtype=np.float32),
        Pipeline([("scale", StandardScaler()), ("echo", Echo())]).fit([[1.0]], [1]),
    ],
    ids=["one-hot", "pandas output", "float32", "no transformer"],
)
def test_other_first_steps_are_left_alone(estimator: Pipeline) -> None:
    """A first step that does anything else is called as it is."""
    assert quick_call(estimator, "predict") == estimator.predict


def test_text_that_is_no_category_goes_the_plain_way() -> None:
    """A column of str has no codes; the result is the estimator's own."""
    estimator = pipeline()
    rows = frame(["a", "c", None]).astype({"kind": "str", "other": "str"})

    quick = quick_call(estimator, "predict")(rows)

    own = np.asarray(estimator.predict(rows), dtype=float)

    assert np.array_equal(np.asarray(quick, dtype=float), own, equal_nan=True)
