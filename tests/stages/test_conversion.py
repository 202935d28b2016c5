"""Typing a chunk: rows that cannot be typed leave where that is declared, and else end it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from seawall.config.contract import ColumnContract
from seawall.errors import DataError
from seawall.stages.conversion import Typed, typed

TEXT = {"k": ["a", "b", "c", "d"], "x": ["1.5", "x", "2", "y"], "n": ["1", "2", "z", "w"]}


def typed_text(columns: dict[str, list[Any]] = TEXT, **contracts: dict[str, Any]) -> Typed:
    """A table of text, typed."""
    declared = {name: ColumnContract(**one) for name, one in contracts.items()}
    return typed(pa.table(columns), declared, key="k", place=lambda row: f"row {row}")


def test_rows_that_cannot_be_typed_leave() -> None:
    """Each leaves once, for the first column that it breaks; the others have all their types."""
    away = {"on_violation": "quarantine"}
    found = typed_text(x={"dtype": "float64", **away}, n={"dtype": "int64", **away})
    left = {entry.reason: entry.rows.tolist() for entry in found.untyped}

    assert found.table.to_pydict() == {"k": ["a"], "x": [1.5], "n": [1]}
    assert left == {"x: not a float64": [1, 3], "n: not an int64": [2]}
    assert found.kept is not None
    assert found.kept.tolist() == [0]
    assert found.conversions == {"x: float64 from text": 2, "n: int64 from text": 2}


@pytest.mark.parametrize("does", ["fail", "warn"])
def test_a_value_without_a_type_cannot_pass(does: str) -> None:
    """Without quarantine, the first one ends the chunk with place, keys and values, warning or not."""
    with pytest.raises(DataError) as caught:
        typed_text(x={"dtype": "float64", "on_violation": does})
    error = caught.value

    assert (error.where, error.allowed) == ("row 1", "float64")
    assert error.seen == "2 values of string: 'x' (k 'b'), 'y' (k 'd')"


def test_a_column_of_another_type() -> None:
    """A column whose type has no way to the declared one ends the chunk, whatever is declared."""
    with pytest.raises(DataError, match="column 'x' is not of its declared type") as caught:
        typed_text({"x": [1, 2]}, x={"dtype": "bool", "on_violation": "quarantine"})

    assert caught.value.where == "row None"


@pytest.mark.parametrize(
    ("value", "contract", "todo"),
    [
        ("007", {"dtype": "int64"}, "declare the column as string"),
        ("N/A", {"dtype": "float64"}, "declare nulls: ['N/A']"),
        ("", {"dtype": "float64"}, "declare nulls: ['']"),
        ("1,234", {"dtype": "float64"}, "under `parse`"),
        ("no", {"dtype": "bool"}, "under `parse`"),
        ("31/01/2024", {"dtype": "timestamp"}, "under `parse`"),
        (" 7", {"dtype": "int64"}, "blanks around it"),
        ("seven", {"dtype": "int64"}, "mend the source"),
    ],
)
def test_what_to_do_about_it(value: str, contract: dict[str, Any], todo: str) -> None:
    """What the sender may have meant is what the error proposes."""
    with pytest.raises(DataError) as caught:
        typed_text({"x": [value]}, x=contract)

    assert todo in caught.value.todo


def test_columns_in_their_type_cost_nothing() -> None:
    """A column that has its type already is the same piece of memory afterwards."""
    table = pa.table({"k": ["a"], "x": [1.5]})
    found = typed(table, {"x": ColumnContract(dtype="float64")}, key="k", place=str)

    assert (
        found.table.column("x").chunk(0).buffers()[1].address
        == table.column("x").chunk(0).buffers()[1].address
    )


def test_what_people_do_not_see_of_a_value_without_a_type() -> None:
    """A blank behind a number is named, in the rows that leave and in the error that ends a run."""
    columns = {"k": ["a", "b"], "x": ["1", "2 "]}
    (entry,) = typed_text(columns, x={"dtype": "int64", "on_violation": "quarantine"}).untyped
    with pytest.raises(DataError) as caught:
        typed_text(columns, x={"dtype": "int64"})

    assert list(entry.notes) == ["'2 ' with a trailing space"]
    assert "'2 ' with a trailing space (k 'b')" in caught.value.seen
