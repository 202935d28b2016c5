"""What came of a call in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Answered", "Died", "Reply", "Stopped", "TimedOut"]


@dataclass(frozen=True, slots=True)
class Answered:
    """The handler returned: its document, which came back as JSON."""

    document: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Died:
    """The process ended without an answer; `reason` names the signal or the exit code."""

    reason: str
    seconds: float
    trace: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time was up and the process was killed; `trace` is the stack where it hung."""

    seconds: float
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run was asked to stop, and the process was killed."""

    seconds: float


Reply = Answered | Died | TimedOut | Stopped
