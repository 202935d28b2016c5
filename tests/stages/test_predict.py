"""Predictions: the same bits for any chunking, the model's own features, one value a row."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from seawall.config.predicting import Predict
from seawall.errors import DataError, SeawallError, SoftwareError
from seawall.models import Model
from seawall.models.estimator import loaded_estimator
from seawall.models.independence import rows_independent
from seawall.models.loaded import Loaded
from seawall.stages.predict import BLOCK_ROWS, predict

ROWS = 600
NAMES = [f"x{n}" for n in range(7)]
RANDOM = np.random.default_rng(7)
FRAME = pd.DataFrame(RANDOM.normal(size=(ROWS, 7)), columns=NAMES).assign(
    c=pd.Categorical(RANDOM.choice(["a", "b", "z"], ROWS)), k=range(ROWS)
)
LATE = (FRAME["x0"] + FRAME["x1"] * FRAME["x2"] > 0).to_numpy()
DECLARED = Predict.model_validate(
    {
        "model": {"type": "sklearn", "path": "m.skops"},
        "method": "predict_proba",
        "outputs": {"p": True, "q": False},
    }
)


def model_of(estimator: Any, declared: Predict = DECLARED) -> Model:
    """The estimator, fitted, as a loaded model."""
    return Model(loaded_estimator(estimator, declared, "m.skops"), declared)


def _linear() -> Any:
    encode = ColumnTransformer(
        [("numbers", StandardScaler(), NAMES), ("texts", OneHotEncoder(), ["c"])]
    )
    return make_pipeline(encode, LogisticRegression())


def _trees() -> Any:
    return HistGradientBoostingClassifier(max_iter=20)


def _forest() -> Any:
    return RandomForestClassifier(30, max_depth=4, n_jobs=2)


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    """A linear model behind an encoder, trees, and a forest that was to use threads."""
    return {
        "linear": model_of(_linear().fit(FRAME[[*NAMES, "c"]], LATE)),
        "trees": model_of(_trees().fit(FRAME[NAMES], LATE)),
        "forest": model_of(_forest().fit(FRAME[NAMES], LATE)),
    }


def in_chunks(frame: pd.DataFrame, model: Model, sizes: Sequence[int]) -> bytes:
    """The bytes of the predictions, with the batch cut at every size in turn."""
    borders = [0]
    while borders[-1] < ROWS:
        borders.append(borders[-1] + sizes[len(borders) % len(sizes)])
    parts = [
        predict(frame[(frame["k"] >= start) & (frame["k"] < stop)], model, batch_rows=ROWS)["p"]
        for start, stop in itertools.pairwise(borders)
    ]
    return np.concatenate(parts).tobytes()


@pytest.mark.parametrize("name", ["linear", "trees", "forest"])
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sizes=st.lists(st.integers(30, ROWS), min_size=1, max_size=5), seed=st.integers(0, 9))
@example(sizes=[17], seed=1)
@example(sizes=[200], seed=1)
def test_same_bits_for_any_chunking(
    models: dict[str, Model], name: str, sizes: list[int], seed: int
) -> None:
    """A row's prediction has the same bits however the batch is cut and whichever rows have left."""
    kept = np.random.default_rng(seed).random(ROWS) < 0.7
    whole = predict(FRAME, models[name], batch_rows=ROWS)["p"]

    assert in_chunks(FRAME[kept], models[name], sizes) == whole[kept].tobytes()


def test_blocks_begin_at_fixed_places() -> None:
    """A model that is no tree sees blocks of the batch: never two sizes for one place."""
    seen: list[tuple[int, int]] = []

    class Watching:
        def predict(self, frame: pd.DataFrame) -> Any:
            seen.append((int(frame["k"].iloc[-1]), len(frame)))
            return frame["k"].to_numpy()

    declared = DECLARED.model_copy(update={"method": "predict", "outputs": ("p",)})
    model = Model(Loaded(Watching().predict), declared)
    rows = BLOCK_ROWS + 10
    frame = pd.DataFrame({"k": range(rows)})
    for start, stop in ((0, 100), (100, BLOCK_ROWS + 5), (BLOCK_ROWS + 5, rows)):
        found = predict(frame.iloc[start:stop], model, batch_rows=rows)["p"]
        assert found.tolist() == list(range(start, stop))

    assert [size for _, size in seen] == [BLOCK_ROWS, BLOCK_ROWS, 10, 10]


def test_which_models_are_independent(models: dict[str, Model]) -> None:
    """Trees treat rows one by one; a model with a matrix product does not, nor what isn't known."""
    assert models["trees"].rows_independent
    assert models["forest"].rows_independent
    assert not models["linear"].rows_independent
    assert rows_independent(make_pipeline(StandardScaler(), _trees()))
    assert not rows_independent(object())


def test_features_in_the_models_order(models: dict[str, Model]) -> None:
    """Columns reach the model in its own order, whatever order and company they stand in."""
    shuffled = FRAME[["k", "c", *reversed(NAMES)]]

    found, expected = (predict(f, models["trees"], batch_rows=ROWS)["p"] for f in (shuffled, FRAME))
    assert found.tobytes() == expected.tobytes()


def test_missing_feature(models: dict[str, Model]) -> None:
    """A feature that nobody made is named, with the nearest column that is there."""
    with pytest.raises(DataError, match="nobody makes: x0") as caught:
        predict(FRAME.rename(columns={"x0": "x0_"}), models["trees"], batch_rows=ROWS)

    assert caught.value.todo == "did you mean 'x0_'?"


def test_classes_by_label(models: dict[str, Model]) -> None:
    """An output is the probability of its label, wherever the model has it."""
    found = predict(FRAME, models["trees"], batch_rows=ROWS)

    assert np.allclose(found["p"] + found["q"], 1)
    assert found["p"][LATE].mean() > found["p"][~LATE].mean()


@pytest.mark.parametrize("label", ["1", 2, None])
def test_label_that_is_no_class(label: Any) -> None:
    """A label that the model doesn't know is refused, with those that it does."""
    declared = DECLARED.model_copy(update={"outputs": {"p": label}})
    with pytest.raises(DataError, match=r"predict\.outputs\.p") as caught:
        model_of(_trees().fit(FRAME[NAMES], LATE), declared)

    assert caught.value.seen == "classes [False, True]"


def returning(
    result: Callable[[pd.DataFrame], Any], *, outputs: tuple[str, ...] = ("p",), free: bool = True
) -> Model:
    """A model of the user's own."""
    declared = DECLARED.model_copy(update={"method": "predict", "outputs": outputs})
    return Model(Loaded(result, rows_independent=free), declared)


def test_several_outputs() -> None:
    """A result with several columns becomes the outputs in order."""
    model = returning(lambda f: f[["x1", "x0"]], outputs=("b", "a"))
    found = predict(FRAME, model, batch_rows=ROWS)

    assert found["a"].tolist() == FRAME["x0"].tolist()
    assert found["b"].tolist() == FRAME["x1"].tolist()


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize(
    ("result", "said"),
    [
        (lambda f: f["x0"].iloc[1:], "one value a row"),
        (lambda f: f[["x0", "x1"]], "another number of columns"),
        (lambda f: f["nope"], "the model raised KeyError"),
        (lambda _: None, "must return one row a row"),
    ],
)
def test_results_that_do_not_fit(result: Callable[..., Any], said: str, *, free: bool) -> None:
    """A result of another shape, and a model that raises, are errors that say so."""
    with pytest.raises(SeawallError, match=said) as caught:
        predict(FRAME, returning(result, free=free), batch_rows=ROWS)

    assert isinstance(caught.value, SoftwareError | DataError)


@pytest.mark.parametrize("free", [True, False])
def test_no_rows(*, free: bool) -> None:
    """A chunk without rows has empty predictions; the model isn't asked."""
    found = predict(FRAME.iloc[:0], returning(lambda _: 1 / 0, free=free), batch_rows=ROWS)

    assert found["p"].shape == (0,)


@pytest.mark.parametrize("name", ["linear", "trees", "forest"])
def test_nothing_is_warned_of(models: dict[str, Model], name: str) -> None:
    """Predictions leave no warning behind."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predict(FRAME, models[name], batch_rows=ROWS)


@pytest.mark.parametrize("named", [True, False])
def test_nulls_that_the_model_does_not_take(*, named: bool) -> None:
    """What scikit-learn raises of a null begins with the names of the features that have one."""
    rows = FRAME[["x0", "x1", "x2"]]
    fitted = LogisticRegression().fit(rows if named else rows.to_numpy(), LATE)
    model = model_of(fitted, DECLARED.model_copy(update={"features": ("x0", "x1", "x2")}))
    some = rows.assign(x1=rows["x1"].where(rows.index != 3), x2=rows["x2"].astype("Float64"))
    with pytest.raises(SoftwareError, match=r"ValueError: null in 'x1': Input X contains NaN"):
        predict(some, model, batch_rows=ROWS)


def test_an_error_that_is_of_no_null() -> None:
    """Other errors of the model keep their words, also where a feature has a null."""
    rows = FRAME[["x0", "c"]].assign(x0=np.nan)
    model = model_of(
        make_pipeline(OneHotEncoder(), LogisticRegression()).fit(FRAME[["x0", "c"]], LATE)
    )
    with pytest.raises(SoftwareError, match=r"ValueError: Found unknown categories"):
        predict(rows, model, batch_rows=ROWS)
