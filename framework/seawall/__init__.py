"""Seawall: batch inference that keeps its promises when the world around it doesn't."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seawall.api import check, drill, replay, run
    from seawall.contracts import Account, Context, Finding, StageDeclaration, stage
    from seawall.errors import (
        ConfigError,
        DataError,
        Exit,
        ForbiddenError,
        HeldError,
        InterruptedRunError,
        RefusedError,
        SeawallError,
        SoftwareError,
        StoppedError,
        StorageError,
        TemporaryError,
        UnavailableError,
        UsageError,
    )
    from seawall.notebook.compared import compare
    from seawall.notebook.profiled import profile
    from seawall.releases import release
    from seawall.running import RunResult

__version__ = "0.1.0"

_HOMES = {
    "seawall.api": ("check", "drill", "replay", "run"),
    "seawall.contracts": ("Account", "Context", "Finding", "StageDeclaration", "stage"),
    "seawall.errors": (
        "ConfigError",
        "DataError",
        "Exit",
        "ForbiddenError",
        "HeldError",
        "InterruptedRunError",
        "RefusedError",
        "SeawallError",
        "SoftwareError",
        "StoppedError",
        "StorageError",
        "TemporaryError",
        "UnavailableError",
        "UsageError",
    ),
    "seawall.notebook.compared": ("compare",),
    "seawall.notebook.profiled": ("profile",),
    "seawall.releases": ("release",),
    "seawall.running": ("RunResult",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "ConfigError",
    "Context",
    "DataError",
    "Exit",
    "Finding",
    "ForbiddenError",
    "HeldError",
    "InterruptedRunError",
    "RefusedError",
    "RunResult",
    "SeawallError",
    "SoftwareError",
    "StageDeclaration",
    "StoppedError",
    "StorageError",
    "TemporaryError",
    "UnavailableError",
    "UsageError",
    "check",
    "compare",
    "drill",
    "profile",
    "release",
    "replay",
    "run",
    "stage",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for: `import seawall` costs next to nothing."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'seawall' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
