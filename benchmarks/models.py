"""Rows a CPU second of each kind of model beside the bare library's: python -m benchmarks.models.

One thread, float32 features of one frame, the classifier of late flights in each format. The bare
library is given the rows as the matrix that it likes best, made beforehand; seawall is given the frame,
as a chunk has it. The two take turns, and each result is compared before anything is timed. CPU time
is counted, and the best turn of each, so that a busy machine tells the same.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from seawall.config.predicting import Predict
from seawall.models import Model, load, pin
from seawall.stages.predict import predict

COLUMNS = [f"x{number}" for number in range(16)]
TREES, LEAVES, DEPTH = 100, 31, 6


@dataclass(frozen=True, slots=True)
class Case:
    """A format: the model as seawall loads it, and what the library makes of a matrix by itself."""

    name: str
    model: Model
    bare: Callable[[NDArray[np.float32]], NDArray[Any]]


def rows(count: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Features of 32 bits, and a target that depends on some of them."""
    random = np.random.default_rng(1)
    values = random.normal(size=(count, len(COLUMNS))).astype(np.float32)
    late = (values[:, 0] + values[:, 1] * values[:, 2] + random.normal(size=count) > 0).astype(int)
    return pd.DataFrame(values, columns=COLUMNS), late


def cases(folder: Path, frame: pd.DataFrame, late: NDArray[np.int64]) -> Iterator[Case]:
    """The same kind of trees in each format, trained here."""
    yield _lightgbm(folder, frame, late)
    yield _xgboost(folder, frame, late)
    yield from _scikit_learn_and_onnx(folder, frame, late)


def _lightgbm(folder: Path, frame: pd.DataFrame, late: NDArray[np.int64]) -> Case:
    import lightgbm

    parameters = {"objective": "binary", "num_leaves": LEAVES, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(frame, late), TREES)
    booster.save_model(folder / "m.lgb")
    return Case(
        "lightgbm",
        _loaded(folder, {"type": "lightgbm", "path": "m.lgb"}),
        lambda matrix: np.asarray(booster.predict(matrix, num_threads=1)),
    )


def _xgboost(folder: Path, frame: pd.DataFrame, late: NDArray[np.int64]) -> Case:
    import xgboost

    parameters = {"objective": "binary:logistic", "max_depth": DEPTH, "nthread": 1}
    booster = xgboost.train(parameters, xgboost.DMatrix(frame, late), TREES)
    booster.save_model(folder / "m.ubj")
    return Case(
        "xgboost",
        _loaded(folder, {"type": "xgboost", "path": "m.ubj"}),
        lambda matrix: np.asarray(booster.inplace_predict(matrix, validate_features=False)),
    )


def _scikit_learn_and_onnx(
    folder: Path, frame: pd.DataFrame, late: NDArray[np.int64]
) -> Iterator[Case]:
    import onnxruntime
    import skops.io
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingClassifier

    estimator = GradientBoostingClassifier(n_estimators=TREES, max_depth=DEPTH, subsample=0.5)
    estimator.fit(frame.to_numpy(), late)
    skops.io.dump(estimator, folder / "m.skops")
    trusted = skops.io.get_untrusted_types(file=folder / "m.skops")
    yield Case(
        "sklearn",
        _loaded(folder, {"type": "sklearn", "path": "m.skops", "trusted": trusted}),
        lambda matrix: np.asarray(estimator.predict_proba(matrix)[:, 1]),
    )
    exported = to_onnx(estimator, frame.to_numpy()[:1], options={"zipmap": False})
    payload = exported.SerializeToString()
    (folder / "m.onnx").write_bytes(payload)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(payload, options)
    yield Case(
        "onnx",
        _loaded(folder, {"type": "onnx", "path": "m.onnx", "classes": [0, 1], "float32": True}),
        lambda matrix: np.asarray(session.run(["probabilities"], {"X": matrix})[0][:, 1]),
    )


def _loaded(folder: Path, model: dict[str, Any]) -> Model:
    named = {"features": COLUMNS} if model["type"] != "lightgbm" else {}
    document = {"model": model, "method": "predict_proba", "outputs": {"p": 1}, **named}
    declared = Predict.model_validate(document)
    return load(declared, pin(declared, root=folder, batch="b"), threads=1)


def measured(case: Case, frame: pd.DataFrame, repeat: int) -> tuple[float, float]:
    """The rows a CPU second of the library and of seawall in their best turn."""
    matrix = np.ascontiguousarray(frame.to_numpy())
    own = predict(frame, case.model, batch_rows=len(frame))["p"]
    if not np.array_equal(own, case.bare(matrix)):
        raise SystemExit(f"{case.name}: seawall and the library differ")
    times: dict[str, list[float]] = {"bare": [], "seawall": []}
    for _ in range(repeat):
        times["bare"].append(_timed(lambda: case.bare(matrix)))
        times["seawall"].append(_timed(lambda: predict(frame, case.model, batch_rows=len(frame))))
    bare, seawall = (len(frame) / min(taken) for taken in times.values())
    return bare, seawall


def moved(onnx: Case, sklearn: Case, frame: pd.DataFrame) -> float:
    """The most by which ONNX Runtime's probabilities differ from scikit-learn's own."""
    there, here = (
        predict(frame, case.model, batch_rows=len(frame))["p"] for case in (onnx, sklearn)
    )
    return float(np.abs(there - here).max())


def _timed(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description=__doc__)
    parser.add_argument("--rows", type=int, default=65_536)
    parser.add_argument("--repeat", type=int, default=7)
    asked = parser.parse_args()
    frame, late = rows(asked.rows)
    print("| model | bare rows/CPU s | seawall rows/CPU s | of it |\n|--|--|--|--|")
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        known = {}
        for case in cases(Path(folder), frame.iloc[:4_000], late[:4_000]):
            known[case.name] = case
            bare, seawall = measured(case, frame, asked.repeat)
            print(
                f"| {case.name} | {bare:,.0f} | {seawall:,.0f} | {seawall / bare:.1%} |", flush=True
            )
        narrow = moved(known["onnx"], known["sklearn"], frame)
        wide = moved(known["onnx"], known["sklearn"], frame.astype("float64") + 1e-9)
        print(f"onnx moves probabilities by {narrow:.1g} at most, of 64-bit features by {wide:.1g}")


if __name__ == "__main__":
    main()
