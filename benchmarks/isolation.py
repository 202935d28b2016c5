"""Measures what a call in a process of its own costs: python -m benchmarks.isolation.

The same function, called plainly, in a process forked from a server that has imported pandas and
pyarrow, and in a new interpreter; then how late a call that hangs is, over its time and grace.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from seawall.isolation import Answered, Isolation, TimedOut

_ROOT = str(Path(__file__).resolve().parents[1])
_CALLS, _STARTS, _HANGS = 50, 5, 5
_TIMEOUT_S, _GRACE_S = 0.2, 0.2
_PRELOAD = ("pandas", "pyarrow", "pyarrow.parquet", "sqlalchemy")


def counts(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What is called: nearly nothing."""
    return {"words": len(document["text"].split()), "folder": folder.name}


def hangs(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What never returns, and does not listen to SIGTERM."""
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(counts(document, folder)["words"])


def measure() -> None:
    """Prints a line a way of calling, and the ratios."""
    document, folder = {"text": "a call of five words"}, Path(tempfile.gettempdir())
    with Isolation(preload=_PRELOAD, path=[_ROOT], grace_s=_GRACE_S) as isolation:

        def isolated(name: str, timeout_s: float) -> Answered | TimedOut:
            reply = isolation.call(
                f"benchmarks.isolation:{name}",
                document,
                folder=folder,
                timeout_s=timeout_s,
                stop=lambda: False,
            )
            assert isinstance(reply, Answered | TimedOut), reply
            return reply

        first_s = isolated("counts", 60).seconds
        call_s = median(lambda: isolated("counts", 60), _CALLS)
        late_s = max(isolated("hangs", _TIMEOUT_S).seconds for _ in range(_HANGS))
    plain_s = median(lambda: counts(document, folder), _CALLS)
    bare_s = median(lambda: started("json"), _STARTS)
    loaded_s = median(lambda: started(", ".join(_PRELOAD)), _STARTS)
    print(f"plain call                    {plain_s * 1e6:8.1f} µs")
    print(f"isolated call, preloaded      {call_s * 1e3:8.1f} ms")
    print(f"first call, with the imports  {first_s * 1e3:8.1f} ms")
    print(f"new interpreter               {bare_s * 1e3:8.1f} ms  {bare_s / call_s:5.1f} calls")
    print(f"new interpreter, with imports {loaded_s * 1e3:8.1f} ms  {loaded_s / call_s:5.1f} calls")
    over_ms = (late_s - _TIMEOUT_S - _GRACE_S) * 1e3
    print(f"a hang, over time and grace   {over_ms:8.1f} ms  the worst of {_HANGS}")


def median(act: Callable[[], object], times: int) -> float:
    """The median of the seconds that it takes."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def started(modules: str) -> object:
    """The answer of an interpreter that was started for it."""
    code = f"import {modules}, json, sys; json.dump(json.load(sys.stdin), sys.stdout)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input='{"text": "a"}',
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    measure()
