"""The libraries that read models, each of them an extra of seawall's."""

from __future__ import annotations

import importlib
import importlib.metadata
from importlib.util import find_spec
from typing import Any

from seawall.errors import UnavailableError

__all__ = ["PACKAGES", "missing", "package", "versions"]

PACKAGES = {
    "onnx": ("onnxruntime", "onnx"),
    "lightgbm": ("lightgbm",),
    "xgboost": ("xgboost",),
    "mlflow": ("mlflow",),
}
"""The modules that a type of model needs; its extra has the type's own name."""


def missing(type_: str) -> str | None:
    """The first module that the type needs and that is not installed; nothing is imported."""
    return next((name for name in PACKAGES.get(type_, ()) if not _is_there(name)), None)


def package(name: str, extra: str) -> Any:
    """The imported module; UnavailableError names the extra that brings it."""
    try:
        return importlib.import_module(name)
    except (ImportError, OSError) as error:  # OSError: a shared library of the system's is missing
        raise UnavailableError(
            "the package that reads the model cannot be imported",
            "predict.model.type",
            " ".join(str(error).split())[:200],
            f"an installed {name}",
            f"pip install 'seawall[{extra}]'",
        ) from error


def versions(type_: str) -> dict[str, str]:
    """The versions of the distributions that a type of model is read with, by their names."""
    found = {}
    for name in PACKAGES.get(type_, ()):
        if _is_there(name):
            for distribution in _distributions(name):
                found[distribution] = importlib.metadata.version(distribution)
    return found


def _distributions(name: str) -> list[str]:
    """The distributions that have the module: mostly of its own name, else xgboost-cpu and the like."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return sorted(set(importlib.metadata.packages_distributions().get(name, [])))
    return [name]


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # a module that was put into sys.modules by hand, or None in its place
        return False
