"""A stage of the pipeline that raises: for every row, or for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seawall.config.judging import Stage
from seawall.contracts import Context
from seawall.drills.unchecked import unchecked
from seawall.stages.steps import bind

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FAULTY", "Faulty"]

FAULTY = "seawall.drills.stages:Faulty"
"""How a pipeline names the stage below."""


class Faulty:
    """The stage `use` with its own parameters `given`; raises for the row of that number, -1 for any."""

    def __init__(self, *, use: str, given: dict[str, Any], row: int, context: Context) -> None:
        self._row = row
        self._stage = bind(unchecked(Stage, {"use": use, "with": given}), context)

    def __call__(self, frame: pd.DataFrame) -> Any:
        """What the stage returns, unless this is where it is to raise."""
        if self._row < 0 or self._row in frame.index:
            raise ValueError("raised by the drill")
        return self._stage.called(frame)
