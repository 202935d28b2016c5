"""A plug-in's stage or rule, imported where it can do no harm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seawall.calling import found, said

__all__ = ["unusable"]


def unusable(document: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Why the `target` of the document cannot be used, in words; '' where it can be called.

    For a process of its own to find out: an import runs foreign code.
    """
    del folder
    try:
        target = found(document["target"])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a foreign module raises
        return {"reason": f"{type(error).__name__}: {said(error)}".strip(": ")}
    return {"reason": "" if callable(target) else f"it is a {type(target).__name__}, no callable"}
