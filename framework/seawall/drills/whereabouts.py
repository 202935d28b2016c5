"""Where a process was that had to be ended."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["within"]

_FRAME = re.compile(r'File "(.+)", line (\d+) in (\S+)')
_SEAWALL = str(Path(__file__).parents[1])


def within(stack: str, root: Path) -> str:
    """`in add_strain, factory/steps.py:19`: the innermost of faulthandler's frames in the project."""
    for path, line, function in _FRAME.findall(stack):
        if Path(path).is_relative_to(root) and not path.startswith(_SEAWALL):
            return f"in {function}, {Path(path).relative_to(root)}:{line}"
    return "in none of the project's own code"
