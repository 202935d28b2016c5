"""Which columns a rule looks at: what is shown of the rows that break it."""

from __future__ import annotations

import pandas as pd

from seawall.stages.steps import Bound

__all__ = ["looked_at"]

_MOST = 200
"""Of more columns none is tried: each costs a call."""


def looked_at(rule: Bound, frame: pd.DataFrame) -> tuple[str, ...]:
    """The columns that the rule declares to need, else those without which it raises; found once.

    It is tried on a frame without rows; of a rule that raises on one with every column, none is known.
    """
    if rule.looked_at is None:
        rule.looked_at = _found(rule, frame)
    return rule.looked_at


def _found(rule: Bound, frame: pd.DataFrame) -> tuple[str, ...]:
    if rule.declared is not None:
        return tuple(n for n in dict.fromkeys(rule.declared.needs) if n in frame.columns)
    empty = frame.iloc[:0]
    if len(empty.columns) > _MOST or _raises(rule, empty):
        return ()
    return tuple(str(name) for name in empty.columns if _raises(rule, empty.drop(columns=name)))


def _raises(rule: Bound, frame: pd.DataFrame) -> bool:
    try:
        rule.called(frame)
    except (Exception, SystemExit):  # noqa: BLE001 - foreign code
        return True
    return False
