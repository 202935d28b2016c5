"""How times, durations and numbers are written for people."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

__all__ = ["duration", "moment", "number"]

_MINUTE = 60


def moment(at: datetime | None) -> str:
    """The instant in this machine's time zone, which is named."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def duration(seconds: float | None) -> str:
    """`0.35 s`, `12.0 s`, `3 min 5 s`; nothing for what isn't known."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s"


def number(value: Any) -> str:
    """Whole numbers with separators, others with four digits that count; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if math.isfinite(value) else str(value)
