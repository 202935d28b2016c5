"""A model's bytes, read once: hashed, and then loaded from the same buffer."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path

from seawall.config.predicting import Model
from seawall.config.templates import fill
from seawall.errors import ForbiddenError, UnavailableError
from seawall.models.folder import folder_digest

__all__ = ["contents", "digest", "location", "required"]

_PACKED = {"mlflow": "seawall.models.mlflow:packed_model"}
"""Formats that are folders: what packs one, given its path or URI, into one buffer."""


def location(model: Model, root: Path, batch: str) -> str:
    """The path or URI at which the model stands; the name of its code where it has no file."""
    path: str | None = getattr(model, "path", None)
    if path is None:
        return str(getattr(model, "use", model.type))
    filled = fill(path, batch)
    return filled if ":/" in filled else str(root / filled)


def contents(model: Model, path: str) -> bytes:
    """The bytes of the model's file, or of its folder as one buffer; none where it has no file.

    UnavailableError when it cannot be read.
    """
    if getattr(model, "path", None) is None:
        return b""
    if model.type in _PACKED:
        return _packer(model.type)(path)
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnavailableError(
            "the model cannot be read",
            path,
            error.strerror or str(error),
            "a model file",
            "check predict.model.path; it is taken from the project root",
        ) from error


def digest(model: Model, payload: bytes) -> str:
    """The sha256 of the file's bytes, or of the list of a folder's files; '' where there is none."""
    if getattr(model, "path", None) is None:
        return ""
    return folder_digest(payload) if model.type in _PACKED else hashlib.sha256(payload).hexdigest()


def required(model: Model, path: str, key: str) -> str:
    """The model's digest, which is the declared one where one is declared, or ForbiddenError.

    `key` is where the model stands in the pipeline file. Nothing is deserialised.
    """
    found, stated = digest(model, contents(model, path)), getattr(model, "sha256", None)
    if stated not in (None, found):
        raise ForbiddenError(
            "the model is not the one that the pipeline file pins",
            path,
            f"sha256 {found}",
            f"sha256 {stated}",
            f"restore the file, or review the new model and change {key}.sha256",
        )
    return found


def _packer(type_: str) -> Callable[[str], bytes]:
    module, _, name = _PACKED[type_].partition(":")
    packer: Callable[[str], bytes] = getattr(importlib.import_module(module), name)
    return packer
