"""An XGBoost booster predicts as XGBoost's own does, and a damaged file is refused, not run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import DataError, SoftwareError
from seawall.models import Model, load, pin
from seawall.stages.predict import predict

xgboost = pytest.importorskip("xgboost", reason="the extra `xgboost` is not installed")

ROWS = 1_001
RANDOM = np.random.default_rng(7)
FRAME = pd.DataFrame(
    {
        "a": RANDOM.normal(size=ROWS).astype("float32"),
        "n": RANDOM.integers(0, 9, ROWS),
        "k": pd.Categorical(np.array(["x", "y", "zz"])[RANDOM.integers(0, 3, ROWS)]),
    }
)
LATE = (FRAME["a"] + (FRAME["k"] == "x") > 0).astype(int)
SMALL = {"n_estimators": 20, "max_depth": 3, "n_jobs": 1}


def fitted(target: Any = LATE, frame: Any = FRAME, *, fit: Any = None, **options: Any) -> Any:
    """A small booster in scikit-learn's dress; of classes unless `numbers`."""
    kind = xgboost.XGBRegressor if options.pop("numbers", False) else xgboost.XGBClassifier
    return kind(enable_categorical=True, **SMALL, **options).fit(frame, target, **fit or {})


@pytest.fixture(scope="module")
def late() -> Any:
    """A classifier with a column of categories."""
    return fitted(max_cat_to_onehot=1)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """The model of a booster's bytes, as a run reads it."""

    def of(model: Any, *, form: str = "ubj", threads: int = 1, **said: Any) -> Model:
        raw = model if isinstance(model, bytes) else model.get_booster().save_raw(form)
        (tmp_path / "m.ubj").write_bytes(raw)
        keys = ("classes", "float32", "allow_version_skew")
        own = {key: said.pop(key) for key in keys if key in said}
        document = {"method": "predict_proba", "outputs": {"p": 1}, **said}
        declared = Predict.model_validate(
            {"model": {"type": "xgboost", "path": "m.ubj", **own}, **document}
        )
        return load(declared, pin(declared, root=tmp_path, batch="b"), threads=threads)

    return of


def chunked(model: Model, frame: pd.DataFrame, rows: int = ROWS, column: str = "p") -> Any:
    """The predictions of chunks of so many rows."""
    parts = [frame.iloc[start : start + rows] for start in range(0, len(frame), rows)]
    return np.concatenate([predict(part, model, batch_rows=ROWS)[column] for part in parts])


@pytest.mark.parametrize(
    ("rows", "form", "threads"),
    [(1, "ubj", 1), (97, "ubj", 1), (ROWS, "ubj", 2), (97, "json", 1)],
)
def test_probabilities_are_xgboosts_own(
    read: Any, late: Any, rows: int, form: str, threads: int
) -> None:
    """Chunks, threads and the two formats move no bit, with columns in any order."""
    frame = FRAME if rows > 1 else FRAME.iloc[:60]
    found = chunked(read(late, form=form, threads=threads), frame[["k", "n", "a"]], rows)

    assert found.tobytes() == late.predict_proba(frame)[:, 1].tobytes()


def test_several_classes(read: Any) -> None:
    """Each class has its column, chosen by the label that stands behind its number."""
    model = fitted(FRAME["n"] % 3)
    loaded = read(model, outputs={"c": "big", "a": "low"}, classes=["low", "mid", "big"])

    expected = model.predict_proba(FRAME)
    assert chunked(loaded, FRAME, 97, "c").tobytes() == expected[:, 2].tobytes()
    assert chunked(loaded, FRAME, 97, "a").tobytes() == expected[:, 0].tobytes()


def test_labels_and_scores(read: Any, late: Any) -> None:
    """`predict` is the label that is likelier, `decision_function` the margin."""
    labels = read(late, method="predict", outputs=["p"], classes=["on", "late"])
    scores = read(late, method="decision_function", outputs=["p"])

    assert chunked(labels, FRAME).tolist() == np.array(["on", "late"])[late.predict(FRAME)].tolist()
    assert chunked(scores, FRAME).tobytes() == late.predict(FRAME, output_margin=True).tobytes()


def test_the_best_rounds_count(read: Any) -> None:
    """A booster that was stopped early predicts with its best rounds, as XGBoost's estimators do."""
    half = FRAME.iloc[:500]
    model = fitted(
        LATE, early_stopping_rounds=3, fit={"eval_set": [(half, 1 - LATE[:500])], "verbose": False}
    )
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()

    assert chunked(read(model), FRAME).tobytes() == model.predict_proba(FRAME)[:, 1].tobytes()


def test_dart(read: Any) -> None:
    """Trees that have weights of their own are read, too."""
    model = fitted(FRAME["a"] ** 2, numbers=True, booster="dart", rate_drop=0.3)
    loaded = read(model, method="predict", outputs=["p"])

    assert chunked(loaded, FRAME, 97).tobytes() == model.predict(FRAME).tobytes()


def test_categories_are_known_by_value(read: Any, late: Any) -> None:
    """Their order in the frame, a plain text column and an unknown one are what XGBoost makes of them."""
    loaded = read(late)
    kinds = FRAME["k"].astype("str").where(FRAME["n"] > 0, "new")
    expected = late.predict_proba(FRAME.assign(k=pd.Categorical(kinds)))[:, 1]

    turned = FRAME.assign(k=pd.Categorical(kinds, categories=["zz", "new", "y", "x"]))
    assert chunked(loaded, turned).tobytes() == expected.tobytes()
    assert chunked(loaded, FRAME.assign(k=kinds)).tobytes() == expected.tobytes()


def test_categories_of_another_kind(read: Any, late: Any) -> None:
    """Numbers where the model knows texts are refused: each would be unknown to it."""
    with pytest.raises(DataError, match="column 'k'") as caught:
        chunked(read(late), FRAME.assign(k=FRAME["k"].cat.codes))

    assert caught.value.allowed == "categories that are texts, such as 'x'"


def test_64_bits_are_not_narrowed_unless_allowed(read: Any, late: Any) -> None:
    """float64 is refused by column, and narrowed as XGBoost does where the file allows it."""
    wide = FRAME.assign(a=FRAME["a"].astype("float64") + 1e-9)
    with pytest.raises(DataError, match="column 'a' would be rounded"):
        chunked(read(late), wide)

    found = chunked(read(late, float32=True), wide)
    assert found.tobytes() == late.predict_proba(wide)[:, 1].tobytes()


def test_whole_numbers_that_32_bits_do_not_have(read: Any, late: Any) -> None:
    """16,777,217 would be 16,777,216: it is refused with its column."""
    with pytest.raises(SoftwareError, match="16777217 in 'n' is beyond"):
        chunked(read(late), FRAME.assign(n=2**24 + 1))


def test_a_booster_of_a_bare_matrix_needs_names(read: Any) -> None:
    """Without names in the file, the pipeline file has to list the columns."""
    model = fitted(FRAME["a"] ** 2, FRAME[["a", "n"]].to_numpy("float32"), numbers=True)
    said = {"method": "predict", "outputs": ["p"]}
    with pytest.raises(DataError, match="does not name its features"):
        read(model, **said)

    found = chunked(read(model, features=["a", "n"], **said), FRAME)
    assert found.tobytes() == model.predict(FRAME[["a", "n"]].to_numpy("float32")).tobytes()


def test_a_newer_version(read: Any, late: Any) -> None:
    """A file of a newer XGBoost is refused, and told of where it is allowed."""
    document = json.loads(late.get_booster().save_raw("json"))
    document["version"] = [99, 1, 0]
    raw = json.dumps(document).encode()
    with pytest.raises(DataError, match="newer version") as caught:
        read(raw)

    assert caught.value.seen == "xgboost 99.1.0"
    assert read(raw, allow_version_skew=True).skew.startswith("the model was saved with xgboost 99")


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"method": "transform", "outputs": ["p"]}, "no method transform"),
        ({"method": "predict", "outputs": ["p"]}, "a booster has none"),
        ({"classes": ["a"]}, "classes are not as many"),
    ],
)
def test_methods_and_labels_that_are_not_there(read: Any, late: Any, said: Any, what: str) -> None:
    """What a booster doesn't have is refused before anything is predicted."""
    with pytest.raises(DataError, match=what):
        read(late, **said)


def test_boosters_that_are_not_read(read: Any) -> None:
    """A booster of linear models, and leaves of several values, are told as such."""
    document = json.loads(fitted(FRAME["n"], numbers=True).get_booster().save_raw("json"))
    document["learner"]["gradient_booster"]["name"] = "gblinear"
    both = np.column_stack([FRAME["n"], FRAME["n"]])
    several = fitted(both, FRAME[["a"]], numbers=True, multi_strategy="multi_output_tree")
    for model, said in (
        (json.dumps(document).encode(), "gblinear"),
        (several, "multi_output_tree"),
    ):
        with pytest.raises(DataError) as caught:
            read(model, method="predict", outputs=["p"])

        assert said in caught.value.seen


def _in_json(change: Any) -> Any:
    """A change of the document of the first tree."""

    def damaged(model: Any) -> bytes:
        document = json.loads(model.get_booster().save_raw("json"))
        change(document["learner"]["gradient_booster"]["model"]["trees"][0])
        return json.dumps(document).encode()

    return damaged


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"k,x\n1,2\n",
        lambda _: b"{}",
        lambda model: bytes(model.get_booster().save_raw("ubj"))[:-5],
        lambda model: bytes(model.get_booster().save_raw("ubj"))[:900],
        lambda model: bytes(model.get_booster().save_raw("json"))[:900],
        _in_json(lambda tree: tree["left_children"].__setitem__(1, 0)),
        _in_json(lambda tree: tree["right_children"].__setitem__(1, 10_000)),
        _in_json(lambda tree: tree["split_indices"].__setitem__(0, 7)),
        _in_json(lambda tree: tree["parents"].__setitem__(1, 5)),
        _in_json(lambda tree: tree["base_weights"].pop()),
        _in_json(lambda tree: tree.pop("split_type")),
    ],
)
def test_no_booster(read: Any, late: Any, damage: Any) -> None:
    """A file that is cut, changed or another's is bad data; XGBoost would end the process."""
    with pytest.raises(DataError, match=r"m\.ubj"):
        read(damage(late))


def test_types_that_are_promised(read: Any, late: Any) -> None:
    """64-bit numbers, and numbers for categories of texts, are refused of a frame without rows."""
    model, frame = read(late), FRAME.iloc[:0]
    model.hold(frame)

    with pytest.raises(DataError, match="column 'a' would be rounded"):
        model.hold(frame.astype({"a": "float64"}))
    with pytest.raises(DataError, match="column 'k' does not hold"):
        model.hold(frame.astype({"k": "int64"}))
    read(late, float32=True).hold(frame.astype({"a": "float64"}))
