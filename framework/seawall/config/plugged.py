"""The plug-ins that are installed, by group and name; none of them is imported to know that."""

from __future__ import annotations

import functools
import sys
from importlib.metadata import EntryPoint, entry_points

__all__ = [
    "BUILT_IN",
    "BUILT_IN_MODELS",
    "GROUPS",
    "MODELS",
    "MODEL_PLUG_IN",
    "PLUG_IN",
    "UNKNOWN",
    "installed",
    "kind_of",
    "label",
    "model_kind_of",
    "offers",
]

BUILT_IN = ("parquet", "csv", "jsonl", "sql", "http", "python")
BUILT_IN_MODELS = ("sklearn", "onnx", "lightgbm", "xgboost", "mlflow", "python")
PLUG_IN, MODEL_PLUG_IN = "a plug-in's name", "a model plug-in's name"
UNKNOWN = "no type"
_FILES = BUILT_IN[0]
_SOURCES, MODELS = "seawall.sources", "seawall.models"
GROUPS = {PLUG_IN: _SOURCES, MODEL_PLUG_IN: MODELS}
"""The groups of entry points behind the tags of sections."""


def kind_of(name: str) -> str:
    """The tag of the section that a source of that type has: all files have one, all plug-ins another."""
    if name in BUILT_IN:
        return _FILES if name in BUILT_IN[:3] else name
    return PLUG_IN if offers(name) else UNKNOWN


def model_kind_of(name: str) -> str:
    """The tag of the section that a model of that type has."""
    if name in BUILT_IN_MODELS:
        return name
    return MODEL_PLUG_IN if offers(name, MODELS) else UNKNOWN


def offers(name: str, group: str = _SOURCES) -> tuple[EntryPoint, ...]:
    """The plug-ins of that name: none, one, or one of each distribution that has it."""
    return tuple(point for point in _points(group, tuple(sys.path)) if point.name == name)


def installed(group: str = _SOURCES) -> tuple[str, ...]:
    """The names of all plug-ins of the group that can be used here."""
    return tuple(sorted({point.name for point in _points(group, tuple(sys.path))}))


def label(name: str, group: str = _SOURCES) -> str:
    """What a message calls the plug-in: by its name, its distribution and that one's version."""
    found = [point.dist for point in offers(name, group) if point.dist is not None]
    whose = ", ".join(f"{dist.name} {dist.version}" for dist in found)
    return f"the plug-in {name!r} ({whose or 'of no distribution'})"


@functools.cache
def _points(group: str, path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Every entry point below these folders; looking takes tens of milliseconds."""
    del path  # what importlib.metadata searches; a changed one is searched anew
    return tuple(entry_points(group=group))
