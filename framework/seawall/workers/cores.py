"""How many cores this process may use."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

__all__ = ["cores"]


def cores(root: Path = Path("/")) -> int:
    """The cores that affinity and the control group's quota leave to this process, at least 1.

    A share of a core counts as a core. `root` is where proc and sys are mounted.
    """
    return max(1, min([_affinity(), *(math.ceil(quota) for quota in _quotas(root))]))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> Iterator[float]:
    for controllers, group in _groups(root):
        for above in (group, *group.parents):
            inside = str(above).lstrip("/")
            if controllers == "":
                yield from _quota(root / "sys/fs/cgroup" / inside / "cpu.max")
            elif "cpu" in controllers.split(","):
                yield from _old_quota(root / "sys/fs/cgroup/cpu" / inside)


def _groups(root: Path) -> Iterator[tuple[str, PurePosixPath]]:
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # no Linux
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        yield controllers, PurePosixPath(group)


def _quota(file: Path) -> Iterator[float]:
    try:
        quota, period = file.read_text().split()
    except (OSError, ValueError):  # this level has no such file
        return
    if quota != "max":
        yield int(quota) / int(period)


def _old_quota(folder: Path) -> Iterator[float]:
    try:
        quota = int((folder / "cpu.cfs_quota_us").read_text())
        period = int((folder / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return
    if quota > 0:
        yield quota / period
