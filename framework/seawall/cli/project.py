"""Where a project begins, where its ledger stands, and what may be imported from it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.errors import UsageError

if TYPE_CHECKING:
    from seawall.ledger import Ledger

__all__ = ["enter", "ledger_here", "ledger_location", "no_ledger", "root_above"]


def root_above(folder: Path) -> Path:
    """The nearest folder from `folder` upwards with a pyproject.toml or a .seawall/, else `folder`."""
    for candidate in (folder, *folder.parents):
        if (candidate / "pyproject.toml").is_file() or (candidate / ".seawall").is_dir():
            return candidate
    return folder


def enter(root: Path) -> None:
    """Modules of the project can be imported; only the command line does this."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))


def ledger_location(root: Path, env: Mapping[str, str] = os.environ) -> str:
    """SEAWALL_LEDGER, else the ledger below the project root; a relative path starts at the root."""
    location = env.get("SEAWALL_LEDGER") or ".seawall/ledger.db"
    return location if "://" in location else str(root / location)


def ledger_here() -> Ledger | None:
    """The ledger of the project that the working directory is in, for reading; None before the first run."""
    from seawall.ledger import existing_ledger

    return existing_ledger(_location_here())


def no_ledger() -> UsageError:
    """What is said where there is no ledger."""
    todo = "seawall run CONFIG --batch KEY, or go to the project's folder, or set SEAWALL_LEDGER"
    return UsageError("no run is recorded yet: there is no ledger", _location_here(), todo=todo)


def _location_here() -> str:
    return ledger_location(root_above(Path.cwd()))
