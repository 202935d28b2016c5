"""The catalogue is whole: an entry without a test would be a promise that nobody checks."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.catalogue import FAULTS, NEEDS, SECTIONS
from tests.faults.table import document


def test_every_entry_has_a_test() -> None:
    """For every id that can be caused there is a test of that name."""
    sources = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tested = {f"F{int(number):02}" for number in re.findall(r"def test_f(\d+)_", sources)}

    assert sorted(set(FAULTS) - set(NEEDS) - tested) == []


def test_every_entry_stands_under_a_heading() -> None:
    """The headings hold every number once."""
    listed = [f"F{number:02}" for numbers in SECTIONS.values() for number in numbers]

    assert listed == list(FAULTS)


def test_page_names_what_did_not_run() -> None:
    """An entry without a result is on the page as not run, with what it needs."""
    page = document([("F01", "78", "refused", 0.5)])

    assert "| F01 | " in page
    assert page.count("**not run**") == len(FAULTS) - len(NEEDS) - 1
    assert "not run: it needs the delta sink" in page
