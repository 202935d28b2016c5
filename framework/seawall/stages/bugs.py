"""What a user's code raises when it is wrong whatever the rows are."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["is_bug", "missing_column"]

_NEVER_A_ROWS = (NameError, ImportError, NotImplementedError, MemoryError, SystemExit)
# pandas' words for several columns at once: "['x'] not in index", "None of [Index(['x'], …"
_LISTED = re.compile(r"^(?:None of \[\w+\()?\[['\"](?P<name>[^'\"]+)['\"]")


def is_bug(error: BaseException, frame: pd.DataFrame) -> bool:
    """Whether no row can be to blame for what was raised on the frame.

    A name or module that isn't there, code that cannot be parsed, a column that the frame lacks.
    """
    if isinstance(error, SyntaxError):
        # A module's has a path; that of `ast.literal_eval` on a row's text has none.
        return error.filename is not None and Path(error.filename).is_absolute()
    return isinstance(error, _NEVER_A_ROWS) or missing_column(error, frame) is not None


def missing_column(error: BaseException | None, frame: pd.DataFrame) -> str | None:
    """The column that the code asked the frame for in vain; None if it raised for another reason.

    A key that is missing in a table or dictionary of the user's is another reason: which key is asked
    for depends on the row.
    """
    name: str | None = None
    if isinstance(error, AttributeError) and _like(error.obj, frame):
        name = error.name
    elif isinstance(error, KeyError) and error.args and _asked(error, frame):
        text = str(error.args[0])
        listed = _LISTED.search(text)
        name = text if listed is None else listed["name"]
    return None if name is None or name in frame.columns else name


def _asked(error: KeyError, frame: pd.DataFrame) -> bool:
    """Whether it was raised in choosing columns of the frame, or of one that was made from it."""
    return any(
        call.f_code.co_name == "__getitem__" and _like(call.f_locals.get("self"), frame)
        for call, _ in traceback.walk_tb(error.__traceback__)
    )


def _like(asked: Any, frame: pd.DataFrame) -> bool:
    return isinstance(asked, pd.DataFrame) and set(frame.columns) <= set(asked.columns)
