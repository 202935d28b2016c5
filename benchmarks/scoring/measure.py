"""What a command costs: wall and CPU time and memory of its whole process tree."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

__all__ = ["Cost", "measure"]

_SAMPLE_S = 0.05
_LOOK_BEFORE_S = 0.5
_REAPER = Path(__file__).with_name("reaper.py")


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of a command.

    `cpu_s` is user and system time of all descendants; `peak_mb` the largest sum of their
    proportional set sizes, looked at every 50 ms; `busy_before` the share of all cores that others
    used in the half second before.
    """

    exit_code: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    busy_before: float
    errors: str


def measure(command: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> Cost:
    """The command ran in `folder`, and none of its processes is left."""
    busy = psutil.cpu_percent(_LOOK_BEFORE_S) / 100
    with TemporaryDirectory() as scratch:
        result, errors = Path(scratch, "cost.json"), Path(scratch, "stderr")
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, str(_REAPER), str(result), *command],
                cwd=folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            try:
                peak = _peak(process)
            finally:
                _end(process)
        words = errors.read_text(errors="replace")
        return Cost(
            **json.loads(result.read_text()), peak_mb=peak, busy_before=busy, errors=words[-2000:]
        )


def _peak(process: subprocess.Popen[bytes]) -> float:
    """The most memory, in MB, that the process's descendants had, once it has ended."""
    reaper, peak = psutil.Process(process.pid), 0
    while True:
        try:
            process.wait(_SAMPLE_S)
        except subprocess.TimeoutExpired:
            peak = max(peak, sum(_pss(child) for child in _descendants(reaper)))
        else:
            return peak / 1e6


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of the tree is left; nothing is to be done unless the measurement was interrupted."""
    if process.poll() is None:
        for child in _descendants(psutil.Process(process.pid)):
            with suppress(psutil.NoSuchProcess):
                child.kill()
        process.wait()


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it ended between the two calls
        return 0
