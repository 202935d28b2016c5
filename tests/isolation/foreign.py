"""Foreign code of every kind: what the tests of isolation call in processes of their own."""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

Document = dict[str, Any]
FOR_EVER = 3600


def echoes(document: Document, folder: Path) -> Document:
    """What came is what goes back."""
    return {"document": document, "folder": str(folder)}


def measures(document: Document, folder: Path) -> Document:
    """How long the text is that came."""
    return {"characters": len(document["text"])}


def raises(document: Document, folder: Path) -> Document:
    """It fails as Python fails."""
    raise ValueError("seven is no colour")


def leaves(document: Document, folder: Path) -> Document:
    """It ends the process without a word."""
    os._exit(document["code"])


def exits(document: Document, folder: Path) -> Document:
    """It ends the process as scripts do."""
    sys.exit(document["code"])


def dies(document: Document, folder: Path) -> Document:
    """It ends by a signal, after a last word."""
    sys.stdout.write("a last word\n")
    sys.stdout.flush()
    os.kill(os.getpid(), document["signal"])
    time.sleep(FOR_EVER)
    return {}


def reads_null(document: Document, folder: Path) -> Document:
    """It reads where nothing is."""
    return {"byte": ctypes.string_at(0)}


def answers(document: Document, folder: Path) -> Document:
    """Its answer has about as many bytes as it is told."""
    return {"text": "x" * document["bytes"]}


def answers_with_a_list(document: Document, folder: Path) -> Any:
    """Its answer is no document."""
    return [1]


def answers_with_a_set(document: Document, folder: Path) -> Any:
    """Its answer is nothing that JSON knows."""
    return {"keys": {1}}


def floods(document: Document, folder: Path) -> Document:
    """It prints 20 MB on both streams."""
    for _ in range(1_000):
        os.write(1, b"o" * 10_000)
        os.write(2, b"e" * 10_000)
    return {"done": True}


def tells_surroundings(document: Document, folder: Path) -> Document:
    """What a process is born with."""
    handled = (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP)
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "session": os.getsid(0),
        "group": os.getpgid(0),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "default": all(signal.getsignal(number) is signal.SIG_DFL for number in handled),
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "files": sorted(int(entry.name) for entry in Path("/proc/self/fd").iterdir()),
        "stdin": str(Path("/proc/self/fd/0").readlink()),
        "threads": {name: os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")},
        "path": sys.path[0],
        "commands": [
            Path(f"/proc/{pid}/cmdline").read_text() for pid in (os.getpid(), os.getppid())
        ],
        "environment": Path("/proc/self/environ").read_text(),
        "loaded": "colorsys" in sys.modules,
    }


def sleeps(document: Document, folder: Path) -> Document:
    """It hangs in Python."""
    here(folder)
    time.sleep(FOR_EVER)
    return {}


def holds_the_interpreter(document: Document, folder: Path) -> Document:
    """It hangs in C, never lets another thread run, and does not listen to SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    lock = ctypes.create_string_buffer(256)
    library = ctypes.PyDLL(None)
    library.pthread_mutex_lock(lock)
    here(folder)
    library.pthread_mutex_lock(lock)
    return {}


def matches(document: Document, folder: Path) -> Document:
    """It computes for years, in C."""
    return {"matches": bool(re.match(r"(a+)+$", "a" * 60 + "b"))}


def is_stopped(document: Document, folder: Path) -> Document:
    """It does not even run."""
    here(folder)
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(FOR_EVER)
    return {}


def sleeps_in_threads(document: Document, folder: Path) -> Document:
    """It hangs in the main thread and in another one, which nobody waits for."""
    threading.Thread(target=a_thread_of_its_own, daemon=False).start()
    time.sleep(FOR_EVER)
    return {}


def a_thread_of_its_own() -> None:
    """Hangs."""
    time.sleep(FOR_EVER)


def recurses(document: Document, folder: Path) -> Document:
    """It hangs five hundred calls deep."""
    return the_innermost(500)


def the_innermost(depth: int) -> Document:
    """Hangs at the last depth."""
    if depth:
        return the_innermost(depth - 1)
    time.sleep(FOR_EVER)
    return {}


def leaves_a_thread(document: Document, folder: Path) -> Document:
    """It answers, and a thread of it would go on for ever."""
    threading.Thread(target=a_thread_of_its_own, daemon=False).start()
    return {"done": True}


def has_offspring(document: Document, folder: Path) -> Document:
    """It starts a child in its group, one with a child in another session, and a daemon; it hangs.

    With `answer` it answers. All of them are deaf to SIGTERM.
    """
    os.environ["PIDS"] = str(folder / "pids")
    note(folder, subprocess.Popen(["sh", "-c", DEAF]).pid)
    note(folder, subprocess.Popen(["sh", "-c", DEAF], start_new_session=True).pid)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            note(folder, os.getpid())
            time.sleep(FOR_EVER)
        os._exit(0)
    os.wait()
    wait_for_lines(folder, OFFSPRING)
    return {"done": True} if document.get("answer") else holds_the_interpreter(document, folder)


# What ignores a signal hands that on to what it starts.
DEAF = f'trap "" TERM; sleep {FOR_EVER} & echo $! >> "$PIDS"; wait'
OFFSPRING = 5


def here(folder: Path) -> None:
    """This process stands in the folder's list."""
    note(folder, os.getpid())


def note(folder: Path, pid: int) -> None:
    """The process stands in the folder's list; one write, so that lines never mix."""
    with (folder / "pids").open("a", encoding="ascii") as pids:
        pids.write(f"{pid}\n")


def noted(folder: Path) -> list[int]:
    """The processes in the folder's list."""
    pids = folder / "pids"
    return json.loads(f"[{','.join(pids.read_text().split())}]") if pids.exists() else []


def wait_for_lines(folder: Path, lines: int) -> list[int]:
    """The processes in the folder's list, as soon as there are enough."""
    until = time.monotonic() + 30
    while len(found := noted(folder)) < lines:
        assert time.monotonic() < until, f"only {found} of {lines} processes came up in 30 s"
        time.sleep(0.01)
    return found
