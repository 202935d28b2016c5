"""A server that is a fork of the process that asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.isolation.asking import HERE

FRAMEWORK = str(Path(sys.modules["seawall"].__file__ or "").parents[1])
ASKS = f"""
import colorsys, sys, threading, time
from pathlib import Path
sys.path[:0] = [{FRAMEWORK!r}, {HERE!r}]
from seawall.isolation import Isolation

if "thread" in sys.argv:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
with Isolation.forked(grace_s=0.3) as isolation:
    isolation.begin()
    reply = isolation.call(
        "foreign:tells_surroundings", {{}}, folder=Path(sys.argv[1]), timeout_s=60, stop=lambda: False
    )
    print(reply.document["loaded"])
    hung = isolation.call("foreign:sleeps", {{}}, folder=Path(sys.argv[1]), timeout_s=0.2, stop=lambda: False)
    print(type(hung).__name__)
"""


@pytest.mark.parametrize(("more", "is_here"), [((), "True"), (("thread",), "False")])
def test_what_was_imported_here_is_there(
    tmp_path: Path, more: tuple[str, ...], is_here: str
) -> None:
    """Unless this process has threads, which a fork would break: then the server is started anew."""
    line = [sys.executable, "-c", ASKS, str(tmp_path), *more]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    done = subprocess.run(line, env=env, text=True, capture_output=True, check=True)

    assert done.stdout.splitlines() == [is_here, "TimedOut"]
