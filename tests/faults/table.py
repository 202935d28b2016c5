"""The page about the catalogue: what each fault came to when it was caused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.faults.catalogue import FAULTS, NEEDS, SECTIONS

__all__ = ["DOCUMENT", "Row", "document"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
Row = tuple[str, str, str, float]
"""An entry's id, the exit code, what happened, and the seconds that its test took."""

HEAD = """\
# What happens when things break

{caused} of {all} faults, each caused for real: by a killed process, a full disk, a server that drips bytes, a torn
file. `pytest -n 3 -m faults --breaks write` runs the tests in `tests/faults`, one an entry and named by its id, and
writes this page from what they saw. The seconds are those of the whole test, on two cores.
"""
COLUMNS = "| id | what breaks | exit | what happens | seconds |\n|--|--|--|--|--|\n"


def document(rows: Iterable[Row]) -> str:
    """The page about these rows; an entry without one is named as not run."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    head = HEAD.format(caused=len(found), all=len(FAULTS))
    parts = (_section(title, numbers, found) for title, numbers in SECTIONS.items())
    return head + "".join(parts)


def _section(title: str, numbers: Iterable[int], found: dict[str, list[Row]]) -> str:
    lines = (line for number in numbers for line in _lines(f"F{number:02}", found))
    return f"\n## {title}\n\n{COLUMNS}{''.join(lines)}"


def _lines(name: str, found: dict[str, list[Row]]) -> Iterator[str]:
    rows = sorted(found.get(name, ()))
    if not rows:
        why = f"not run: it needs {NEEDS[name]}" if name in NEEDS else "**not run**"
        yield f"| {name} | {FAULTS[name]} | - | {why} | - |\n"
        return
    codes = " / ".join(dict.fromkeys(row[1] for row in rows))
    happened = "; ".join(dict.fromkeys(row[2] for row in rows))
    seconds = sum(row[3] for row in rows)
    yield f"| {name} | {FAULTS[name]} | {codes} | {happened} | {seconds:.1f} |\n"
