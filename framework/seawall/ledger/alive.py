"""Whether the process that began a run is still there."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["is_gone"]

_CLOCK_SLACK = timedelta(seconds=2)


def is_gone(pid: int, host: str, started_at: datetime) -> bool:
    """True when the run's process is known to be gone; another host's is not known."""
    if host != socket.gethostname():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return _began_after(pid, started_at)


def _began_after(pid: int, started_at: datetime) -> bool:
    """Whether the number now belongs to a younger process; False where /proc does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        boot = Path("/proc/stat").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    # The name in brackets may hold blanks; the start time is the 22nd field, the 20th after it.
    ticks = int(stat.rpartition(")")[2].split()[19])
    booted = int(boot.partition("btime ")[2].split()[0])
    began = datetime.fromtimestamp(booted + ticks / os.sysconf("SC_CLK_TCK"), UTC)
    return began > started_at + _CLOCK_SLACK
