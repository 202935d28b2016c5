"""Where a pipeline's reference stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seawall.errors import UsageError

if TYPE_CHECKING:
    from seawall.config.load import LoadedConfig

__all__ = ["place_of"]


def place_of(loaded: LoadedConfig) -> Path:
    """The file that `drift` names, as reference or anchor, else references/<pipeline>.json.

    UsageError where it is another file for each batch.
    """
    from seawall.config.drift import RollingReference

    drift = loaded.config.drift
    named = None if drift is None else drift.reference
    if isinstance(named, RollingReference):
        named = named.anchor
    path = named or f"references/{loaded.config.pipeline}.json"
    if "{batch}" in path:
        todo = "say which file is meant: --out PATH, or show PATH"
        raise UsageError(
            "the reference is another file for each batch", "drift.reference", path, todo=todo
        )
    return loaded.root / path
