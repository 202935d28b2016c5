"""A file of another format than the declared one is told by what it looks like."""

from __future__ import annotations

import io
import pickle
from typing import Any

import joblib
import pytest
import skops.io

from seawall.config.predicting import Predict
from seawall.errors import DataError
from seawall.models import ModelPin
from seawall.models.looks import look
from seawall.models.sklearn import from_bytes

ONNX = b"\x08\x0a\x12\x08skl2onnx"


def joblib_bytes(compress: Any) -> bytes:
    """What joblib writes of a small value."""
    buffer = io.BytesIO()
    joblib.dump([1.0] * 100, buffer, compress=compress)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("payload", "keys"),
    [
        (pickle.dumps([1]), "format: joblib, with its sha256"),
        *((joblib_bytes(c), "format: joblib, with its sha256") for c in (0, 3, ("bz2", 3), "gzip")),
        (joblib_bytes(("xz", 3)), "format: joblib, with its sha256"),
        (skops.io.dumps([1]), "format: skops"),
        (ONNX, "type: onnx"),
        (b"tree\nversion=v4\n", "type: lightgbm"),
        (b'{"learner":{"attributes"', "type: xgboost"),
        (b"{L\0\0\0\0\0\0\0\x07learner{", "type: xgboost"),
    ],
)
def test_what_a_file_looks_like(payload: bytes, keys: str) -> None:
    """The first bytes of what each library writes tell how it would be declared."""
    found = look(payload)

    assert found is not None
    assert found.keys == keys


@pytest.mark.parametrize("payload", [b"", b"\x08", b"\x08\x0a", b"no model", b"a,b\n1,2\n"])
def test_what_looks_like_no_model(payload: bytes) -> None:
    """Other bytes look like none of the formats."""
    assert look(payload) is None


@pytest.mark.parametrize(
    ("payload", "seen", "todo"),
    [
        (pickle.dumps([1]), "a pickle, as joblib writes it", "declare format: joblib, with its"),
        (ONNX, "it looks like ONNX", "declare type: onnx; or save the model with skops"),
        (b"PK\x03\x04", "BadZipFile: File is not a zip file", "save the model anew"),
        (b"no model", "BadZipFile: File is not a zip file", "save the model anew"),
    ],
)
def test_a_file_of_another_format(payload: bytes, seen: str, todo: str) -> None:
    """The message names the declared format, also where it is the default, and the likelier one."""
    stated = {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]}
    with pytest.raises(DataError) as caught:
        from_bytes(Predict.model_validate(stated), ModelPin("m", ""), payload, 1)

    assert caught.value.seen.endswith(seen)
    assert caught.value.allowed == "a file of predict.model.format, which is skops (the default)"
    assert caught.value.todo.startswith(todo)
