"""A model is what was pinned, of the declared format, and nothing is run before that is sure."""

from __future__ import annotations

import hashlib
import io
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from seawall.config.predicting import Predict
from seawall.errors import (
    DataError,
    ForbiddenError,
    SeawallError,
    SoftwareError,
    TemporaryError,
    UnavailableError,
)
from seawall.models import Model, ModelPin, load, pin

FEATURES, LATE = np.arange(20.0).reshape(10, 2), np.arange(10) > 4
FRAME = pd.DataFrame(FEATURES, columns=["a", "b"])
TREE = DecisionTreeClassifier(max_depth=2).fit(FEATURES, LATE)
Loaded = Callable[..., Model]


class Trap:
    """Something that leaves a file behind when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))


def declared(**model: Any) -> Predict:
    """What a pipeline file says of a model."""
    stated = {"type": "sklearn", "path": "m.model", **model}
    if model.get("format") != "joblib":
        stated |= {"trusted": ["sklearn.tree._tree.Tree"]}
    return Predict.model_validate(
        {"model": stated, "method": "predict_proba", "outputs": {"p": True}, "features": ["a", "b"]}
    )


def sha256(payload: bytes) -> str:
    """The payload's digest."""
    return hashlib.sha256(payload).hexdigest()


def joblib_bytes(value: Any) -> bytes:
    """The value as joblib writes it."""
    buffer = io.BytesIO()
    joblib.dump(value, buffer)
    return buffer.getvalue()


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """The model of these bytes, pinned and loaded as a run does."""

    def of(payload: bytes, **model: Any) -> Model:
        (tmp_path / "m.model").write_bytes(payload)
        stated = declared(**model)
        return load(stated, pin(stated, root=tmp_path, batch="b"))

    return of


def test_skops(loaded: Loaded) -> None:
    """A skops file becomes the model that was saved."""
    model = loaded(skops.io.dumps(TREE))

    assert model.predict(FRAME)["p"].tolist() == TREE.predict_proba(FEATURES)[:, 1].tolist()
    assert (model.outputs, model.feature_names, model.rows_independent) == (
        ("p",),
        ("a", "b"),
        True,
    )


def test_joblib(loaded: Loaded) -> None:
    """A joblib file is read when its hash is the declared one."""
    payload = joblib_bytes(TREE)

    assert loaded(payload, format="joblib", sha256=sha256(payload)).outputs == ("p",)


def test_nothing_is_unpickled_before_the_hash_is_checked(loaded: Loaded, tmp_path: Path) -> None:
    """A joblib file with another hash is refused before any of its code has run."""
    payload, trace = joblib_bytes(Trap(tmp_path / "trace")), tmp_path / "trace"
    with pytest.raises(ForbiddenError, match="not the one"):
        loaded(payload, format="joblib", sha256=sha256(b"another"))
    assert not trace.exists()

    with pytest.raises(SeawallError):  # the trap works: with its own hash it is read
        loaded(payload, format="joblib", sha256=sha256(payload))
    assert trace.exists()


def test_a_pickle_is_no_skops_file(loaded: Loaded, tmp_path: Path) -> None:
    """A pickle that is declared as skops is refused, and not read as a pickle."""
    with pytest.raises(DataError, match="not a model of the declared format"):
        loaded(pickle.dumps(Trap(tmp_path / "trace")))

    assert not (tmp_path / "trace").exists()


def test_foreign_types(loaded: Loaded) -> None:
    """Types that nobody trusts are refused by name, and loaded once they are declared."""
    payload = skops.io.dumps(
        FunctionTransformer(np.sqrt).fit(FEATURES), compression=zipfile.ZIP_DEFLATED
    )
    stated = FunctionTransformer(_doubled)
    with pytest.raises(ForbiddenError, match="_doubled") as caught:
        loaded(skops.io.dumps(stated))
    own = f"{_doubled.__module__}.{_doubled.__name__}"
    assert f"trusted: [sklearn.tree._tree.Tree, {own}] beside" in caught.value.todo

    with pytest.raises(DataError, match="no method predict_proba"):
        loaded(payload)


def _doubled(values: Any) -> Any:
    return values * 2


def _cut(payload: bytes) -> bytes:
    return payload[: len(payload) // 2]


def _emptied(payload: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", "{}")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "damage",
    [_cut, _emptied, lambda _: b"", lambda _: b"n,s\n1,x\n", lambda p: p[:-30] + bytes(30)],
)
def test_no_model(loaded: Loaded, damage: Callable[[bytes], bytes]) -> None:
    """A damaged file, an empty one and a file of another kind are bad data."""
    with pytest.raises(DataError, match=r"m\.model"):
        loaded(damage(skops.io.dumps(TREE)))


@pytest.mark.parametrize("damage", [_cut, lambda _: b"", lambda _: b"text"])
def test_no_joblib_model(loaded: Loaded, damage: Callable[[bytes], bytes]) -> None:
    """A damaged joblib file is bad data, too."""
    payload = damage(joblib_bytes(TREE))
    with pytest.raises(DataError, match=r"m\.model"):
        loaded(payload, format="joblib", sha256=sha256(payload))


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], LogisticRegression])
def test_something_else(loaded: Loaded, value: Any) -> None:
    """A file that holds something without the method is no model."""
    payload = joblib_bytes({"model": value})
    with pytest.raises(DataError, match="no method predict_proba"):
        loaded(payload, format="joblib", sha256=sha256(payload))


@pytest.mark.parametrize("form", ["skops", "joblib"])
def test_version_skew(loaded: Loaded, form: str) -> None:
    """A model that another version of scikit-learn saved is refused, with both versions."""
    here, there = sklearn.__version__.encode(), sklearn.__version__.replace(".", "0", 1).encode()
    if form == "joblib":
        payload = joblib_bytes(TREE).replace(here, there[: len(here)])
        with pytest.raises(DataError, match="another version of scikit-learn"):
            loaded(payload, format="joblib", sha256=sha256(payload))
        return
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(TREE))) as archive:
        parts = {name: archive.read(name).replace(here, there) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(DataError, match="another version of scikit-learn"):
        loaded(buffer.getvalue())


def test_model_that_changed(tmp_path: Path) -> None:
    """A model whose bytes changed since the plan was made is not loaded."""
    path = tmp_path / "m.model"
    path.write_bytes(skops.io.dumps(TREE))
    stated = declared()
    pinned = pin(stated, root=tmp_path, batch="b")
    path.write_bytes(skops.io.dumps(DecisionTreeClassifier(max_depth=1).fit(FEATURES, LATE)))

    with pytest.raises(TemporaryError, match="changed during the run"):
        load(stated, pinned)


def test_missing_model(tmp_path: Path) -> None:
    """A model that isn't there, or is a folder, is unavailable."""
    (tmp_path / "folder").mkdir()
    for name in ("nope", "folder"):
        with pytest.raises(UnavailableError, match=name):
            pin(declared(path=name), root=tmp_path, batch="b")


def test_the_batch_is_in_the_path(tmp_path: Path) -> None:
    """A model may be one of the batch."""
    (tmp_path / "m-b1").write_bytes(b"x")

    assert pin(declared(path="m-{batch}"), root=tmp_path, batch="b1") == ModelPin(
        str(tmp_path / "m-b1"), sha256(b"x")
    )


@pytest.mark.parametrize(("depth", "fine"), [(2, True), (0, False)])
def test_factory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int, *, fine: bool
) -> None:
    """A factory of the user's makes the model; what it raises is the user's, with its line."""
    (tmp_path / "unit_factory.py").write_text(
        "class Constant:\n"
        "    def predict_proba(self, frame):\n"
        "        return [0.5] * len(frame)\n"
        "def make(depth):\n"
        "    1 / depth\n"
        "    return Constant()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    model = {"type": "python", "use": "unit_factory:make", "with": {"depth": depth}}
    stated = Predict.model_validate({"model": model, "method": "predict_proba", "outputs": ["p"]})
    if fine:
        assert (
            load(stated, pin(stated, root=tmp_path, batch="b")).predict(FRAME)["p"].tolist()
            == [0.5] * 10
        )
        return
    with pytest.raises(SoftwareError, match=r"ZeroDivisionError") as caught:
        load(stated, pin(stated, root=tmp_path, batch="b"))
    assert caught.value.where.endswith("unit_factory.py:5)")


def test_a_stated_independence_counts(tmp_path: Path) -> None:
    """What the file says of a model's rows stands above what is known of it."""
    (tmp_path / "m.model").write_bytes(skops.io.dumps(TREE))
    stated = declared().model_copy(update={"rows_independent": False})

    assert not load(stated, pin(stated, root=tmp_path, batch="b")).rows_independent


def test_no_warning_reaches_the_terminal(tmp_path: Path) -> None:
    """Loading a model in a process of its own says nothing, also where warnings are errors."""
    (tmp_path / "m.model").write_bytes(skops.io.dumps(TREE))
    program = (
        "import sys; from pathlib import Path\n"
        "from seawall.config.predicting import Predict\n"
        "from seawall.models import load, pin\n"
        "stated = Predict.model_validate({'model': {'type': 'sklearn', 'path': 'm.model',"
        " 'trusted': ['sklearn.tree._tree.Tree']},"
        " 'method': 'predict_proba', 'features': ['a', 'b'], 'outputs': {'p': True}})\n"
        "load(stated, pin(stated, root=Path(sys.argv[1]), batch='b'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
