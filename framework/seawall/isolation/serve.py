"""The server's process, from its first line to its last words."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import NoReturn

from seawall.isolation import kin
from seawall.isolation.server import ENDING, TICK_S, Server
from seawall.isolation.wire import receive

__all__ = ["serve"]

_CRASH_CHARACTERS = 4_000


def serve(number: int) -> NoReturn:
    """Never returns: calls are served until the parent closes the socket `number` or is gone.

    The process then ends at once: nobody needs what large libraries do at an interpreter's end.
    """
    crash = os.dup(2)
    faulthandler.enable(file=crash)
    code = 1
    try:
        _serve(socket.socket(fileno=number), crash)
        code = 0
    except BaseException:  # noqa: BLE001 - these are its last words; the parent reads them
        os.write(crash, traceback.format_exc()[-_CRASH_CHARACTERS:].encode())
    finally:
        os._exit(code)


def _serve(control: socket.socket, crash: int) -> None:
    control.set_inheritable(False)
    hello = receive(control)
    if hello is None:
        return
    sys.path[:] = hello["path"]
    _be_quiet()
    ringing, alarm = _alarm()
    kin.adopt()
    _preload(hello["preload"], hello["parent"])
    lifeline, held = os.pipe()
    server = Server(
        parent=hello["parent"],
        grace_s=hello["grace_s"],
        control=control,
        alarm=alarm,
        foreign=(crash, held, ringing.fileno()),
        lifeline=lifeline,
    )
    server.run()


def _be_quiet() -> None:
    """What imported modules print is nobody's output."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)


def _alarm() -> tuple[socket.socket, socket.socket]:
    """A socket from which the number of each signal can be read, and the end that they come in by."""
    ringing, alarm = socket.socketpair()
    ringing.setblocking(False)
    alarm.setblocking(False)
    signal.set_wakeup_fd(ringing.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *ENDING):
        signal.signal(number, lambda _number, _frame: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return ringing, alarm


def _preload(modules: Sequence[str], parent: int) -> None:
    """The modules are imported where that is possible; whoever needs one says why it is not."""
    with _ended_without(parent):
        for module in modules:
            with contextlib.suppress(Exception):
                importlib.import_module(module)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # A collection in a child would copy every page that it looks at.
    gc.disable()
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def _ended_without(parent: int) -> Iterator[None]:
    """While modules are imported nobody reads the socket, so a timer looks for the parent."""

    def look(_number: int, _frame: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
