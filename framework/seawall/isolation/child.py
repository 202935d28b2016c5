"""What happens in the process of one call."""

from __future__ import annotations

import faulthandler
import gc
import importlib
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from seawall.isolation import kin
from seawall.isolation.wire import framed, receive

__all__ = ["Cradle", "live"]

_TRACE_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Cradle:
    """What a process is born with: file numbers, and the process that forked it.

    `wire` leads to the caller, `output` and `trace` to the server; `foreign` are the server's own.
    """

    server: int
    wire: int
    output: int
    trace: int
    lifeline: int
    foreign: Iterable[int]


def live(cradle: Cradle) -> NoReturn:
    """Never returns: the call is answered, or the process has ended without an answer."""
    code = 1
    try:
        _settle(cradle)
        code = _answer(socket.socket(fileno=cradle.wire))
    except BaseException:  # noqa: BLE001 - ours; it is found in the call's last output
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)  # runs nobody's exit code, and waits for no thread that was left behind


def _settle(cradle: Cradle) -> None:
    os.setsid()
    # Orphans come to this process while it lives, so that the server can tell whose they are.
    kin.adopt()
    for number in cradle.foreign:
        os.close(number)
    os.dup2(cradle.output, 1)
    os.dup2(cradle.output, 2)
    os.close(cradle.output)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable(file=cradle.trace)
    faulthandler.register(signal.SIGUSR1, file=cradle.trace, all_threads=True)
    _listen_to_signals()
    kin.die_with(cradle.server, cradle.lifeline)
    gc.enable()


def _listen_to_signals() -> None:
    """As in a new interpreter; the server has blocked them all around the fork."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _answer(wire: socket.socket) -> int:
    """The exit code; whatever the function raised has been told."""
    request = receive(wire)
    if request is None:
        return 1
    try:
        told = framed({"returned": _called(request)})
    except SystemExit as wish:
        return wish.code if isinstance(wish.code, int) else int(wish.code is not None)
    except BaseException as error:  # noqa: BLE001 - foreign code; the caller is told all of it
        told = framed({"raised": _named(error), "trace": _traced(error)})
    wire.sendall(told)
    return 0


def _called(request: Mapping[str, Any]) -> dict[str, Any]:
    module, _, function = request["handler"].partition(":")
    called = getattr(importlib.import_module(module), function)
    answer = called(request["document"], Path(request["folder"]))
    if not isinstance(answer, dict):
        raise TypeError(f"{request['handler']} returned a {type(answer).__name__}, not a dict")
    return answer


def _named(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()[:_TRACE_CHARACTERS]


def _traced(error: BaseException) -> str:
    """Without frames of ours; the innermost stand at the end, so that is what is kept."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    told = traceback.format_exception(type(error), error, frames)
    return "".join(told)[-_TRACE_CHARACTERS:]


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed or replaced by the foreign code
            continue
