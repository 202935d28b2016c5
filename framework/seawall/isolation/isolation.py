"""Calls in processes of their own, which end in time whatever they hang in."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from seawall.isolation.call import opened
from seawall.isolation.conversation import Patience, reply_to
from seawall.isolation.forkserver import Forkserver, Needs
from seawall.isolation.reply import Died, Reply
from seawall.isolation.wire import framed

__all__ = ["Isolation"]


class Isolation:
    """Forks a process for each call from a server that has imported what the calls need.

    The server starts at `begin` or with the first call. Calls may come from several threads.
    """

    def __init__(
        self, *, preload: Sequence[str] = (), path: Sequence[str] = (), grace_s: float = 2.0
    ) -> None:
        """Nothing is started yet.

        `preload` are modules that the server imports where it can, `path` goes first on sys.path,
        `grace_s` is what lies between SIGTERM and SIGKILL for a call whose time is up.
        """
        self._needs = Needs(tuple(preload), tuple(path), grace_s)
        self._lock = threading.Lock()
        self._forkserver: Forkserver | None = None
        self._closed = False

    @classmethod
    def forked(cls, *, grace_s: float = 2.0) -> Self:
        """An isolation whose server is a fork of this process, which has imported what calls need.

        `begin` has to come before the process has a second thread; else the server is started anew.
        """
        made = cls(grace_s=grace_s)
        made._needs = replace(made._needs, is_here=True)
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def begin(self) -> None:
        """The server is on its way; nobody waits for what it imports."""
        self._running()

    def call(
        self,
        handler: str,
        document: Mapping[str, Any],
        *,
        folder: Path,
        timeout_s: float,
        stop: Callable[[], bool],
    ) -> Reply:
        """What `handler` (module:function) returned for (document, folder), or why it did not.

        Returns within timeout_s + grace_s and a third of a second, or a third of a second after
        `stop()` turned true. The process and all that it started are gone then. Both documents are
        JSON; the answer has at most 1 MiB. What the process prints is kept for its last words.
        """
        place = str(folder.absolute())
        request = framed({"handler": handler, "document": document, "folder": place})
        until = time.monotonic() + timeout_s
        patience = Patience(timeout_s, self._needs.grace_s, stop)
        reply, was_begun = self._tried(request, patience)
        if isinstance(reply, Died) and not was_begun:
            # Most likely the server was killed while nobody called; nothing has happened so far.
            left_s = until - time.monotonic()
            reply, _ = self._tried(request, replace(patience, timeout_s=left_s))
        return reply

    def rest(self) -> None:
        """The server is gone and its memory given back; calls in flight come back as stopped."""
        with self._lock:
            forkserver, self._forkserver = self._forkserver, None
        if forkserver is not None:
            forkserver.end()

    def close(self) -> None:
        """No process is left, and no call can be made."""
        self._closed = True
        self.rest()

    def _tried(self, request: bytes, patience: Patience) -> tuple[Reply, bool]:
        """The reply, and whether a process was there to give it."""
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            try:
                forkserver = self._running()
            except OSError as error:
                return Died(f"could not be started: {error}", time.monotonic() - began), False
            try:
                call = stack.enter_context(opened(forkserver, request))
            except (BrokenPipeError, ConnectionResetError):  # it ended before it could be told
                how, words = forkserver.loss()
                lost = Died(f"its server was lost, {how}", time.monotonic() - began, words)
                return lost, False
            except OSError as error:
                return Died(f"could not be started: {error}", time.monotonic() - began), False
            return reply_to(call, patience), call.pid is not None

    def _running(self) -> Forkserver:
        with self._lock:
            if self._closed:
                raise RuntimeError("the isolation is closed")
            if self._forkserver is None or not self._forkserver.is_usable:
                self._drop()
                self._forkserver = Forkserver(self._needs)
            return self._forkserver

    def _drop(self) -> None:
        if self._forkserver is not None:
            self._forkserver.end()
            self._forkserver = None
