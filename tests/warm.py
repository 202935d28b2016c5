"""The command line without its start: each call is a fork of a process that has imported what it needs.

A call has a process of its own, its own folder, environment, streams and exit code, as if it had
been started; it only finds its modules loaded. Tests of the start itself, of signals and of kills
begin the real thing.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["Warm", "serve"]

_PRELOAD = (
    "pandas",
    "pyarrow.csv",
    "pyarrow.json",
    "pyarrow.parquet",
    "seawall.api",
    "seawall.cli.border",
    "seawall.cli.run",
    "seawall.ledger.breakers",
    "seawall.observe",
    "seawall.models.sklearn",
    "seawall.running",
    "sklearn.linear_model",
    "skops.io",
    "sqlalchemy.dialects.sqlite",
    "structlog",
)
# What would start threads while it is imported; a fork of a process with threads is not safe.
_ONE_THREAD = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Warm:
    """A process that forks one for each call; it ends with `end`, or when this process does."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        boot = "import sys; from tests.warm import serve; serve(int(sys.argv[1]))"
        path = os.pathsep.join([str(Path(__file__).parents[1]), env.get("PYTHONPATH", "")])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", boot, str(theirs.fileno())],
                env={**env, **_ONE_THREAD, "PYTHONPATH": path},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._lines = self._ours.makefile("r", encoding="utf-8")

    def run(
        self, args: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout_s: float
    ) -> subprocess.CompletedProcess[str]:
        """What `seawall` answered; TimeoutExpired when it did not in time, and everything is killed."""
        with tempfile.TemporaryDirectory(prefix="seawall-warm-") as folder:
            streams = {name: str(Path(folder, name)) for name in ("out", "err")}
            call = {"args": list(args), "cwd": str(cwd), "env": dict(env), **streams}
            self._ours.settimeout(timeout_s)
            self._ours.sendall(f"{json.dumps(call)}\n".encode())
            try:
                code = json.loads(self._lines.readline())
            except TimeoutError:
                self.end()
                raise subprocess.TimeoutExpired(list(args), timeout_s) from None
            told = [Path(path).read_text(encoding="utf-8") for path in streams.values()]
        return subprocess.CompletedProcess(["seawall", *args], code, *told)

    def end(self) -> None:
        """The process is gone, and the call that it may be carrying out."""
        self._ours.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def serve(descriptor: int) -> None:
    """Every call that came through the socket was carried out, until its other end was closed."""
    for name in _PRELOAD:
        importlib.import_module(name)
    with socket.socket(fileno=descriptor) as control:
        for line in control.makefile("r", encoding="utf-8"):
            call = json.loads(line)
            child = os.fork()
            if not child:
                control.close()
                _carried_out(call)
            _, status = os.waitpid(child, 0)
            control.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _carried_out(call: Mapping[str, Any]) -> NoReturn:
    """The process of the call has ended with its exit code."""
    _settle(call)
    try:
        code = _code(call["args"])
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as the interpreter's own end does
        atexit._run_exitfuncs()  # noqa: SLF001 - the same
    except BaseException:  # noqa: BLE001 - as the interpreter shows what nobody catches
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _settle(call: Mapping[str, Any]) -> None:
    """The process has the call's folder, environment, path and streams."""
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["env"])
    time.tzset()
    random.seed()
    named = [entry for entry in call["env"].get("PYTHONPATH", "").split(os.pathsep) if entry]
    own = [entry for entry in sys.path[1:] if entry != str(Path(__file__).parents[1])]
    sys.path[:] = list(dict.fromkeys([call["cwd"], *named, *own]))
    importlib.invalidate_caches()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(call[name], os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - the stream itself
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - the stream itself


def _code(args: Sequence[str]) -> int:
    from seawall.cli import main

    sys.argv = ["seawall", *args]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
