"""MLflow's pyfunc models: a folder, or a version in a registry."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.calling import said
from seawall.config.predicting import MlflowModel, Predict
from seawall.errors import DataError, ForbiddenError, UnavailableError
from seawall.models.folder import packed, unpacked
from seawall.models.loaded import Kind, Loaded
from seawall.models.matrix import as_numbers
from seawall.models.mlflow_categories import with_categories
from seawall.models.mlflow_skew import skewed
from seawall.models.packages import package

if TYPE_CHECKING:
    import pandas as pd

    from seawall.models.load import ModelPin

__all__ = ["from_bytes", "packed_model"]

_REGISTRY = "models:/"
_HARMLESS = {
    "mlflow.lightgbm": "lightgbm.basic.Booster",
    "mlflow.onnx": None,
    "mlflow.xgboost": "xgboost.core.Booster",
}
"""Loaders that read data and run no code of the folder's, and the class for which that is so."""
_KINDS: Mapping[str, Kind] = {
    "boolean": "bool",
    "double": "number",
    "float": "number",
    "integer": "number",
    "long": "number",
    "string": "text",
}


def packed_model(path: str) -> bytes:
    """The model's folder as one buffer, fetched first where it stands in a registry.

    UnavailableError where it cannot be had; DataError for a URI of another kind.
    """
    if ":/" not in path:
        return packed(Path(path))
    if not path.startswith(_REGISTRY):
        allowed = "a folder below the project root, or models:/name/version"
        raise DataError("not a place where a model of MLflow's is read from", path, path, allowed)
    artifacts = _library("mlflow.artifacts")
    with tempfile.TemporaryDirectory(prefix="seawall-model-") as folder:
        try:
            found = artifacts.download_artifacts(artifact_uri=path, dst_path=folder)
        except Exception as error:
            raise UnavailableError(
                "the registry does not hand out the model",
                path,
                f"{type(error).__name__}: {said(error)}",
                "a model in the registry of MLFLOW_REGISTRY_URI or MLFLOW_TRACKING_URI",
                "check predict.model.path, and the variable in the run's environment",
            ) from error
        return packed(Path(found))


def from_bytes(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The pyfunc model's `predict`, loaded from a private copy of the bytes that were hashed.

    ForbiddenError for one that runs code when it is read and has no sha256 in the pipeline file;
    DataError for a damaged folder, another method, and a version skew that isn't allowed.
    """
    del threads  # the libraries below are limited from outside
    model = declared.model
    if not isinstance(model, MlflowModel):
        raise TypeError(model.type)
    if declared.method != "predict":
        todo = f"save it with pyfunc_predict_fn='{declared.method}', and use method: predict"
        what = f"a pyfunc model has no method {declared.method}"
        raise DataError(what, pinned.path, "", "predict", todo)
    folder = Path(tempfile.mkdtemp(prefix="seawall-model-"))
    try:
        unpacked(payload, folder)
        about = _about(folder, pinned.path)
        if model.sha256 is None:
            _hold_harmless(about, pinned)
        skew = skewed(folder, about, pinned.path, allowed=model.allow_version_skew)
        loaded = _loaded(folder, pinned.path)
        described = _described(loaded, declared, about.get_input_schema(), pinned.path)
        described = with_categories(described, loaded, folder, pinned.path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(loaded, shutil.rmtree, folder, ignore_errors=True)  # it may read on from there
    return replace(described, skew=skew)


def _library(name: str) -> Any:
    """A module of MLflow's, which reports its use to nobody and keeps its advice to itself."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # it looks when it is imported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = package(name, "mlflow")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    return module


def _about(folder: Path, path: str) -> Any:
    """What the file MLmodel says; it is YAML without tags."""
    models = _library("mlflow.models")
    try:
        about = models.Model.load(str(folder / "MLmodel"))
        about.flavors["python_function"]["loader_module"].split()
    except Exception as error:
        raise DataError(
            "the folder is not a model of the declared format",
            path,
            f"{type(error).__name__}: {said(error)}",
            "a folder with MLmodel and the flavour python_function",
            "save the model anew, or declare its type",
        ) from error
    return about


def _hold_harmless(about: Any, pinned: ModelPin) -> None:
    flavour = about.flavors["python_function"]
    loader = flavour["loader_module"]
    own = about.flavors.get(loader.rpartition(".")[2], {})
    harmless = loader in _HARMLESS and _HARMLESS[loader] in {None, own.get("model_class")}
    if harmless and not flavour.get("code") and not own.get("code"):
        return
    raise ForbiddenError(
        "the model runs code when it is read, and the pipeline file does not pin it",
        pinned.path,
        f"loader_module {loader}",
        "a pinned folder, or a bare booster or ONNX file",
        f"review the folder, then write sha256: {pinned.sha256} beside predict.model.path",
    )


def _loaded(folder: Path, path: str) -> Any:
    pyfunc = _library("mlflow.pyfunc")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyfunc.load_model(str(folder), suppress_warnings=True)
    except Exception as error:
        raise DataError(
            "MLflow cannot load the model",
            path,
            f"{type(error).__name__}: {said(error)}",
            "a model whose packages are installed as it was saved with them",
            "install what its requirements.txt names, or save the model anew",
        ) from error


def _described(loaded: Any, declared: Predict, schema: Any, path: str) -> Loaded:
    """The model with what its signature says: names and types, or only how many columns."""
    if schema is not None and schema.has_input_names():
        specs = schema.input_dict()
        types = {name: getattr(spec.type, "name", "") for name, spec in specs.items()}
        kinds = {name: _KINDS[type_] for name, type_ in types.items() if type_ in _KINDS}
        numbers = [name for name, type_ in types.items() if type_ == "double"]
        return Loaded(
            partial(_predict, loaded, types),
            features=tuple(specs),
            input_types=kinds,
            takes=dict.fromkeys(numbers, partial(as_numbers, dtype="float64")),
        )
    width = None if schema is None else _width(schema)
    if width is None and declared.features is None:
        raise DataError(
            "the model has no signature, and the pipeline file does not say what it takes",
            path,
            "no names of columns",
            "the columns in their order",
            "list them under predict.features, or save it with signature=infer_signature(...)",
        )
    return Loaded(partial(_predict, loaded, {}), width=width)


def _width(schema: Any) -> int | None:
    """How many columns the one unnamed tensor has, or how many unnamed columns there are."""
    inputs = schema.inputs
    shape = getattr(inputs[0], "shape", None)
    width = len(inputs) if shape is None else int(shape[-1])
    return width if width > 0 else None


def _predict(loaded: Any, types: Mapping[str, str], frame: pd.DataFrame) -> Any:
    """The model's result; its columns come as the signature has them, where no value changes."""
    changed = {
        name: _as_declared(frame[name], type_)
        for name, type_ in types.items()
        if type_ == "double" or str(frame[name].dtype) == "category"
    }
    return loaded.predict(frame.assign(**changed))


def _as_declared(values: pd.Series[Any], type_: str) -> Any:
    if type_ == "double":
        return as_numbers(values, "float64")
    return values.astype("str") if type_ == "string" else values
