"""What keeps a plan from being made."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.errors import ConfigError, DataError, UnavailableError


@pytest.mark.parametrize(
    ("header", "said", "todo"),
    [
        ("k,c,xx", "a column is missing: 'x'", "did you mean 'xx'?"),
        ("k,x,y", "a column is missing: 'c'", "mend the source"),
        ("K,c,x", "a column is missing: 'k'", "did you mean 'K'?"),
        ("k,c,x,v", "a lookup adds a column whose name is taken: v", ""),
    ],
)
def test_columns(project: Any, header: str, said: str, todo: str) -> None:
    """A source that lacks a column, or has one that a lookup adds, is refused before a row is read."""
    for name in ("1", "2"):
        project.write(f"data/b/{name}.csv", f"{header}\n")
    if header.endswith("v"):
        project.change("columns:\n    k", "columns:\n    w: {dtype: string, nullable: true}\n    k")
        project.change("    v: {dtype: float64, nullable: true}\n", "")
        project.change("key: k,", "key: k, columns: [k, c, x, v],")
    with pytest.raises(DataError) as caught:
        project.plan()

    if not header.endswith("v"):
        assert caught.value.what == said
        assert caught.value.todo.startswith(todo)


def test_a_lookups_key_without_a_contract(project: Any) -> None:
    """A column that a lookup is joined by must be there, also where no column is declared."""
    start, stop = project.text.index("validate:"), project.text.index("  filters:")
    project.text = project.text[:start] + "validate:\n" + project.text[stop:]
    project.change("join: [c]", "join: {cc: c}")
    with pytest.raises(DataError, match="'cc'") as caught:
        project.plan()

    assert caught.value.todo == "did you mean 'c'?"


def test_undeclared_columns(project: Any) -> None:
    """Columns that nobody declared are refused where the file says so."""
    project.change("  filters:", "  extra_columns: forbid\n  filters:")
    project.plan()
    for name in ("1", "2"):
        project.write(f"data/b/{name}.csv", "k,c,x,more\n")
    with pytest.raises(DataError, match="nobody declared: more"):
        project.plan()


def test_missing_input(project: Any) -> None:
    """A batch without files is unavailable."""
    project.change("{batch}/*.csv", "{batch}/*.txt")
    with pytest.raises(UnavailableError, match="the input is missing"):
        project.plan()


@pytest.mark.parametrize(
    "source",
    ["raise OSError('disk')\n", "import nosuchmodule\n\ndef add(frame, *, column: str): ...\n"],
)
def test_a_step_that_cannot_be_imported(project: Any, source: str) -> None:
    """A module that raises when it is imported is a fault at its line of the file."""
    project.write(
        "unitproj/features.py", source + "\ndef add(frame, *, column: str):\n    return frame\n"
    )
    with pytest.raises(ConfigError) as caught:
        project.plan()

    (fault,) = caught.value.faults
    assert fault.path == "featurize.0.use"
    assert fault.place.text.strip() == "- use: unitproj.features:add"
    assert "cannot be imported" in fault.what
