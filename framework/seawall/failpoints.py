"""Named places in the protocol where a test may kill or stop this process.

`SEAWALL_FAILPOINT=6e` kills the process when it reaches 6e for the first time, `6e:3` the third time;
`SEAWALL_FAILPOINT_STOP=6d` stops it there until somebody continues it. A name is reached when its
step is done. The numbers are the steps of the protocol.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

__all__ = ["FAILPOINTS", "reach"]

FAILPOINTS = (
    "1",  # the batch's lock is held, the holder is written into it
    "2",  # the newest log entry is read
    *(f"3{step}" for step in "abcde"),  # plan.json: opened, written, synced, renamed, folder synced
    *(f"4{step}" for step in "abcde"),  # a part: the same five
    *(f"4f{step}" for step in "abcde"),  # its receipt: the same five
    "4f",  # the receipt stands
    *(f"5{step}" for step in "abcde"),  # the joined file: the same five
    "5",  # the gate has judged
    *(f"6{step}" for step in "abcdefg"),  # the commit: 6e is the link, the commit point
    "7s",  # the view is the first stepping stone
    "7t",  # the view is the second
    "7a",  # the view's new link stands in the state folder
    "7b",  # it stands in place of the old view
    "7c",  # the published folder is synced
    "7d",  # the ledger has the run
    "7e",  # the last known good is promoted
    "8a",  # garbage: one file is gone
)
"""Every name that `reach` is called with."""

_KILL = "SEAWALL_FAILPOINT"
_STOP = "SEAWALL_FAILPOINT_STOP"
_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """This process goes on, unless the environment names this place."""
    if _KILL in os.environ or _STOP in os.environ:
        _reached[name] += 1
        _signal_if_asked(name, _KILL, signal.SIGKILL)
        _signal_if_asked(name, _STOP, signal.SIGSTOP)


def _signal_if_asked(name: str, variable: str, number: signal.Signals) -> None:
    asked, _, times = os.environ.get(variable, "").partition(":")
    if asked == name and _reached[name] == int(times or "1"):
        os.kill(os.getpid(), number)
