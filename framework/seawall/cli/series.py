"""`seawall run --batch A..B`: one run a batch, in order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seawall.cli.terminal import mention, warn
from seawall.cli.watched import document_of, stopped_by_signals, watched
from seawall.cli.words import duration
from seawall.errors import Exit

if TYPE_CHECKING:
    from seawall.running import Order, RunResult

__all__ = ["run_in_order"]


@dataclass(frozen=True, slots=True)
class _Ended:
    """A run of the series, and the code that the command would have ended with."""

    result: RunResult
    code: Exit


def run_in_order(first: Order, batches: Iterable[str], how: dict[str, Any]) -> Exit:
    """The code of the first run that failed, after each batch was run, or those up to that one.

    `first` says how each is run. Held counts as failed. With `keep_going` only a signal ends the
    series early.
    """
    left, ended = list(batches), list[_Ended]()
    with stopped_by_signals(first.stop):
        while left and not first.stop.signal_number:
            ended.append(_run(_order(first, left.pop(0)), how))
            if ended[-1].result.error is not None and not how["keep_going"]:
                break
    if not how["as_json"]:
        mention(_closing(ended, len(left)))
    cut_short = left or (ended and ended[-1].result.state == "interrupted")
    return _code(ended, first.stop.signal_number if cut_short else 0)


def _order(first: Order, batch: str) -> Order:
    from seawall.running.order import new_run_id

    return replace(first, batch=batch, run_id=new_run_id(datetime.now(UTC)))


def _run(order: Order, how: dict[str, Any]) -> _Ended:
    result = watched(order, how["log_format"], verbose=how["verbose"])
    code = result.strict_exit if how["strict_exit"] else result.exit
    if how["as_json"]:
        mention(json.dumps(document_of(result) | {"exit": int(code)}))
    else:
        mention(_line(result))
        if result.error is not None:
            warn(str(result.error))
    return _Ended(result, code)


def _line(result: RunResult) -> str:
    done = result.error is None
    version = f" as version {result.version}" if done else f", exit {int(result.exit)}"
    rows = f"{result.account.published:,} of {result.account.read:,} rows published"
    degraded = f", {result.degraded_rows:,} degraded" if result.degraded_rows else ""
    explain = "" if done else f"; seawall explain {result.run_id}"
    took = duration(result.seconds)
    return f"{result.batch}: {result.state}{version}; {rows}{degraded}, {took}{explain}"


def _closing(ended: list[_Ended], left: int) -> str:
    """`9 batches: 7 published, 1 held; 1 not begun`."""
    states = Counter(one.result.state for one in ended)
    told = ", ".join(f"{count:,} {state}" for state, count in states.items())
    rest = f"; {left:,} not begun" if left else ""
    return f"{len(ended) + left:,} batches: {told or 'none run'}{rest}"


def _code(ended: list[_Ended], signal_number: int) -> Exit:
    if signal_number:
        return Exit(128 + signal_number)
    failed = (one.code for one in ended if one.result.error is not None)
    degraded = (one.code for one in ended if one.code != Exit.OK)
    return next(failed, next(degraded, Exit.OK))
