"""What a stage says of rows that it sets aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

__all__ = ["SetAside"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that leave for one reason (a rule's name), as they were in the stage; `column` broke it.

    The index has the rows' numbers in the batch. `notes` has for each row what was raised on it,
    where something was. Of records that could not be read `rows` has the numbers alone, `place` the
    file with the line or row group, `raw` the text. `looked_at` are the columns that together broke it,
    where that was not one.
    """

    rows: pd.DataFrame
    stage: str
    reason: str
    column: str = ""
    place: str = ""
    raw: str = ""
    notes: Sequence[str] = ()
    looked_at: Sequence[str] = ()
