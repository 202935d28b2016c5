"""A step called once more in another process, where texts hash otherwise."""

from __future__ import annotations

import atexit
import functools
import os
import pickle
import subprocess
import sys
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["elsewhere"]

_SERVE = "from seawall.testing.again import _serve; _serve()"
_TIMEOUT_S = 120.0
_lock = Lock()


def elsewhere(step: Any, frame: pd.DataFrame, group: str) -> pd.DataFrame | str | None:
    """What the step makes of the frame there, or what it raised; None where it cannot be imported.

    That is so for what is written in a notebook, or in a file that was run. The process is started
    once and serves every check of this one.
    """
    with _lock:
        try:
            return _asked((sys.path, pickle.dumps(step), pickle.dumps(frame), group))
        except (EOFError, OSError):
            ended = _other().wait()
            _other.cache_clear()
            return f"its process ended with exit code {ended}"


def _asked(question: tuple[Any, ...]) -> pd.DataFrame | str | None:
    process = _other()
    assert process.stdin is not None  # noqa: S101 - both are pipes, as mypy cannot know
    assert process.stdout is not None  # noqa: S101 - the same
    timer = Timer(_TIMEOUT_S, process.kill)
    timer.start()
    try:
        pickle.dump(question, process.stdin)
        process.stdin.flush()
        answer: pd.DataFrame | str | None = pickle.load(process.stdout)  # noqa: S301 - our own child
    finally:
        timer.cancel()
    return answer


@functools.cache
def _other() -> subprocess.Popen[bytes]:
    """The process, which ends when its standard input does."""
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(  # noqa: S603 - this interpreter, with a program that stands above
        [sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    )
    atexit.register(process.communicate)
    return process


def _serve() -> None:
    """Every question was answered; standard output has answers only, and nothing that a step prints."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with out:
        while True:
            try:
                path, *question = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent
            except EOFError:
                return
            sys.path[:] = path
            pickle.dump(_made(*question), out)
            out.flush()


def _made(step: bytes, frame: bytes, group: str) -> pd.DataFrame | str | None:
    from seawall.testing.breaches import words
    from seawall.testing.trial import made_of

    try:
        call = pickle.loads(step)  # noqa: S301 - our own parent
    except (ImportError, AttributeError):
        return None
    rows = pickle.loads(frame)  # noqa: S301 - our own parent
    try:
        return made_of(call(rows), rows, group)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code
        return f"it raises {words(error)}"
