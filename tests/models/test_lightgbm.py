"""A LightGBM booster predicts as LightGBM's own does, and a damaged file is refused, not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import DataError, SoftwareError
from seawall.models import Model, load, pin
from seawall.models.categories import as_codes
from seawall.stages.predict import predict

lightgbm = pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")

ROWS = 1_001
RANDOM = np.random.default_rng(7)
FRAME = pd.DataFrame(
    {
        "a": RANDOM.normal(size=ROWS),
        "n": RANDOM.integers(0, 9, ROWS),
        "k": pd.Categorical(np.array(["x", "y", "zz"])[RANDOM.integers(0, 3, ROWS)]),
    }
)
LATE = (FRAME["a"] + (FRAME["k"] == "x") > 0).astype(int)
SMALL = {"n_estimators": 20, "num_leaves": 7, "n_jobs": 1, "verbose": -1, "cat_smooth": 1}


def fitted(target: Any = LATE, frame: pd.DataFrame = FRAME, **options: Any) -> Any:
    """A small booster; of two classes where the target has no more."""
    kind = lightgbm.LGBMRegressor if options.pop("numbers", False) else lightgbm.LGBMClassifier
    return kind(**SMALL, **options).fit(frame, target)


@pytest.fixture(scope="module")
def late() -> Any:
    """A classifier with a column of categories."""
    return fitted()


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """The model of a booster's text, as a run reads it."""

    def of(model: Any, *, threads: int = 1, **said: Any) -> Model:
        text = model if isinstance(model, str) else model.booster_.model_to_string()
        (tmp_path / "m.txt").write_text(text, encoding="utf-8")
        own = {"classes": said.pop("classes")} if "classes" in said else {}
        document = {"method": "predict_proba", "outputs": {"p": 1}, **said}
        declared = Predict.model_validate(
            {"model": {"type": "lightgbm", "path": "m.txt", **own}, **document}
        )
        return load(declared, pin(declared, root=tmp_path, batch="b"), threads=threads)

    return of


def chunked(model: Model, frame: pd.DataFrame, rows: int = ROWS, column: str = "p") -> Any:
    """The predictions of chunks of so many rows."""
    parts = [frame.iloc[start : start + rows] for start in range(0, len(frame), rows)]
    return np.concatenate([predict(part, model, batch_rows=ROWS)[column] for part in parts])


@pytest.mark.parametrize(("rows", "threads"), [(1, 1), (97, 1), (ROWS, 2)])
def test_probabilities_are_lightgbms_own(read: Any, late: Any, rows: int, threads: int) -> None:
    """Chunks and threads move no bit, with columns in any order."""
    frame = FRAME if rows > 1 else FRAME.iloc[:60]
    found = chunked(read(late, threads=threads), frame[["k", "n", "a"]], rows)

    assert found.tobytes() == late.booster_.predict(frame).tobytes()


def test_32_bits_stay_as_they_are(read: Any) -> None:
    """A frame of float32 predicts as LightGBM's own float32 matrix."""
    frame = FRAME[["a"]].astype("float32")
    model = fitted(FRAME["a"] ** 2, frame, numbers=True)

    found = chunked(read(model, method="predict", outputs=["p"]), frame, 97)

    assert found.tobytes() == model.predict(frame).tobytes()


@pytest.mark.parametrize("objective", ["multiclass", "multiclassova"])
def test_several_classes(read: Any, objective: str) -> None:
    """Each class has its column, chosen by the label that stands behind its number."""
    model = fitted(FRAME["n"] % 3, objective=objective)
    loaded = read(model, outputs={"c": "big", "a": "low"}, classes=["low", "mid", "big"])

    expected = model.booster_.predict(FRAME)
    assert chunked(loaded, FRAME, 97, "c").tobytes() == expected[:, 2].tobytes()
    assert chunked(loaded, FRAME, 97, "a").tobytes() == expected[:, 0].tobytes()


def test_labels_and_scores(read: Any, late: Any) -> None:
    """`predict` is the label that is likelier, `decision_function` the raw score."""
    labels = read(late, method="predict", outputs=["p"], classes=["on", "late"])
    scores = read(late, method="decision_function", outputs=["p"])

    assert chunked(labels, FRAME).tolist() == np.array(["on", "late"])[late.predict(FRAME)].tolist()
    assert chunked(scores, FRAME).tobytes() == late.predict(FRAME, raw_score=True).tobytes()


def test_categories_are_known_by_value(read: Any, late: Any) -> None:
    """Their order in the frame, a plain text column and an unknown one are what LightGBM makes of them."""
    loaded = read(late)
    kinds = FRAME["k"].astype("str").where(FRAME["n"] > 0, "new")
    expected = late.booster_.predict(FRAME.assign(k=pd.Categorical(kinds)))

    turned = FRAME.assign(k=pd.Categorical(kinds, categories=["zz", "new", "y", "x"]))
    assert chunked(loaded, turned).tobytes() == expected.tobytes()
    assert chunked(loaded, FRAME.assign(k=kinds)).tobytes() == expected.tobytes()


def test_unknown_categories_and_nulls_are_missing_values() -> None:
    """A value has its place among the model's categories, and none of its own."""
    found = as_codes(pd.Series(["y", "q", None, "x"]), ["x", "y"])

    assert np.array_equal(found, [1, np.nan, np.nan, 0], equal_nan=True)


def test_categories_of_another_kind(read: Any) -> None:
    """Texts where the model knows numbers are refused: each would be unknown to it."""
    codes = FRAME.assign(k=FRAME["k"].cat.codes.astype("category"))
    loaded = read(fitted(frame=codes))
    assert chunked(loaded, codes).shape == (ROWS,)

    with pytest.raises(DataError, match="column 'k'") as caught:
        chunked(loaded, codes.assign(k=codes["k"].astype(str).astype("category")))

    assert caught.value.allowed == "categories that are numbers, such as 0"


def test_whole_numbers_as_categories(read: Any) -> None:
    """A category without pandas is a whole number; LightGBM would take 1.7 for 1."""
    frame = FRAME.assign(k=FRAME["k"].cat.codes.astype(float))
    model = lightgbm.LGBMClassifier(**SMALL).fit(frame, LATE, categorical_feature=["k"])
    loaded = read(model)
    assert chunked(loaded, frame).tobytes() == model.booster_.predict(frame).tobytes()

    with pytest.raises(SoftwareError, match=r"1\.7 in 'k' is no category"):
        chunked(loaded, frame.assign(k=1.7))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pd.array([*[1] * 1000, None], dtype="Int64"), None),
        (np.full(ROWS, 2**53 + 1), "beyond 9007199254740992"),
    ],
)
def test_whole_numbers_are_kept(read: Any, late: Any, values: Any, said: str | None) -> None:
    """A null is a missing value; a number that 64-bit floats don't have is refused."""
    frame = FRAME.assign(n=values)
    if said is None:
        expected = late.booster_.predict(frame.astype({"n": "float64"}))
        assert chunked(read(late), frame).tobytes() == expected.tobytes()
        return

    with pytest.raises(SoftwareError, match=said):
        chunked(read(late), frame)


def test_texts_are_no_numbers(read: Any, late: Any) -> None:
    """A column of texts where the model has numbers is refused by name."""
    with pytest.raises(DataError, match="column 'n' does not hold"):
        chunked(read(late), FRAME.assign(n=FRAME["n"].astype("str")))


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"method": "transform", "outputs": ["p"]}, "no method transform"),
        ({"method": "predict", "outputs": ["p"]}, "a booster has none"),
        ({"classes": ["a", "b", "c"]}, "classes are not as many"),
        ({"outputs": {"p": 2}}, "no class 2"),
    ],
)
def test_methods_and_labels_that_are_not_there(read: Any, late: Any, said: Any, what: str) -> None:
    """What a booster doesn't have is refused before anything is predicted."""
    with pytest.raises(DataError, match=what):
        read(late, **said)


def test_numbers_are_no_probabilities(read: Any) -> None:
    """A regressor has no classes, and the message names its objective."""
    with pytest.raises(DataError, match="no method predict_proba") as caught:
        read(fitted(FRAME["a"], numbers=True))

    assert "the objective regression" in caught.value.seen


def _line(name: str, value: str) -> Any:
    """A change of the first line of that name."""

    def change(text: str) -> str:
        before, _, rest = text.partition(f"\n{name}=")
        return f"{before}\n{name}={value}\n{rest.partition(chr(10))[2]}"

    return change


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda _: "k,x\n1,2\n",
        lambda text: text[: len(text) // 2],
        lambda text: text[: text.index("end of trees")],
        lambda text: text[: text.index("end of parameters")],
        lambda text: text[: text.rindex("]")],
        lambda text: text.replace("Tree=7", "Tree=9"),
        _line("left_child", "9 9 9 9 9 9"),
        _line("leaf_value", "1 2 x 4 5 6 7"),
        _line("split_feature", "0 0 0 9 0 0"),
        _line("tree_sizes", "5"),
    ],
)
def test_no_booster(read: Any, late: Any, damage: Any) -> None:
    """A file that is cut, changed or another's is bad data; LightGBM would end the process, or half load."""
    with pytest.raises(DataError, match=r"m\.txt"):
        read(damage(late.booster_.model_to_string()))


@pytest.mark.parametrize(
    ("column", "dtype"), [("k", "int64"), ("a", "str"), ("n", "datetime64[ns]")]
)
def test_types_that_are_promised(read: Any, late: Any, column: str, dtype: str) -> None:
    """A type that the model does not take is refused of a frame without rows."""
    model, frame = read(late), FRAME.iloc[:0]
    model.hold(frame)
    model.hold(frame.astype({"k": "str"}))

    with pytest.raises(DataError, match=f"column '{column}' does not hold"):
        model.hold(frame.astype({column: dtype}))
