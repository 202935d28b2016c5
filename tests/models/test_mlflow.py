"""A model of MLflow's is loaded from what was hashed, and runs no code that nobody pinned."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import DataError, ForbiddenError, SoftwareError, UnavailableError
from seawall.models import Model, load, pin
from seawall.stages.predict import predict

pytest.importorskip("mlflow", reason="the extra `mlflow` is not installed")

ROWS = 301
RANDOM = np.random.default_rng(7)
FRAME = pd.DataFrame(
    {
        "a": RANDOM.normal(size=ROWS),
        "n": RANDOM.integers(0, 9, ROWS),
        "s": pd.array(RANDOM.choice(["x", "y"], ROWS), dtype="str"),
    }
)
NUMBERS = '{"type": "double", "name": "a"}, {"type": "long", "name": "n"}'
COLUMNS = f'[{NUMBERS}, {{"type": "string", "name": "s"}}]'

# A loader module of the folder's own, which is what MLflow calls when it reads a model.
LOADER = """\
import pathlib
pathlib.Path({trace!r}).touch()

class Doubled:
    def predict(self, frame, params=None):
        assert list(frame.columns) == ["a", "n", "s"], list(frame.columns)
        return frame["a"] * 2 + (frame["s"] == "x") * frame["n"]

def _load_pyfunc(path):
    return Doubled()
"""


class Trap:
    """Something that leaves a file behind when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A model's folder with code of its own in it, which leaves a trace when it is imported."""

    def of(name: str = "m", *, requirements: str = "", columns: str | None = COLUMNS) -> Path:
        made, module = tmp_path / name, f"loader_{abs(hash(tmp_path))}_{name}"
        (made / "code").mkdir(parents=True)
        (made / "code" / f"{module}.py").write_text(LOADER.format(trace=str(tmp_path / "trace")))
        lines = [
            "flavors:",
            "  python_function:",
            "    code: code",
            f"    loader_module: {module}",
            *(["signature:", f"  inputs: '{columns}'"] if columns else []),
        ]
        (made / "MLmodel").write_text("\n".join(lines) + "\n")
        (made / "requirements.txt").write_text(requirements)
        return made

    return of


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Model]:
    """The model of a folder or URI, pinned and loaded as a run does; its digest where it says so."""

    def of(path: str = "m", *, pinned: bool = True, **said: Any) -> Model:
        own = {key: said.pop(key) for key in ("sha256", "allow_version_skew") if key in said}
        document = {"method": "predict", "outputs": ["p"], **said}
        model = {"type": "mlflow", "path": path, **own}
        declared = Predict.model_validate({"model": model, **document})
        found = pin(declared, root=tmp_path, batch="b")
        if pinned and "sha256" not in own:
            model["sha256"] = found.sha256
            declared = Predict.model_validate({"model": model, **document})
        return load(declared, found)

    return of


def chunked(model: Model, frame: pd.DataFrame, rows: int = ROWS) -> Any:
    """The predictions of chunks of so many rows."""
    parts = [frame.iloc[start : start + rows] for start in range(0, len(frame), rows)]
    return np.concatenate([predict(part, model, batch_rows=ROWS)["p"] for part in parts])


def expected(frame: pd.DataFrame = FRAME) -> Any:
    """What the loader's model makes of the frame."""
    return (frame["a"] * 2 + (frame["s"] == "x") * frame["n"]).to_numpy()


@pytest.mark.parametrize("rows", [97, ROWS])
def test_a_pinned_folder(read: Any, folder: Any, rows: int) -> None:
    """It predicts as it does in MLflow, with columns in any order, texts as categories too."""
    folder()
    found = chunked(read(), FRAME[["s", "n", "a"]].astype({"s": "category"}), rows)

    assert found.tobytes() == expected().tobytes()


def test_the_signature_is_held_to(read: Any, folder: Any) -> None:
    """A missing column and a text where a number belongs are refused; a whole number is a double."""
    folder()
    model = read()
    with pytest.raises(DataError, match="nobody makes: n"):
        chunked(model, FRAME.drop(columns="n"))
    with pytest.raises(DataError, match="column 'a' does not hold"):
        chunked(model, FRAME.assign(a="1"))
    with pytest.raises(SoftwareError, match="beyond 9007199254740992"):
        chunked(model, FRAME.assign(a=2**53 + 1))

    whole = FRAME.assign(a=range(ROWS))
    assert chunked(model, whole).tolist() == expected(whole).tolist()


def test_code_that_nobody_pinned_leaves_no_trace(read: Any, folder: Any, tmp_path: Path) -> None:
    """Without a sha256, or with another one, nothing of the folder is run; with its own it is."""
    folder()
    with pytest.raises(ForbiddenError, match="runs code when it is read") as caught:
        read(pinned=False)
    with pytest.raises(ForbiddenError, match="not the one"):
        read(sha256="0" * 64)
    assert not (tmp_path / "trace").exists()

    sha256 = caught.value.todo.partition("sha256: ")[2].split()[0]
    assert read(sha256=sha256).outputs == ("p",)
    assert (tmp_path / "trace").exists()


def test_a_pickle_in_another_flavours_dress(read: Any, tmp_path: Path) -> None:
    """A flavour that reads a pickle for its estimator's sake is refused, and the pickle is not read."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "model.pkl").write_bytes(pickle.dumps(Trap(tmp_path / "trace")))
    (tmp_path / "m" / "MLmodel").write_text(
        "flavors:\n  lightgbm: {model_class: lightgbm.sklearn.LGBMClassifier, data: model.pkl}\n"
        "  python_function: {loader_module: mlflow.lightgbm, data: model.pkl}\n"
    )
    with pytest.raises(ForbiddenError, match=r"runs code"):
        read(pinned=False, features=["a"])

    assert not (tmp_path / "trace").exists()


def test_a_bare_booster_needs_no_pin(read: Any, tmp_path: Path) -> None:
    """LightGBM's own format holds no code; its numbers are those of the booster."""
    lightgbm = pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    data = lightgbm.Dataset(FRAME[["a", "n"]], FRAME["a"] ** 2)
    booster = lightgbm.train({"verbose": -1, "num_threads": 1}, data, 5)
    (tmp_path / "m").mkdir()
    booster.save_model(tmp_path / "m" / "model.lgb")
    (tmp_path / "m" / "MLmodel").write_text(
        "flavors:\n  lightgbm: {model_class: lightgbm.basic.Booster, data: model.lgb}\n"
        "  python_function: {loader_module: mlflow.lightgbm, data: model.lgb}\n"
        f"signature:\n  inputs: '[{NUMBERS}]'\n"
    )
    found = chunked(read(pinned=False), FRAME, 97)

    assert found.tobytes() == booster.predict(FRAME[["a", "n"]]).tobytes()


@pytest.mark.parametrize(
    ("requirements", "seen"),
    [("numpy==1.0\npandas\n", "numpy==1.0"), ("nonesuch==2.0\n", "nonesuch==2.0")],
)
def test_version_skew(read: Any, folder: Any, requirements: str, seen: str) -> None:
    """A pinned package of another version, or a missing one, is refused unless it is allowed."""
    folder(requirements=requirements)
    with pytest.raises(DataError, match="saved with other versions") as caught:
        read()

    assert caught.value.seen == seen
    assert read(allow_version_skew=True).skew.startswith(f"the model was saved with {seen};")


def test_without_a_signature(read: Any, folder: Any) -> None:
    """A model that doesn't say what it takes is refused until the pipeline file does."""
    folder(columns=None)
    with pytest.raises(DataError, match="has no signature"):
        read()

    assert read(features=["a", "n"]).feature_names == ("a", "n")


def test_methods(read: Any, folder: Any) -> None:
    """Pyfunc has `predict` alone, and the message says how to save another one under that name."""
    folder()
    with pytest.raises(DataError, match="no method predict_proba") as caught:
        read(method="predict_proba", outputs={"p": 1})

    assert "pyfunc_predict_fn='predict_proba'" in caught.value.todo


@pytest.mark.parametrize("text", ["", "flavors: {}", "flavors: {python_function: {}}", "a: ["])
def test_no_model(read: Any, folder: Any, text: str) -> None:
    """A folder whose MLmodel is empty, lacks the flavour or is no YAML is bad data."""
    (folder() / "MLmodel").write_text(text)
    with pytest.raises(DataError, match="not a model of the declared format"):
        read()


def test_a_folder_that_is_missing(read: Any) -> None:
    """A path without a folder is unavailable, and a URI that is none of a registry is refused."""
    with pytest.raises(UnavailableError, match="cannot be read"):
        read()
    with pytest.raises(DataError, match="not a place"):
        read("runs:/abc/model")


def test_a_registry(
    read: Any, folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version is fetched from the registry of the environment; one that isn't there is unavailable."""
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.setenv(name, (tmp_path / "registry").as_uri())
    client = mlflow.MlflowClient()
    client.create_registered_model("late")
    client.create_model_version("late", str(folder()))

    found = chunked(read("models:/late/1"), FRAME)

    assert found.tobytes() == expected().tobytes()
    with pytest.raises(UnavailableError, match="registry does not hand out"):
        read("models:/late/9")


def test_nothing_is_left_behind(
    read: Any, folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The private copy goes with the model, and when the model is refused."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    made = folder()
    model = read()
    assert len(list(scratch.iterdir())) == 1
    del model
    (made / "MLmodel").write_text("")
    with pytest.raises(DataError):
        read()

    assert list(scratch.iterdir()) == []


def test_categories_of_a_booster(read: Any, tmp_path: Path) -> None:
    """Texts and categories in any order become the categories that LightGBM was trained on."""
    lightgbm = pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    trained = FRAME[["a", "n", "s"]].astype({"s": "category"})
    data = lightgbm.Dataset(trained, FRAME["a"] + (FRAME["s"] == "x"))
    booster = lightgbm.train({"verbose": -1, "num_threads": 1, "cat_smooth": 1}, data, 5)
    (tmp_path / "m").mkdir()
    booster.save_model(tmp_path / "m" / "model.lgb")
    (tmp_path / "m" / "MLmodel").write_text(
        "flavors:\n  lightgbm: {model_class: lightgbm.basic.Booster, data: model.lgb}\n"
        "  python_function: {loader_module: mlflow.lightgbm, data: model.lgb}\n"
    )
    model = read(pinned=False, features=["a", "n", "s"])
    with pytest.raises(DataError, match="column 's' does not hold"):
        model.hold(FRAME.iloc[:0].astype({"s": "float64"}))

    assert chunked(model, FRAME, 97).tobytes() == booster.predict(trained).tobytes()
    assert chunked(model, trained, 97).tobytes() == booster.predict(trained).tobytes()
