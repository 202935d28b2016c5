"""What a model returns becomes the declared outputs, by label, by target and by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import sparse
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from seawall.config.predicting import Predict
from seawall.errors import DataError, SeawallError, SoftwareError
from seawall.models import Model
from seawall.models.estimator import loaded_estimator
from seawall.models.loaded import Loaded

FRAME = pd.DataFrame({"a": np.arange(12.0), "b": np.arange(12.0) % 5})
TWO = np.column_stack([np.arange(12) > 5, np.arange(12) % 2]).astype(int)
PYTHON = {"type": "python", "use": "m:f"}
SKLEARN = {"type": "sklearn", "path": "m.skops"}


def declared(method: str, outputs: Any, model: Any = SKLEARN) -> Predict:
    """What a pipeline file says of the outputs."""
    return Predict.model_validate({"model": model, "method": method, "outputs": outputs})


def model_of(estimator: Any, method: str, outputs: Any) -> Model:
    """The fitted estimator as a model."""
    config = declared(method, outputs)
    return Model(loaded_estimator(estimator, config, "m.skops"), config)


def returning(result: Any, outputs: Any, *, method: str = "predict", **loaded: Any) -> Any:
    """What becomes of a result."""
    config = declared(method, outputs, PYTHON)
    return Model(Loaded(lambda _: result, **loaded), config).predict(FRAME)


def same(found: Any, expected: Any) -> bool:
    """Whether both are the same to the last bit."""
    return bool(np.array_equal(np.asarray(found), np.asarray(expected)))


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (["no", "yes"], "yes"),
        ([0, 1], 1),
        ([False, True], True),
        (["1", "10"], "10"),
        ([-1.0, 1.0], 1),
    ],
)
def test_classes_of_every_type(labels: list[Any], wanted: Any) -> None:
    """A class is found by its label, whether that is a text, a number or a truth value."""
    target = [labels[int(n > 6)] for n in range(12)]
    estimator = LogisticRegression().fit(FRAME, target)
    found = model_of(estimator, "predict_proba", {"p": wanted}).predict(FRAME)

    assert same(found["p"], estimator.predict_proba(FRAME)[:, 1])


@pytest.mark.parametrize(
    ("labels", "wanted", "todo"),
    [
        ([0, 1], "1", "write p: 1"),
        ([0, 1], True, "write p: 1"),
        ([False, True], 1, "write p: true"),
        (["0", "1"], 1, 'write p: "1"'),
        ([False, True], "true", "write p: true"),
        (["late", "on time"], "Late", 'write p: "late"'),
        (["late", "on time"], "lat", "did you mean 'late'?"),
    ],
)
def test_a_label_that_is_nearly_a_class(labels: list[Any], wanted: Any, todo: str) -> None:
    """A label of another type is refused, and how to write the one that is meant is said."""
    estimator = DecisionTreeClassifier().fit(FRAME, [labels[int(n > 6)] for n in range(12)])
    with pytest.raises(DataError, match="has no class") as caught:
        model_of(estimator, "predict_proba", {"p": wanted})

    assert caught.value.todo == todo


def test_decisions_by_label() -> None:
    """A decision function has a column a class; of two classes it scores the second alone."""
    three = LogisticRegression().fit(FRAME, ["x", "y", "z"] * 4)
    two = LogisticRegression().fit(FRAME, [0, 1] * 6)
    found = model_of(three, "decision_function", {"p": "z", "q": "x"}).predict(FRAME)
    scores = model_of(two, "decision_function", {"p": 1}).predict(FRAME)["p"]

    assert same(found["p"], three.decision_function(FRAME)[:, 2])
    assert same(scores, two.decision_function(FRAME))
    with pytest.raises(DataError, match="second of two classes"):
        model_of(two, "decision_function", {"p": 0}).predict(FRAME)


def test_several_targets() -> None:
    """An output is a class of one target, whichever way the model returns several."""
    many = MultiOutputClassifier(DecisionTreeClassifier(max_depth=1)).fit(FRAME, TWO)
    chain = ClassifierChain(LogisticRegression()).fit(FRAME, TWO)
    outputs = {"p": {"target": 0, "label": 1}, "q": {"target": 1, "label": 0}}
    found = model_of(many, "predict_proba", outputs).predict(FRAME)
    chained = model_of(chain, "predict_proba", {"p": {"target": 1, "label": 1}}).predict(FRAME)

    assert same(found["p"], many.predict_proba(FRAME)[0][:, 1])
    assert same(found["q"], many.predict_proba(FRAME)[1][:, 0])
    assert same(chained["p"], chain.predict_proba(FRAME)[:, 1])


@pytest.mark.parametrize(
    ("outputs", "todo"),
    [
        ({"p": 1}, "write p: {target: 0, label: 1}"),
        ({"p": {"target": 2, "label": 3}}, "write p: {target: 1, label: 3}"),
        ({"p": {"target": 2, "label": 9}}, "write p: {target: N, label: 9}, N from 0 to 1"),
        ({"p": {"target": 1, "label": "3"}}, "write p: 3"),
    ],
)
def test_a_target_that_is_not_there(outputs: Any, todo: str) -> None:
    """A model of several targets wants the number of one, and one of its labels."""
    many = MultiOutputClassifier(DecisionTreeClassifier()).fit(FRAME, TWO + np.array([0, 2]))
    with pytest.raises(DataError) as caught:
        model_of(many, "predict_proba", outputs)

    assert caught.value.todo == todo


def test_a_target_of_a_plain_model() -> None:
    """A target of a model that has but one is refused."""
    with pytest.raises(DataError, match="has one target"):
        model_of(
            DecisionTreeClassifier().fit(FRAME, TWO[:, 0]),
            "predict_proba",
            {"p": {"target": 0, "label": 1}},
        )


def test_several_numbers_a_row() -> None:
    """The columns of a regression with several targets become the outputs in order."""
    estimator = LinearRegression().fit(FRAME, TWO)
    found = model_of(estimator, "predict", ["p", "q"]).predict(FRAME)

    assert same(found["q"], estimator.predict(FRAME)[:, 1])


def test_a_sparse_result_is_stored_densely() -> None:
    """A transformer's sparse columns become plain numbers."""
    encoder = OneHotEncoder().fit(FRAME[["b"]])
    outputs = [f"b{n}" for n in range(5)]
    found = model_of(encoder, "transform", outputs).predict(FRAME[["b"]])

    assert same(found["b3"], (FRAME["b"] == 3).astype(float))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (pd.DataFrame({"q": [1], "p": [2]}), (2, 1)),
        (pd.DataFrame({"q": [1], "x": [9], "p": [2]}), (2, 1)),
        (pd.DataFrame({"x": [1], "y": [2]}), (1, 2)),
        ({"q": [1], "p": [2], "x": [3]}, (2, 1)),
        (np.array([[1, 2]]), (1, 2)),
        ([[1, 2]], (1, 2)),
    ],
)
def test_names_come_before_places(result: Any, expected: tuple[int, int]) -> None:
    """Columns with the outputs' names are taken by them, nameless ones by their order."""
    found = returning(result, ["p", "q"])

    assert (found["p"][0], found["q"][0]) == expected


def test_probabilities_by_name() -> None:
    """A frame of probabilities has its labels as columns, or the outputs."""
    by_label = pd.DataFrame({0: [0.3], 1: [0.7]})
    by_output = {"p": [0.7]}

    assert returning(by_label, {"p": 1}, method="predict_proba")["p"].tolist() == [0.7]
    assert returning(by_output, {"p": 1}, method="predict_proba")["p"].tolist() == [0.7]
    assert returning([0.7], ["p"], method="predict_proba")["p"].tolist() == [0.7]


ROWS = len(FRAME)


@pytest.mark.parametrize(
    ("result", "outputs", "said"),
    [
        (None, ["p"], "one row a row"),
        (1.0, ["p"], "one row a row"),
        (np.zeros((ROWS, 1, 1)), ["p"], r"shape \(12, 1, 1\)"),
        (np.zeros((ROWS, 3)), ["p", "q"], r"shape \(12, 3\)"),
        (sparse.csr_matrix(np.zeros((ROWS, 9))), ["p"], r"shape \(12, 9\)"),
        ([[1], [1, 2]], ["p"], "differ in length"),
        (pd.DataFrame({"p": [1], "x": [2]}), ["p", "q"], "lacks an output"),
        ({"p": [1]}, ["p", "q"], "lacks an output"),
        (["a", 1, "b"], ["p"], None),
        (np.array(["a", 1], dtype=object), ["p"], "mixed-integer"),
        (np.array([{}, []], dtype=object), ["p"], "not all of one type"),
        (np.array([1j]), ["p"], "not stored"),
        (np.array([1j], dtype=object), ["p"], "not stored"),
        (np.array([b"a"]), ["p"], "not stored"),
    ],
)
def test_results_that_fit_nothing(result: Any, outputs: Any, said: str | None) -> None:
    """A result of another shape, without an output or of several types says what it is."""
    if said is None:  # numpy makes texts of a list of both
        assert returning(result, outputs)["p"].tolist() == ["a", "1", "b"]
        return
    with pytest.raises(SoftwareError, match=said):
        returning(result, outputs)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (np.array(["a", "b"]), "string"),
        (np.array(["a", None], dtype=object), "string"),
        (pd.Series(["a", "b"], dtype="str"), "string"),
        (pd.Categorical(["a", "b"]), "string"),
        (np.array([1, 2], dtype=object), "integer"),
        (pd.array([1, None], dtype="Int64"), "floating"),
        (np.array([True, False], dtype=object), "boolean"),
        (np.array([0.5, None], dtype=object), "floating"),
    ],
)
def test_values_of_one_type(result: Any, kind: str) -> None:
    """Labels, numbers and truth values are stored as what they are, in whichever array they come."""
    found = returning(result, ["p"])["p"]

    assert pd.api.types.infer_dtype(found, skipna=True) == kind


def test_no_class_by_position() -> None:
    """An array of a model that doesn't name its classes is not taken by place, nor is a list of names."""
    with pytest.raises(DataError, match="does not name its classes"):
        returning(np.zeros((ROWS, 2)), {"p": 1}, method="predict_proba")
    with pytest.raises(DataError, match="chosen by label"):
        returning(np.zeros((ROWS, 2)), ["p", "q"], method="predict_proba", classes=(0, 1))


def test_another_number_of_classes() -> None:
    """A result with more columns than the model has classes is the model's mistake."""
    with pytest.raises(SoftwareError, match="than it has classes"):
        returning(np.zeros((ROWS, 3)), {"p": 1}, method="predict_proba", classes=(0, 1))


@pytest.mark.parametrize(
    ("method", "outputs", "model"),
    [
        ("predict_proba", ["p"], SKLEARN),
        ("predict", {"p": 1}, SKLEARN),
        ("transform", {"p": 1}, PYTHON),
    ],
)
def test_labels_where_there_are_classes(method: str, outputs: Any, model: Any) -> None:
    """A file that names labels for a method without classes, or none for probabilities, is refused."""
    with pytest.raises(ValidationError, match="class labels"):
        declared(method, outputs, model)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": {"type": "lightgbm", "path": "m", "classes": ["high", "low", "low"]}},
        {"features": ["a", "b", "b"]},
    ],
)
def test_a_name_that_stands_twice(changed: dict[str, Any]) -> None:
    """Classes and features are each listed once: of two of a name nobody knows which is meant."""
    stated = {"model": {"type": "lightgbm", "path": "m"}, "outputs": ["p"], **changed}
    with pytest.raises(ValidationError, match="stands twice"):
        Predict.model_validate(stated)


def test_labels_as_predictions() -> None:
    """A classifier's labels are published as the texts that they are."""
    estimator = DecisionTreeClassifier().fit(FRAME, ["late", "on time"] * 6)
    found = model_of(estimator, "predict", ["delay"]).predict(FRAME)

    assert found["delay"].tolist() == ["late", "on time"] * 6


@pytest.mark.parametrize("call", [lambda _: {"p": np.zeros(3)}, lambda _: np.zeros(3)])
def test_another_number_of_rows(call: Callable[..., Any]) -> None:
    """A result with more or fewer rows than the frame has is refused with both shapes."""
    from seawall.stages.predict import predict

    model = Model(Loaded(call, rows_independent=True), declared("predict", ["p"], PYTHON))
    with pytest.raises(SeawallError, match=r"shape \(12,\)"):
        predict(FRAME, model, batch_rows=ROWS)


@pytest.mark.parametrize(
    ("estimator", "method", "outputs", "said"),
    [
        (LogisticRegression(), "decision_function", {"p": 0}, "second of two classes"),
        (LinearRegression(), "predict", ["u"], "another number of columns"),
        (DecisionTreeRegressor(), "predict", ["u"], "another number of columns"),
        (make_pipeline(LinearRegression()), "predict", ["u"], "another number of columns"),
        (MultiOutputRegressor(LinearSVR()), "predict", ["u"], "another number of columns"),
    ],
)
def test_columns_that_are_known_beforehand(
    estimator: Any, method: str, outputs: Any, said: str
) -> None:
    """A model that says how many columns it returns is held to that before it is asked."""
    fitted = estimator.fit(FRAME, TWO[:, 0] if method == "decision_function" else TWO)

    with pytest.raises(DataError, match=said):
        model_of(fitted, method, outputs)


def test_several_labels_have_a_score_each() -> None:
    """A model of several yes-or-no labels is not taken for one of two classes."""
    fitted = OneVsRestClassifier(LogisticRegression()).fit(FRAME, TWO)
    found = model_of(fitted, "decision_function", {"p": 0, "q": 1}).predict(FRAME)

    assert same(found["p"], fitted.decision_function(FRAME)[:, 0])
