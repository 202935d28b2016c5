"""Inputs with the outputs that are expected of them: the model is still the one that it was."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.predicting import Predict
from seawall.config.templates import fill
from seawall.errors import DataError, SeawallError, SoftwareError, TemporaryError, UnavailableError
from seawall.models.load import Model, ModelPin
from seawall.shown import listed, shown

__all__ = ["golden_digest", "hold_golden"]

_WHERE = "predict.golden"
_FORMATS = (".parquet", ".csv", ".jsonl")
_MOST_BYTES = 16 * 2**20


def golden_digest(declared: Predict, root: Path, batch: str) -> str:
    """The sha256 of the declared golden file, '' without one; UnavailableError when it is missing."""
    if declared.golden is None:
        return ""
    return hashlib.sha256(_bytes(root / fill(declared.golden, batch))).hexdigest()


def hold_golden(
    model: Model, declared: Predict, pinned: ModelPin, *, root: Path, batch: str
) -> None:
    """The model predicts what its golden file expects, or DataError names the first row that differs.

    Numbers may differ by `golden_tolerance`, and by as much times the expected number; a null equals
    a null, labels are equal or not. Nothing is held where no golden file is pinned, as for a fallback.
    """
    if declared.golden is None or not pinned.golden:
        return
    path = root / fill(declared.golden, batch)
    payload = _bytes(path)
    if hashlib.sha256(payload).hexdigest() != pinned.golden:
        what, todo = "the golden file changed during the run", "run again when it stays as it is"
        raise TemporaryError(what, str(path), "other bytes", f"sha256 {pinned.golden}", todo)
    golden = _read(payload, path, model)
    found = _predicted(model, golden, path)
    for name in declared.output_columns:
        _agree(found[name], golden[name], _Place(path, name), declared.golden_tolerance)


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    output: str


def _bytes(path: Path) -> bytes:
    try:
        payload = path.read_bytes()
    except OSError as error:
        seen, allowed = error.strerror or str(error), "a file of inputs and expected outputs"
        todo = f"check {_WHERE}; it is taken from the project root"
        raise UnavailableError(
            "the golden file cannot be read", str(path), seen, allowed, todo
        ) from error
    if len(payload) > _MOST_BYTES:
        seen, allowed = f"{len(payload):,} bytes", f"at most {_MOST_BYTES:,}"
        raise DataError("the golden file is too large", str(path), seen, allowed, "keep fewer rows")
    return payload


def _read(payload: bytes, path: Path, model: Model) -> pd.DataFrame:
    """The file's rows, at least one, with every output among its columns."""
    texts, outputs = [name for name, kind in model.kinds.items() if kind == "text"], model.outputs
    try:
        frame = _parsed(payload, path.suffix, texts)
    except Exception as error:
        seen = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        allowed = "a Parquet, CSV or JSON Lines file, named .parquet, .csv or .jsonl"
        raise DataError("the golden file cannot be read", str(path), seen, allowed) from error
    missing = [name for name in outputs if name not in frame.columns]
    if missing:
        raise DataError(
            f"the golden file does not say what to expect of {listed(missing)}",
            str(path),
            f"the columns {listed(frame.columns)}",
            f"the model's features, and the outputs {listed(outputs)}",
        )
    if not len(frame):
        raise DataError("the golden file has no rows", str(path), "0 rows", "at least one row")
    return frame


def _parsed(payload: bytes, suffix: str, texts: Sequence[str]) -> pd.DataFrame:
    if suffix == ".parquet":
        # Without threads: one of Arrow's may let go of the bytes when the interpreter is about to end.
        return pd.read_parquet(io.BytesIO(payload), use_threads=False, pre_buffer=False)
    if suffix == ".csv":
        return pd.read_csv(
            io.BytesIO(payload),
            keep_default_na=False,  # NA may be a category; an empty field is a null
            na_values=[""],
            dtype=dict.fromkeys(texts, "str"),  # 007 is a code
        )
    if suffix == ".jsonl":
        return pd.DataFrame([json.loads(line) for line in payload.splitlines() if line.strip()])
    raise ValueError(f"a file named *{suffix}")


def _predicted(model: Model, golden: pd.DataFrame, path: Path) -> dict[str, NDArray[Any]]:
    inputs = golden.drop(columns=list(model.outputs))
    absent = [name for name in model.feature_names or () if name not in inputs]
    if absent:
        raise DataError(
            f"the golden file lacks features of the model: {listed(absent)}",
            str(path),
            f"the columns {listed(golden.columns)}",
            f"the model's features {listed(model.feature_names or ())}, and its outputs",
            "add them to the golden file, as they are behind the last stage",
        )
    try:
        return {n: np.asarray(v) for n, v in model.predict(model.features(inputs)).items()}
    except SeawallError as error:
        what = f"the golden rows cannot be predicted: {error.what}"
        raise DataError(what, str(path), error.seen, error.allowed, error.todo) from error
    except Exception as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise SoftwareError(f"the model raised on the golden rows: {words}", str(path)) from error


def _agree(found: NDArray[Any], expected: pd.Series[Any], place: _Place, tolerance: float) -> None:
    if found.shape != (len(expected),):
        seen, allowed = f"shape {found.shape}", f"shape ({len(expected)},)"
        raise SoftwareError("the model must return one value a row", str(place.path), seen, allowed)
    kinds = _kind(found), _kind(expected)
    if None not in kinds and kinds[0] != kinds[1]:
        raise DataError(
            f"the golden file expects {kinds[1]}, and the model predicts {kinds[0]}",
            f"{place.path}, {place.output}",
            f"{kinds[1]}, such as {shown(_plain(expected.dropna().iloc[0]))}",
            f"{kinds[0]}, such as {shown(_plain(found[~pd.isna(found)][0]))}",
            "store the column as the model predicts it",
        )
    differs = _differing(found, expected, tolerance)
    if not differs.any():
        return
    row, count = int(differs.argmax()), int(np.count_nonzero(differs))
    raise DataError(
        "the model does not predict what its golden file expects",
        f"{place.path}, row {row + 1:,}, {place.output}",
        f"{shown(_plain(found[row]))} ({count:,} of {len(expected):,} rows differ)",
        f"{shown(_plain(expected.iloc[row]))} ± {tolerance:g}",
        "find out what changed: the model, a library, or what is expected; restore or renew it",
    )


def _kind(values: Any) -> str | None:
    """What all the values are; None for nulls alone, and for a mixture."""
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in {"integer", "floating", "mixed-integer-float"}:
        return "numbers" if not pd.isna(values).all() else None
    return {"string": "texts", "boolean": "truth values"}.get(kind)


def _differing(found: NDArray[Any], expected: pd.Series[Any], tolerance: float) -> NDArray[Any]:
    nulls = pd.isna(found), expected.isna().to_numpy()
    numeric = found.dtype.kind in "iuf" and pd.api.types.is_numeric_dtype(expected.dtype)
    if numeric and not pd.api.types.is_bool_dtype(expected.dtype):
        wanted = expected.to_numpy(dtype=np.float64, na_value=np.nan)
        same = np.isclose(found.astype(np.float64), wanted, rtol=tolerance, atol=tolerance)
    else:
        pairs = zip(found.tolist(), expected.tolist(), strict=True)
        same = np.array([type(a) is type(b) and a == b for a, b in pairs], dtype=bool)
    return ~np.where(nulls[0] | nulls[1], nulls[0] & nulls[1], same)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
