"""Runs of the real command line, with an eye on every process that they start."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

BATCH = "2013-07-01"


@dataclass(frozen=True)
class Done:
    """A run that ended: its exit code, what it printed, and which processes it had."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    commands: frozenset[str]
    left: tuple[str, ...]

    @property
    def result(self) -> dict[str, Any]:
        """The result as `--json` prints it."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """The log's lines."""
        lines = (line for line in self.stderr.splitlines() if line.startswith("{"))
        return [json.loads(line) for line in lines]

    def longest_read_s(self) -> float:
        """From the first byte asked of a source to the end of its last attempt, at most."""
        begun: dict[str, datetime] = {}
        longest = 0.0
        for event in self.events:
            at = datetime.fromisoformat(event["time"]) if "time" in event else None
            if at is not None and event["event"] == "read begins":
                begun[event["source"]] = at
            if at is not None and event["event"] == "attempt failed":
                longest = max(longest, (at - begun[event["source"]]).total_seconds())
        return longest


def run(root: Path, env: Mapping[str, str], batch: str = BATCH, *more: str) -> Done:
    """`seawall run` of the batch, watched."""
    began = time.monotonic()
    with begun(root, env, batch, *more) as process:
        watch = _Watch(process.pid)
        stdout, stderr = process.communicate(timeout=120)
        seconds = time.monotonic() - began
        commands, left = watch.end()
    return Done(process.returncode, stdout, stderr, seconds, commands, left)


@contextmanager
def begun(
    root: Path, env: Mapping[str, str], batch: str = BATCH, *more: str
) -> Iterator[subprocess.Popen[str]]:
    """`seawall run` of the batch, still at work; at the end of the block it is killed."""
    import seawall

    line = [sys.executable, "-m", "seawall", "run", "pipeline.yaml", "--batch", batch]
    line += ["--json", "--log-format", "json", *more]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEAWALL_")}
    around = {**kept, "PYTHONPATH": str(Path(seawall.__file__).parents[1]), **env}
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=root, env=around, text=True, stdout=pipe, stderr=pipe) as run_:
        try:
            yield run_
        finally:
            run_.kill()


class _Watch:
    """Notes the command lines of a process and of all its descendants."""

    def __init__(self, pid: int) -> None:
        self.commands: set[str] = set()
        self._seen: dict[int, psutil.Process] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(pid,), daemon=True)
        self._thread.start()

    def end(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """All command lines, and those of what is still alive two seconds after the end."""
        self._ended.set()
        self._thread.join()
        _, alive = psutil.wait_procs(list(self._seen.values()), timeout=2)
        return frozenset(self.commands), tuple(f"{p.pid} {p.status()}" for p in alive)

    def _look(self, pid: int) -> None:
        while not self._ended.is_set():
            try:
                parent = psutil.Process(pid)
                for process in (parent, *parent.children(recursive=True)):
                    self._seen.setdefault(process.pid, process)
                    self.commands.add(" ".join(process.cmdline()))
            except psutil.Error:
                pass
            self._ended.wait(0.02)


def seen_secrets(secrets: tuple[str, ...], root: Path, done: Done) -> list[str]:
    """Where one of the secrets can be read: outputs, command lines, any file below the project."""
    places = {"stdout": done.stdout, "stderr": done.stderr, "a command": "\n".join(done.commands)}
    found = [name for name, text in places.items() if any(secret in text for secret in secrets)]
    pattern = re.compile("|".join(re.escape(secret) for secret in secrets).encode())
    files = (path for path in root.rglob("*") if path.is_file())
    return [*found, *(str(path) for path in files if pattern.search(path.read_bytes()))]
