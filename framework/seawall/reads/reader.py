"""Reads sources for one run: bounded, tried again, told of."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from seawall.config.sources import FilesSource, SourceSection, SqlSource
from seawall.contracts import Failure, Request
from seawall.errors import InterruptedRunError, StorageError
from seawall.events import AttemptFailed, ReadBegins
from seawall.isolation import Answered, Reply, Stopped
from seawall.reads.attempts import Attempts
from seawall.reads.budget import Budget
from seawall.reads.failing import blamed, failure_of_reply, words
from seawall.reads.values import Read, Stop, Terms, Unread
from seawall.secrets import Redaction
from seawall.sources.delivery import HANDLER, READY, deliver, document_of, failure_in, leavings

__all__ = ["Calls", "Reader", "at_home"]

_START_S = 60.0


class Calls(Protocol):
    """Who calls in a process of its own."""

    def call(
        self,
        handler: str,
        document: Mapping[str, Any],
        *,
        folder: Path,
        timeout_s: float,
        stop: Callable[[], bool],
    ) -> Reply:
        """What came of the call, at the latest shortly after `timeout_s`."""
        ...

    def rest(self) -> None:
        """Memory is given back until the next call."""
        ...


class _Unstopped:
    """For a read that nobody can stop."""

    signal_number = 0

    def __call__(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def _never_over() -> float | None:
    return None


@dataclass(slots=True)
class Reader:
    """What reading needs of a run. `remaining` is what the run's own deadline leaves, in seconds.

    `redaction` hides the secrets of the whole file: sources may tell those of others.
    Without `calls` only sources that touch neither a network nor foreign code can be read.
    """

    env: Mapping[str, str] = field(repr=False)
    tell: Callable[..., Any]
    calls: Calls | None = None
    stop: Stop = field(default_factory=_Unstopped)
    remaining: Callable[[], float | None] = _never_over
    budget: Budget = field(default_factory=Budget)
    redaction: Redaction = field(default_factory=Redaction)
    attempts: Callable[..., Attempts] = Attempts
    _starting: threading.Lock = field(default_factory=threading.Lock, init=False)
    _is_ready: bool = field(default=False, init=False)

    def read(
        self,
        section: SourceSection,
        request: Request,
        *,
        name: str,
        into: Path,
        terms: Terms,
    ) -> Read | Unread:
        """The rows are in the file `into` (.arrow or .parquet), or it is said why not.

        Several threads may read at once, into different files. Raises InterruptedRunError when the
        run is asked to stop, StorageError when our own disk refuses.
        """
        attempts = self.attempts(terms, self.budget, self.remaining)
        attempt = self._attempt(section, request, into, terms)

        def tell(failure: Failure, wait_s: float | None) -> None:
            _sweep(into)
            self._tell_failure(name, attempts, failure, wait_s)

        self._tell_begin(name, terms)
        try:
            outcome = attempts.carry_out(attempt, sleep=self._sleep, tell=tell)
        except BaseException:
            _sweep(into)
            raise
        if isinstance(outcome, Failure):
            first = attempts.first or outcome
            return Unread(outcome, first, attempts.made, attempts.seconds, attempts.given_up)
        as_of = datetime.fromisoformat(outcome["as_of"]) if outcome["as_of"] else None
        return Read(into, outcome["rows"], outcome["bytes"], attempts.made, attempts.seconds, as_of)

    def rest(self) -> None:
        """Nothing is read for a while: what reading holds in memory is given back."""
        with self._starting:
            self._is_ready = False
            if self.calls is not None:
                self.calls.rest()

    def _attempt(
        self, section: SourceSection, request: Request, into: Path, terms: Terms
    ) -> Callable[[float], Mapping[str, Any] | Failure]:
        """How an attempt is made: called with the seconds that it has, here or in a process."""
        own = Redaction.of(section, self.env)

        def redacted(answer: Mapping[str, Any] | Failure) -> Mapping[str, Any] | Failure:
            if not isinstance(answer, Failure):
                return answer
            told: Failure = self.redaction.value(own.value(blamed(answer, section)))
            return told

        if at_home(section, self.env, terms):
            document = document_of(section, request, self.env, into.name)
            return lambda _: redacted(_checked(deliver(document, into.parent), into))
        self._get_ready(into.parent)

        def aside(timeout_s: float) -> Mapping[str, Any] | Failure:
            asked = replace(request, timeout_s=timeout_s)
            document = document_of(section, asked, self.env, into.name)
            return redacted(self._aside(document, into.parent, timeout_s))

        return aside

    def _get_ready(self, folder: Path) -> None:
        """Processes can be begun: what they import first is not on the upstream's time."""
        with self._starting:
            if self._is_ready or self.calls is None:
                return
            reply = self.calls.call(READY, {}, folder=folder, timeout_s=_START_S, stop=self.stop)
            if isinstance(reply, Stopped):
                raise self._interrupted()
            self._is_ready = isinstance(reply, Answered)

    def _aside(
        self, document: Mapping[str, Any], folder: Path, timeout_s: float
    ) -> Mapping[str, Any] | Failure:
        """The answer of an attempt in a process of its own."""
        if self.calls is None:
            raise AssertionError("a reader without a process to read in")
        reply = self.calls.call(
            HANDLER, document, folder=folder, timeout_s=timeout_s, stop=self.stop
        )
        if isinstance(reply, Stopped):
            raise self._interrupted()
        if isinstance(reply, Answered):
            return _checked(reply.document, folder / document["into"])
        return failure_of_reply(reply)

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise self._interrupted()

    def _interrupted(self) -> InterruptedRunError:
        number = self.stop.signal_number or int(signal.SIGTERM)
        return InterruptedRunError("stopped while a source was read", number)

    def _tell_begin(self, name: str, terms: Terms) -> None:
        self.tell(
            ReadBegins,
            source=name,
            attempt_timeout_s=terms.attempt_timeout_s,
            deadline_s=terms.deadline_s,
            max_attempts=terms.max_attempts,
        )

    def _tell_failure(
        self, name: str, attempts: Attempts, failure: Failure, wait_s: float | None
    ) -> None:
        self.tell(
            AttemptFailed,
            source=name,
            attempt=attempts.made,
            problem=words(failure),
            seconds=attempts.seconds,
            wait_s=wait_s,
            trace=failure.trace,
        )


def at_home(section: SourceSection, env: Mapping[str, str], terms: Terms) -> bool:
    """Whether it is read in this process: without bounds, and no network or foreign code in it."""
    if terms.bounded:
        return False
    if isinstance(section, FilesSource):
        return not (section.remote or section.compressed)
    if isinstance(section, SqlSource):
        url = section.url if isinstance(section.url, str) else env.get(section.url.env, "")
        return url.startswith("sqlite")
    return False


def _checked(answer: Mapping[str, Any], into: Path) -> Mapping[str, Any] | Failure:
    """The answer, or the failure in it; StorageError when our own disk refused."""
    if "unwritten" in answer:
        raise StorageError(
            "what an upstream sent cannot be stored",
            str(into),
            answer["unwritten"],
            todo="free some space or choose another folder, then run again",
        )
    return failure_in(answer) or answer


def _sweep(into: Path) -> None:
    """Nothing of a failed attempt is left, whatever ended it."""
    for left in leavings(into):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
