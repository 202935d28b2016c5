"""An ONNX file predicts as its own session does, and is refused where it would mean another thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import DataError, ForbiddenError, SoftwareError
from seawall.models import Model, load, pin
from seawall.stages.predict import predict

pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")

import onnx
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

ROWS = 1_001
RANDOM = np.random.default_rng(7)
VALUES = RANDOM.normal(size=(ROWS, 3)).astype(np.float32)
FRAME = pd.DataFrame(VALUES, columns=["a", "b", "c"])
KIND = np.array(["x", "y", "z"])[RANDOM.integers(0, 3, ROWS)]
LATE = (VALUES[:, 0] + (KIND == "x") > 0).astype(int)
ALL = ["a", "b", "c"]


def exported(estimator: Any, types: Any = None, **metadata: list[Any]) -> onnx.ModelProto:
    """The fitted estimator in ONNX, its probabilities a table."""
    types = types or [("X", FloatTensorType([None, 3]))]
    options = {"zipmap": False} if hasattr(estimator, "predict_proba") else None
    model = to_onnx(estimator, initial_types=types, options=options)
    onnx.helper.set_model_props(model, {f"seawall.{k}": json.dumps(v) for k, v in metadata.items()})
    return model


@pytest.fixture(scope="module")
def trees() -> onnx.ModelProto:
    """A classifier of trees that says what it takes and what it knows."""
    estimator = GradientBoostingClassifier(n_estimators=60, max_depth=2).fit(VALUES, LATE)
    return exported(estimator, features=ALL, classes=[0, 1])


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """The model of an ONNX file, as a run reads it."""

    def of(model: onnx.ModelProto | bytes, *, threads: int = 1, **said: Any) -> Model:
        payload = model if isinstance(model, bytes) else model.SerializeToString()
        (tmp_path / "m.onnx").write_bytes(payload)
        keys = ("output", "classes", "float32", "sha256")
        own = {key: said.pop(key) for key in keys if key in said}
        document = {"method": "predict_proba", "outputs": {"p": 1}, **said}
        declared = Predict.model_validate(
            {"model": {"type": "onnx", "path": "m.onnx", **own}, **document}
        )
        return load(declared, pin(declared, root=tmp_path, batch="b"), threads=threads)

    return of


def own(model: onnx.ModelProto, output: str, values: Any = VALUES) -> Any:
    """What ONNX Runtime itself makes of the rows, in one call of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    fed = values if isinstance(values, dict) else {"X": values}
    return session.run([output], fed)[0]


def chunked(model: Model, frame: pd.DataFrame, rows: int, column: str = "p") -> Any:
    """The predictions of chunks of so many rows."""
    parts = [frame.iloc[start : start + rows] for start in range(0, len(frame), rows)]
    found = [predict(part, model, batch_rows=len(frame))[column] for part in parts]
    return np.concatenate(found)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rows", [1, 97, ROWS])
def test_trees_are_the_sessions_own(read: Any, trees: Any, rows: int, threads: int) -> None:
    """Chunks and threads move no bit of what ONNX Runtime predicts."""
    frame = FRAME if rows > 1 else FRAME.iloc[:60]
    found = chunked(read(trees, threads=threads), frame, rows)

    assert found.tobytes() == own(trees, "probabilities")[: len(frame), 1].tobytes()


@pytest.mark.parametrize("rows", [97, ROWS])
def test_linear_models_are_computed_in_blocks(read: Any, rows: int) -> None:
    """A matrix product has the bits that it has for the whole batch, whatever the chunks."""
    model = exported(LogisticRegression().fit(VALUES, LATE), features=ALL, classes=[0, 1])
    loaded = read(model)

    assert not loaded.rows_independent
    assert chunked(loaded, FRAME, rows).tobytes() == own(model, "probabilities")[:, 1].tobytes()


def test_scores_are_near_scikit_learns(read: Any) -> None:
    """Exported with 64 bits, a linear model agrees with scikit-learn to 1e-6; ONNX itself narrows."""
    estimator = make_pipeline(StandardScaler(), LinearRegression()).fit(VALUES, VALUES[:, 0])
    model = exported(estimator, [("X", DoubleTensorType([None, 3]))], features=ALL)
    loaded = read(model, method="predict", outputs=["p"])

    found = chunked(loaded, FRAME.astype(float), ROWS)

    assert np.allclose(found, estimator.predict(VALUES), atol=1e-6)


def test_labels(read: Any, trees: Any) -> None:
    """`predict` is the label, `predict_proba` the probabilities."""
    found = chunked(read(trees, method="predict", outputs=["p"]), FRAME, ROWS)

    assert found.tolist() == own(trees, "label").tolist()


def test_a_zipmap_is_taken_off(read: Any) -> None:
    """Probabilities in dictionaries have the same bits, and their labels are the dictionary's keys."""
    estimator = GradientBoostingClassifier(n_estimators=5).fit(VALUES, np.where(LATE, "late", "on"))
    model = to_onnx(estimator, VALUES[:1])
    loaded = read(model, features=ALL, outputs={"on": "on", "late": "late"})

    found = chunked(loaded, FRAME, 97, "late")

    dictionaries = own(model, "output_probability")
    assert found.tolist() == [row["late"] for row in dictionaries]
    assert loaded.rows_independent


def test_one_input_a_column(read: Any) -> None:
    """Inputs are found by their names, texts and whole numbers in their own types."""
    frame = pd.DataFrame({"a": VALUES[:, 0], "k": pd.Categorical(KIND), "n": range(ROWS)})
    encoder = make_column_transformer((OrdinalEncoder(), ["k"]), remainder="passthrough")
    estimator = make_pipeline(encoder, GradientBoostingClassifier(n_estimators=5)).fit(frame, LATE)
    types = [("a", FloatTensorType), ("k", StringTensorType), ("n", Int64TensorType)]
    model = exported(estimator, [(name, of([None, 1])) for name, of in types], classes=[0, 1])

    found = chunked(read(model), frame.assign(k=frame["k"].astype("str"))[["n", "k", "a"]], 97)

    fed = {"a": VALUES[:, :1], "k": KIND.astype(object)[:, None], "n": np.arange(ROWS)[:, None]}
    assert found.tobytes() == own(model, "probabilities", fed)[:, 1].tobytes()
    assert chunked(read(model), frame, 97).tobytes() == found.tobytes()


def test_columns_come_in_the_order_of_the_metadata(read: Any, trees: Any) -> None:
    """A frame in another order predicts the same."""
    found = chunked(read(trees), FRAME[["c", "a", "b"]], ROWS)

    assert found.tobytes() == own(trees, "probabilities")[:, 1].tobytes()


def test_a_file_without_names_needs_them(read: Any) -> None:
    """One input of several columns is refused until somebody says which they are."""
    model = exported(LinearRegression().fit(VALUES, VALUES[:, 0]))
    with pytest.raises(DataError, match="does not name its features") as caught:
        read(model, method="predict", outputs=["p"])

    assert "predict.features" in caught.value.todo
    assert read(model, method="predict", outputs=["p"], features=ALL).feature_names == tuple(ALL)


@pytest.mark.parametrize("names", [["a", "b"], "a"])
def test_metadata_that_does_not_fit(read: Any, names: Any) -> None:
    """Names that are too few, or no list, are refused."""
    model = exported(LinearRegression().fit(VALUES, VALUES[:, 0]), features=names)
    with pytest.raises(DataError, match=r"seawall\.features"):
        read(model, method="predict", outputs=["p"])


def test_64_bits_are_not_narrowed_unless_allowed(read: Any, trees: Any) -> None:
    """float64 is refused by column for an input of 32 bits, and rounded where the file allows it."""
    wide = FRAME.astype({"b": "float64"})
    with pytest.raises(DataError, match="column 'b' would be rounded") as caught:
        chunked(read(trees), wide, ROWS)

    assert "float32: true" in caught.value.todo
    expected = own(trees, "probabilities")[:, 1]
    assert chunked(read(trees, float32=True), wide, ROWS).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("values", "said"),
    [([2**24 + 1] * ROWS, "16777217 in 'b' is beyond"), ([1e300] * ROWS, "too large for float32")],
)
def test_numbers_that_would_be_others(read: Any, trees: Any, values: Any, said: str) -> None:
    """A whole number that 32 bits don't have, and one that would be infinite, are never predicted of."""
    loaded = read(trees, float32=isinstance(values[0], float))
    with pytest.raises(SoftwareError, match=said):
        chunked(loaded, FRAME.assign(b=values), ROWS)


def test_nulls_are_nan_in_numbers_and_refused_in_texts(read: Any) -> None:
    """A null number is NaN; a null text has no meaning in ONNX, and is told by its column."""
    model = exported(
        make_pipeline(OrdinalEncoder(), LinearRegression()).fit(KIND[:, None], VALUES[:, 0]),
        [("k", StringTensorType([None, 1]))],
    )
    frame = pd.DataFrame({"k": pd.array([*KIND[1:], None], dtype="str")})
    with pytest.raises(SoftwareError, match="1 nulls in 'k'"):
        chunked(read(model, method="predict", outputs=["p"]), frame, ROWS)


def _cut(payload: bytes) -> bytes:
    return payload[: len(payload) // 2]


@pytest.mark.parametrize("damage", [_cut, lambda _: b"", lambda _: b"text", lambda p: p[:-3]])
def test_no_onnx_file(read: Any, trees: Any, damage: Any) -> None:
    """A damaged file, an empty one and another one are bad data."""
    with pytest.raises(DataError, match=r"m\.onnx"):
        read(damage(trees.SerializeToString()))


def _later(model: onnx.ModelProto) -> None:
    for entry in model.opset_import:  # in any order
        entry.version = 99


def _much_later(model: onnx.ModelProto) -> None:
    model.ir_version = 99


def _fixed_rows(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _half_floats(model: onnx.ModelProto) -> None:
    del model.graph.node[:]
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    model.graph.node.append(onnx.helper.make_node("Identity", ["X"], ["label"]))
    model.graph.node.append(onnx.helper.make_node("Identity", ["X"], ["probabilities"]))
    for output in model.graph.output:
        output.type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
        output.type.tensor_type.ClearField("shape")


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (_later, "opset 99"),
        (_much_later, "IR version 99"),
        (_fixed_rows, "X of shape [1, 3]"),
        (_half_floats, "X: tensor(float16)"),
    ],
)
def test_graphs_that_cannot_be_used(read: Any, trees: Any, change: Any, seen: str) -> None:
    """A newer opset, a fixed number of rows and a type that no column has are told as such."""
    model = onnx.load_model_from_string(trees.SerializeToString())
    change(model)
    with pytest.raises(DataError) as caught:
        read(model)

    assert seen in caught.value.seen


def test_weights_elsewhere_are_refused(read: Any, trees: Any) -> None:
    """A tensor in another file is refused: the model's hash would not cover it."""
    model = onnx.load_model_from_string(trees.SerializeToString())
    tensor = onnx.numpy_helper.from_array(np.zeros(3, np.float32), "w")
    onnx.external_data_helper.set_external_data(tensor, "../secret.bin")
    tensor.ClearField("raw_data")
    attribute = onnx.helper.make_attribute("value", tensor)
    model.graph.node.append(onnx.helper.make_node("Constant", [], ["w"]))
    model.graph.node[-1].attribute.append(attribute)
    with pytest.raises(ForbiddenError, match="another file") as caught:
        read(model)

    assert caught.value.seen == "w in ../secret.bin"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"method": "decision_function", "outputs": ["p"]}, "which output is decision_function"),
        ({"output": "nope"}, "which output is predict_proba"),
        ({"classes": [1, 0]}, "classes are not the model's"),
        ({"outputs": {"p": 2}}, "no class 2"),
    ],
)
def test_what_the_file_leaves_open(read: Any, trees: Any, said: Any, what: str) -> None:
    """An output or a label that isn't the model's is refused, with those that are."""
    with pytest.raises(DataError, match=what):
        read(trees, **said)


def test_an_output_by_name(read: Any, trees: Any) -> None:
    """An output that is named is the one that is taken."""
    loaded = read(trees, method="transform", output="probabilities", outputs=["q", "p"])

    expected = own(trees, "probabilities")
    assert chunked(loaded, FRAME, 97, "q").tobytes() == expected[:, 0].tobytes()


def test_probabilities_without_labels(read: Any) -> None:
    """A table of probabilities without labels is refused until they are listed."""
    model = exported(LogisticRegression().fit(VALUES, LATE), features=ALL)
    with pytest.raises(DataError, match="which labels its probabilities"):
        read(model)

    found = chunked(read(model, classes=[0, 1]), FRAME, ROWS)
    assert found.tobytes() == own(model, "probabilities")[:, 1].tobytes()


def test_types_that_are_promised(read: Any, trees: Any) -> None:
    """64-bit numbers for an input of 32 bits are refused of a frame without rows."""
    wide = FRAME.iloc[:0].astype("float64")
    bare = exported(LinearRegression().fit(VALUES, LATE))
    nameless = read(bare, features=ALL, method="predict", outputs=["p"])
    read(trees).hold(FRAME.iloc[:0])
    read(trees, float32=True).hold(wide)

    for model in (read(trees), nameless):
        with pytest.raises(DataError, match="column 'a' would be rounded"):
            model.hold(wide)
