"""The run's own deadline."""

from __future__ import annotations

import faulthandler
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from seawall.errors import Exit, InterruptedRunError, SeawallError, TemporaryError
from seawall.running.order import Order

__all__ = ["Deadline", "watch", "watch_signal", "within_deadline"]

_LAST_WORDS_S = 5.0
_LONGEST_S = 1e9  # what locks can wait for is finite
_STDERR = 2
_LOOKS_S = 1.0
LastWords = Callable[[SeawallError], object]


class Deadline:
    """When a run's time is up; without a limit it never is."""

    def __init__(
        self, limit_s: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._ends = None if limit_s is None else clock() + limit_s
        self._met = threading.Event()

    def remaining(self) -> float | None:
        """The seconds that are left, 0 when there are none; None without a limit."""
        return None if self._ends is None else max(0.0, self._ends - self._clock())

    def meet(self) -> None:
        """The run has published or is over: nothing ends it any more."""
        self._met.set()

    def met_within(self, seconds: float) -> bool:
        """Whether the run has published, or is over, within so many seconds."""
        return self._met.wait(seconds)


@contextmanager
def within_deadline(order: Order, last_words: LastWords) -> Iterator[Deadline]:
    """The run stops at a chunk's border when its time is up or a signal came, and is killed when it does not.

    Whoever waits for `order.stop` wakes at the deadline. A run that is still at work `order.grace_s`
    later is hung: the stacks of all threads go to stderr, `last_words` may take five seconds to tell
    of its end, and the process ends with 75 (with 1 where foreign code holds the interpreter's lock,
    so that nobody can be told); after a signal with the signal's code. Raises TemporaryError for a run
    that stopped in time.
    """
    limit = order.loaded.config.limits.run_deadline
    limit_s = None if limit is None else min(limit.total_seconds(), _LONGEST_S)
    deadline = Deadline(limit_s)
    _in_background(watch_signal, deadline, order, last_words)
    with _limited(limit_s, deadline, order, last_words):
        try:
            yield deadline
        finally:
            deadline.meet()


@contextmanager
def _limited(
    limit_s: float | None, deadline: Deadline, order: Order, last_words: LastWords
) -> Iterator[None]:
    """Within, the run is watched if it has a limit."""
    if limit_s is None:
        yield
        return
    error = _over(f"{limit_s:,g} s")
    _in_background(watch, deadline, order, error, last_words)
    # Foreign code that holds the GIL holds the watch, too. This one is in C, later, and can exit 1 only.
    faulthandler.dump_traceback_later(limit_s + 3 * order.grace_s, file=_STDERR, exit=True)
    try:
        yield
    except InterruptedRunError as interrupted:
        if order.stop.signal_number:
            raise
        raise error from interrupted
    finally:
        faulthandler.cancel_dump_traceback_later()


def _in_background(work: Callable[..., None], *args: object) -> None:
    threading.Thread(target=work, args=args, daemon=True).start()


def watch_signal(deadline: Deadline, order: Order, last_words: LastWords) -> None:
    """A run that a signal asked to stop has stopped within its grace, or ended with the process."""
    while not order.stop.wait(_LOOKS_S):
        if deadline.met_within(0):
            return
    if not order.stop.signal_number or deadline.met_within(order.grace_s):
        return
    number = order.stop.signal_number
    what = f"the chunk in work did not end within {order.grace_s:g} s and is abandoned"
    _end(InterruptedRunError(what, number), order, last_words, code=128 + number)


def watch(
    deadline: Deadline,
    order: Order,
    error: SeawallError,
    last_words: LastWords,
) -> None:
    """The run's time was up before it published: it was asked to stop, or ended with the process."""
    if deadline.met_within(deadline.remaining() or 0.0):
        return
    order.stop.expire()
    if deadline.met_within(order.grace_s):
        return
    _end(error, order, last_words, code=Exit.TEMPFAIL)


def _end(error: SeawallError, order: Order, last_words: LastWords, *, code: int) -> None:
    """The process is over."""
    os.write(_STDERR, f"{error}\nit hangs; the stacks of its threads:\n".encode())
    faulthandler.dump_traceback(file=_STDERR, all_threads=True)
    # In a thread of its own: whoever is told may hang as well.
    teller = threading.Thread(target=last_words, args=(error,), daemon=True)
    teller.start()
    teller.join(min(order.grace_s, _LAST_WORDS_S))
    os._exit(code)


def _over(limit: str) -> TemporaryError:
    return TemporaryError(
        "the run's time is up",
        "limits.run_deadline",
        f"it is not published after {limit}",
        f"{limit} from start to publication",
        "run the batch again: finished chunks are reused; or give it more time",
    )
