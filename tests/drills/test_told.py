"""A drill is told in tables, as JSON and on a page."""

import json
from dataclasses import replace
from pathlib import Path

from seawall.contracts import Finding
from seawall.drills.document import document, page
from seawall.drills.result import Drilled
from seawall.drills.told import counted, degraded, grids, named, warned, weak
from seawall.drills.values import Case
from tests.drills.pieces import drilled, ended, loaded

WARNED = Finding("drift", "warn", "temp", "", "", "temp does not look as it did")


def told(folder: Path) -> Drilled:
    """A drill in which something of every kind came of it."""
    return drilled(
        loaded(folder),
        ended("primary", "nulls", "failed", "city", exit=65, message="<script>alert(1)</script>"),
        ended("primary", "nulls", "published", "load", changed_rows=2, mean_change=0.25),
        ended("lookup=weather", "down", "degraded", degradations={"weather=constants": 2}),
        ended("lookup=weather", "empty", "degraded", degradations={"weather=constants": 2}),
        ended("lookup=plants", "hang", "hung"),
        ended("model", "missing", "failed"),
    )


def test_a_cell_has_outcome_exit_and_seconds_and_marks_what_is_wrong(tmp_path: Path) -> None:
    """Columns of one fault share a cell; what was not tried is a dash."""
    tables, model = grids(told(tmp_path), width=100)
    cells = {row[0]: row[1:] for row in tables.rows}

    assert tables.headers == ("fault", "primary", "lookup=weather", "lookup=plants")
    assert cells["nulls"] == ("1×failed 65, 1×published! 0.5 s", "-", "-")
    assert cells["hang"] == ("-", "-", "hung! 0.5 s")
    assert model.rows == (("missing", "failed 69 0.5 s"),)


def test_rows_that_changed_with_a_warning_have_a_mark_of_their_own(tmp_path: Path) -> None:
    """They are no weakness, and not the healthy run's either."""
    end = ended("lookup=weather", "half_keys", "published", changed_rows=2, findings=(WARNED,))
    found = drilled(loaded(tmp_path), end)
    (table,) = grids(found, width=100)

    assert table.rows == (("half_keys", "published~ 0.5 s"),)
    assert list(warned(found)) == [
        "lookup=weather half_keys: 2 rows published with other predictions; it says so: "
        + WARNED.message
    ]


def test_one_fault_is_one_fault(tmp_path: Path) -> None:
    """And of how many, where the time was up before."""
    one = drilled(loaded(tmp_path), ended("model", "missing", "failed"))

    assert counted(one) == "1 fault on 2 rows, 3.0 s"
    assert counted(replace(one, untried=(Case("run", "kill"),))).startswith("1 of 2 faults on")


def test_parts_without_room_go_into_another_table(tmp_path: Path) -> None:
    """No line is longer than the terminal, as far as one part fits into it."""
    found = [grid.headers for grid in grids(told(tmp_path), width=60)]

    assert found[:2] == [("fault", "primary"), ("fault", "lookup=weather", "lookup=plants")]


def test_who_was_served_by_which_link_is_told_once(tmp_path: Path) -> None:
    """Two faults with the same consequence share a line."""
    assert list(degraded(told(tmp_path))) == [
        "weather=constants 2 rows: lookup=weather down, empty"
    ]


def test_cases_are_named_by_part_fault_and_column() -> None:
    """Each part and each fault once."""
    cases = [Case("a", "nulls", "x"), Case("a", "nulls", "y"), Case("a", "down"), Case("b", "down")]

    assert named(cases) == "a nulls of x, y, down; b down"


def test_a_weakness_is_told_with_its_line(tmp_path: Path) -> None:
    """What happened, then the key, the file and line, and what to write."""
    what, where = weak(told(tmp_path).weaknesses[0])

    assert what.startswith(
        "primary nulls of load: 2 rows published with other predictions (by 0.25"
    )
    assert "`validate.columns.load.max_null_share` at " in where
    assert where.endswith("max_null_share: 5%")


def test_the_document_is_json_with_every_case(tmp_path: Path) -> None:
    """A case says itself whether it is silently wrong."""
    whole = json.loads(json.dumps(document(told(tmp_path))))
    wrong = [case["column"] for case in whole["cases"] if case["silently_wrong"]]

    assert (len(whole["cases"]), whole["exit"], wrong) == (6, 0, ["load"])
    assert whole["weaknesses"][0]["key"] == "validate.columns.load.max_null_share"


def test_a_page_shows_text_as_text_and_asks_nothing_of_a_network(tmp_path: Path) -> None:
    """A message may hold anything."""
    html = page(told(tmp_path))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
