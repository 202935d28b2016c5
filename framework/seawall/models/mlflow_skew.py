"""Whether what is installed is what an MLflow model was saved with."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seawall.errors import DataError

__all__ = ["skewed"]


def skewed(folder: Path, about: Any, path: str, *, allowed: bool) -> str:
    """Which other versions saved the model, in words, '' for the same.

    Those are the packages that its requirements.txt pins, without MLflow itself, and Python up to its
    second number. DataError names them all unless a skew is allowed.
    """
    differing = [*_packages(folder), *_python(about)]
    if not differing:
        return ""
    saved = ", ".join(before for before, _ in differing)
    installed = ", ".join(now for _, now in differing)
    if allowed:
        return f"the model was saved with {saved}; {installed} is installed"
    raise DataError(
        "the model was saved with other versions",
        path,
        saved,
        f"{installed}, which is installed",
        "save the model with the installed versions, install the model's, or declare "
        "allow_version_skew: true, with golden predictions to hold it to",
    )


def _packages(folder: Path) -> Iterator[tuple[str, str]]:
    """For each pinned package of another version: the model's, and what is installed."""
    from packaging.requirements import InvalidRequirement, Requirement

    file = folder / "requirements.txt"
    for line in file.read_text(errors="replace").splitlines() if file.is_file() else ():
        try:
            wanted = Requirement(line.partition("#")[0].strip())
        except InvalidRequirement:  # a blank line, an option of pip's, a file
            continue
        if wanted.name.startswith("mlflow") or (wanted.marker and not wanted.marker.evaluate()):
            continue
        found = _installed(wanted.name)
        if found is None or not wanted.specifier.contains(found, prereleases=True):
            yield str(wanted), f"{wanted.name} {found}" if found else f"no {wanted.name}"


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _python(about: Any) -> Iterator[tuple[str, str]]:
    """Python's own version, which pickles of code depend on."""
    saved = str(about.flavors["python_function"].get("python_version", ""))
    here = platform.python_version()
    if saved and saved.split(".")[:2] != here.split(".")[:2]:
        yield f"Python {saved}", f"Python {here}"
