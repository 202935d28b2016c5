"""Nothing is left over: whoever is killed, and whatever the call has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from seawall.isolation import Answered, Died, Isolation, Stopped, TimedOut
from tests.isolation.asking import GRACE_S, HERE, LONG_S, ask, eventually, left
from tests.isolation.foreign import OFFSPRING, noted, wait_for_lines

pytestmark = pytest.mark.kill
FRAMEWORK = str(Path(sys.modules["seawall"].__file__ or "").parents[1])

# It has no __main__ guard, calls from a thread, and prints nothing.
PARENT = f"""
import os, sys, threading, time
from pathlib import Path
from seawall.isolation import Isolation

isolation = Isolation(path=[{HERE!r}], grace_s=60)
folder = Path(sys.argv[2])

def call():
    isolation.call(sys.argv[1], {{}}, folder=folder, timeout_s=600, stop=lambda: False)

if "fork" in sys.argv:
    isolation.call("foreign:echoes", {{}}, folder=folder, timeout_s=60, stop=lambda: False)
    if os.fork() == 0:
        time.sleep(600)
threading.Thread(target=call).start()
"""

FORK = f"""
import os, sys
from pathlib import Path
from seawall.isolation import Isolation

isolation = Isolation(path=[{HERE!r}])

def tell_the_server():
    reply = isolation.call(
        "foreign:tells_surroundings", {{}}, folder=Path("."), timeout_s=60, stop=lambda: False
    )
    print(reply.document["parent"], flush=True)

tell_the_server()
if os.fork() == 0:
    tell_the_server()
    isolation.close()
    os._exit(0)
os.wait()
tell_the_server()
isolation.close()
"""


@contextmanager
def parent(name: str, folder: Path, *extra: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has called, in a group of its own, which is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, f"foreign:{name}", str(folder), *extra],
        env={**os.environ, "PYTHONPATH": FRAMEWORK},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def server_of(isolation: Isolation, folder: Path) -> int:
    """The number of the server's process."""
    reply = ask(isolation, "tells_surroundings", folder)
    assert isinstance(reply, Answered), reply
    return int(reply.document["parent"])


@pytest.mark.parametrize(("answer", "processes"), [(True, OFFSPRING), (False, OFFSPRING + 1)])
def test_a_call_takes_its_offspring_along(
    isolation: Isolation, tmp_path: Path, *, answer: bool, processes: int
) -> None:
    """Children in the group, in sessions of their own and daemons are gone when the call is back."""
    timeout_s = LONG_S if answer else 2.0
    reply = ask(isolation, "has_offspring", tmp_path, timeout_s=timeout_s, answer=answer)

    assert isinstance(reply, Answered if answer else TimedOut)
    assert len(noted(tmp_path)) == processes
    assert left(noted(tmp_path), within_s=0) == []


def test_an_end_leaves_other_calls_alone(isolation: Isolation, tmp_path: Path) -> None:
    """What another call started is not swept away with what this one left."""
    folder, other = tmp_path / "one", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    hanging = threading.Thread(target=ask, args=(isolation, "has_offspring", other))
    hanging.start()
    eventually(lambda: len(noted(other)) == OFFSPRING + 1)

    ask(isolation, "has_offspring", folder, answer=True)

    assert left(noted(folder)) == []
    assert len(left(noted(other), within_s=0)) == OFFSPRING + 1
    isolation.close()
    hanging.join()


def test_a_killed_process_has_died(isolation: Isolation, tmp_path: Path) -> None:
    """A kill from outside, as the kernel's for memory, is named."""
    killer = threading.Thread(
        target=lambda: os.kill(wait_for_lines(tmp_path, 1)[0], signal.SIGKILL)
    )
    killer.start()

    reply = ask(isolation, "sleeps", tmp_path)

    killer.join()
    assert isinstance(reply, Died)
    assert reply.reason == "killed by SIGKILL"


@pytest.mark.parametrize("name", ["sleeps", "holds_the_interpreter", "is_stopped"])
@pytest.mark.parametrize("extra", [(), ("fork",)], ids=["alone", "forked"])
def test_a_killed_parent_leaves_nobody(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    """Server and process are gone within two seconds, also while a fork holds the sockets open."""
    with parent(name, tmp_path, *extra) as process:
        (child,) = wait_for_lines(tmp_path, 1)
        server = psutil.Process(child).ppid()

        process.kill()

        assert left([server, child]) == []


def test_a_killed_parent_leaves_no_offspring(tmp_path: Path) -> None:
    """What the process has started in other sessions goes as well."""
    with parent("has_offspring", tmp_path) as process:
        pids = wait_for_lines(tmp_path, OFFSPRING + 1)

        process.kill()

        assert left(pids) == []


def test_a_parent_killed_while_the_server_imports_leaves_nobody(tmp_path: Path) -> None:
    """A server that has not come to its socket yet looks for its parent all the same."""
    (tmp_path / "slow.py").write_text(
        "import pathlib, os, time\n"
        f"pathlib.Path({str(tmp_path / 'pids')!r}).write_text(str(os.getpid()) + '\\n')\n"
        "time.sleep(3600)\n"
    )
    code = (
        "from seawall.isolation import Isolation; import time\n"
        f"Isolation(preload=['slow'], path=[{str(tmp_path)!r}]).begin(); time.sleep(600)"
    )
    environment = {**os.environ, "PYTHONPATH": FRAMEWORK}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as process:
        servers = wait_for_lines(tmp_path, 1)

        process.kill()

        assert left(servers) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_server_takes_its_calls_along(
    isolation: Isolation, tmp_path: Path, number: int
) -> None:
    """A call in flight has died, its process too, and the next call starts a new server."""
    killer = threading.Thread(
        target=lambda: os.kill(psutil.Process(wait_for_lines(tmp_path, 1)[0]).ppid(), number)
    )
    killer.start()

    reply = ask(isolation, "holds_the_interpreter", tmp_path)

    killer.join()
    assert isinstance(reply, Died)
    assert left(noted(tmp_path)) == []
    assert isinstance(ask(isolation, "echoes", tmp_path), Answered)


def test_a_server_killed_between_calls_is_replaced(isolation: Isolation, tmp_path: Path) -> None:
    """Nobody learns of a server that was killed while no call was in flight."""
    os.kill(server_of(isolation, tmp_path), signal.SIGKILL)

    assert isinstance(ask(isolation, "echoes", tmp_path), Answered)


def test_a_stopped_server_holds_nothing_up(isolation: Isolation, tmp_path: Path) -> None:
    """A server that answers to nobody is killed with its calls when their time is up."""
    server = server_of(isolation, tmp_path)
    stopper = threading.Thread(
        target=lambda: (wait_for_lines(tmp_path, 1), os.kill(server, signal.SIGSTOP))
    )
    stopper.start()

    reply = ask(isolation, "is_stopped", tmp_path, timeout_s=2.0)

    stopper.join()
    assert isinstance(reply, TimedOut)
    assert left([server, *noted(tmp_path)]) == []


@pytest.mark.parametrize("end", ["rest", "close"])
def test_an_end_stops_calls_in_flight(isolation: Isolation, tmp_path: Path, end: str) -> None:
    """`rest` and `close` leave no process, and what was in flight comes back as stopped."""
    replies: list[object] = []
    hanging = threading.Thread(
        target=lambda: replies.append(ask(isolation, "has_offspring", tmp_path))
    )
    hanging.start()
    pids = wait_for_lines(tmp_path, OFFSPRING + 1)
    server = psutil.Process(pids[-1]).ppid()

    getattr(isolation, end)()

    hanging.join()
    assert isinstance(replies[0], Stopped)
    assert left([server, *pids], within_s=0) == []


def test_a_call_after_a_rest_starts_again(isolation: Isolation, tmp_path: Path) -> None:
    """A rest gives the memory back; the next call has another server."""
    before = server_of(isolation, tmp_path)

    isolation.rest()

    assert left([before], within_s=0) == []
    assert server_of(isolation, tmp_path) != before


def test_a_closed_isolation_calls_nobody(isolation: Isolation, tmp_path: Path) -> None:
    """A call after the close is a mistake of ours, and says so."""
    isolation.close()

    with pytest.raises(RuntimeError, match="is closed"):
        ask(isolation, "echoes", tmp_path)


def test_a_forked_copy_leaves_the_server_alone(tmp_path: Path) -> None:
    """A fork that closes its copy does not end our server, and its own calls have another one."""
    done = subprocess.run(
        [sys.executable, "-c", FORK, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": FRAMEWORK},
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )

    before, of_the_fork, after = done.stdout.split()
    assert before == after != of_the_fork


def test_the_server_has_one_thread(tmp_path: Path) -> None:
    """Forking is safe with numpy, pandas and pyarrow imported: none of them started a thread."""
    modules = ["numpy", "pandas", "pyarrow", "pyarrow.parquet", "sqlalchemy"]
    with Isolation(preload=modules, path=[HERE], grace_s=GRACE_S) as isolation:
        server = server_of(isolation, tmp_path)

        assert psutil.Process(server).num_threads() == 1


def test_a_server_that_cannot_begin_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the interpreter cannot even start, each call has died with its words."""
    monkeypatch.setenv("PYTHONHOME", str(tmp_path / "nowhere"))
    with Isolation() as isolation:
        reply = ask(isolation, "echoes", tmp_path)

    assert isinstance(reply, Died)
    assert reply.reason == "its server was lost, ended with exit code 1"
    assert "encodings" in reply.trace
