"""Whatever byte of a model's file is damaged, it is a model or it is refused: no other error, no dead process."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import SeawallError
from seawall.models import load, pin
from seawall.stages.predict import predict

RANDOM = np.random.default_rng(7)
FRAME = pd.DataFrame(
    {
        "a": RANDOM.normal(size=300).astype("float32"),
        "k": pd.Categorical(RANDOM.choice(["x", "y", "zz"], 300)),
    }
)
LATE = (FRAME["a"] + (FRAME["k"] == "x") > 0).astype(int)


def _lightgbm() -> bytes:
    lightgbm = pytest.importorskip("lightgbm", reason="the extra `lightgbm` is not installed")
    model = lightgbm.LGBMClassifier(n_estimators=2, num_leaves=5, n_jobs=1, verbose=-1)
    return bytes(model.fit(FRAME, LATE).booster_.model_to_string().encode())


def _xgboost(form: str) -> bytes:
    xgboost = pytest.importorskip("xgboost", reason="the extra `xgboost` is not installed")
    model = xgboost.XGBClassifier(n_estimators=2, max_depth=3, n_jobs=1, enable_categorical=True)
    return bytes(model.fit(FRAME, LATE).get_booster().save_raw(form))


def _onnx() -> bytes:
    pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
    skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")
    from sklearn.ensemble import GradientBoostingClassifier

    values = FRAME[["a"]].to_numpy()
    model = GradientBoostingClassifier(n_estimators=2, max_depth=2).fit(values, LATE)
    inputs = [("a", skl2onnx.common.data_types.FloatTensorType([None, 1]))]
    return bytes(skl2onnx.to_onnx(model, initial_types=inputs).SerializeToString())


def damaged(payload: bytes, dice: random.Random) -> bytes:
    """The payload with one to three bits, or digits, that are others."""
    changed = bytearray(payload)
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(changed))
        flipped = changed[place] ^ (1 << dice.randrange(8))
        changed[place] = dice.choice([flipped, dice.choice(b"0123456789- \n")])
    return bytes(changed)


@pytest.mark.parametrize(
    ("type_", "made"),
    [
        ("lightgbm", _lightgbm),
        ("xgboost", lambda: _xgboost("ubj")),
        ("xgboost", lambda: _xgboost("json")),
        ("onnx", _onnx),
    ],
    ids=["lightgbm", "xgboost-ubj", "xgboost-json", "onnx"],
)
def test_damage(tmp_path: Path, type_: str, made: Callable[[], bytes]) -> None:
    """A damaged file is told as such, or predicts one number a row."""
    payload, dice = made(), random.Random(7)
    model: dict[str, Any] = {"type": type_, "path": "m"}
    outputs = {"method": "predict_proba", "outputs": {"p": 1}}
    declared = Predict.model_validate({"model": model, **outputs})
    for _ in range(150):
        (tmp_path / "m").write_bytes(damaged(payload, dice))
        try:
            loaded = load(declared, pin(declared, root=tmp_path, batch="b"))
            found = predict(FRAME, loaded, batch_rows=len(FRAME))["p"]
        except SeawallError:
            continue

        assert len(found) == len(FRAME)
