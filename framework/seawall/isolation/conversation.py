"""A call from its request to its reply: it ends in time, whatever the process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from seawall.isolation.call import TICK_S, Call
from seawall.isolation.reply import Answered, Died, Reply, Stopped, TimedOut
from seawall.isolation.ward import STOP, TIME_UP

__all__ = ["Patience", "reply_to"]

_LATE_S = 0.2
_LEAVE_S = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, and after that its end; `stop` is asked all the while."""

    timeout_s: float
    grace_s: float
    stop: Callable[[], bool]


def reply_to(call: Call, patience: Patience) -> Reply:
    """What came of the call; its process and all that it started are gone.

    A process that not even SIGKILL ends (it waits for a dead disk) is left to the server.
    """
    began = time.monotonic()
    while not call.is_over:
        waited = time.monotonic() - began
        if patience.stop():
            return _stopped(call, began)
        if waited >= patience.timeout_s:
            return _timed_out(call, patience.grace_s, began)
        call.listen(min(TICK_S, patience.timeout_s - waited))
    call.take_the_rest()
    return _reply(call, began)


def _stopped(call: Call, began: float) -> Stopped:
    call.order(STOP)
    if call.pid is not None:
        call.has_ended_within(_LATE_S)
    return Stopped(_since(began))


def _timed_out(call: Call, grace_s: float, began: float) -> TimedOut:
    if call.pid is None:
        call.forkserver.kill()
        return TimedOut(_since(began), "the process was not begun: its server still imported")
    call.order(TIME_UP)
    ended = call.has_ended_within(grace_s + _LATE_S)
    if not ended and not call.is_obeyed:  # it is stopped or starved; its children die with it
        call.forkserver.kill()
    return TimedOut(_since(began), call.stack)


def _reply(call: Call, began: float) -> Reply:
    if call.answer is not None or call.spoiled:
        if call.spoiled or not call.has_ended_within(_LEAVE_S):
            call.order(STOP)
            call.has_ended_within(_LATE_S)
        return _answered(call, began)
    if call.forkserver.ended:
        return Stopped(_since(began))
    if call.ended:
        return Died(call.ended, _since(began), call.words)
    how, words = call.loss()
    return Died(f"its server was lost, {how}", _since(began), words)


def _answered(call: Call, began: float) -> Reply:
    if call.answer is None:
        return Died(call.spoiled, _since(began))
    if "returned" in call.answer:
        return Answered(call.answer["returned"], _since(began))
    raised, trace = call.answer["raised"], call.answer["trace"]
    return Died(f"raised {raised}", _since(began), trace)


def _since(began: float) -> float:
    return time.monotonic() - began
