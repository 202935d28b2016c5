"""A stage and a rule, and what can be neither."""

from __future__ import annotations

from typing import Any

import seawall

MUTE = 3


@seawall.stage(needs=["{column}"], adds=["y"])
def moor(frame: Any, *, column: str, factor: float = 2.0) -> Any:
    """`y` is the column, times the factor."""
    return frame.assign(y=frame[column] * factor)


class Afloat:
    """True where the column is above the line."""

    def __init__(self, *, column: str, line: float = 0.0) -> None:
        self.column, self.line = column, line

    def __call__(self, frame: Any) -> Any:
        """One truth value a row."""
        return frame[self.column] > self.line


class Pier:
    """A namespace, which an entry point cannot lead into."""

    moor = moor
