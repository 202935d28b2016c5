"""Observers: logs, a progress bar and alerts. None of them can fail a run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seawall.observe.alerts import AlertSink
    from seawall.observe.fan import fan_out
    from seawall.observe.logs import log_sink
    from seawall.observe.progress import ProgressSink
    from seawall.observe.streams import LenientStream, printable, wants_colour

__all__ = [
    "AlertSink",
    "LenientStream",
    "ProgressSink",
    "fan_out",
    "log_sink",
    "printable",
    "wants_colour",
]

# Loaded when asked for: alerts need pydantic, and `seawall --help` needs the streams only.
_MODULES = {
    "AlertSink": "alerts",
    "LenientStream": "streams",
    "ProgressSink": "progress",
    "fan_out": "fan",
    "log_sink": "logs",
    "printable": "streams",
    "wants_colour": "streams",
}


def __getattr__(name: str) -> Any:
    """The public name, from its module."""
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
