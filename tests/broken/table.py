"""The document of broken inputs: what was broken, how the run ended, and what it said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["DOCUMENT", "document"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "broken-inputs.md"
HEAD = """\
# Broken inputs

One pipeline file, and everything around it broken in {count} ways; `pytest tests/broken --breaks write`
causes each for real, through the command line, and writes this page. After each that was refused,
readers still had the version before, byte for byte; where rows were set aside, the others were
published as in a clean run. What passes although it is written otherwise (columns in another order,
numbers as text, another time zone, …) is in `tests/broken/controls.py`.

| what is broken | exit | what happens |
|--|--|--|
"""


def document(rows: Iterable[tuple[str, int, str]]) -> str:
    """The page about these rows: what was broken, the exit code, what was said."""
    listed = sorted(rows, key=lambda row: (row[1], row[0]))
    lines = (f"| {what} | {code} | {said} |\n" for what, code, said in listed)
    return HEAD.format(count=len(listed)) + "".join(lines)
