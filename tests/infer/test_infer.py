"""What is proposed for columns of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from seawall.errors import DataError

AMBIGUOUS = (
    "looks like dtype: timestamp, parse: {format: '%d/%m/%Y'}"
    " or dtype: timestamp, parse: {format: '%m/%d/%Y'}"
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 100] * 20, {"dtype": "int64", "min": 0, "max": 125}),
        ([-33.5, 1301.0] * 20, {"dtype": "float64", "min": -400.0, "max": 1700.0}),
        ([0.25, 0.5] * 20, {"dtype": "float64", "min": 0.0, "max": 1.0}),
        (pa.array([0, 200] * 20, pa.uint8()), {"dtype": "uint8", "min": 0, "max": 250}),
        (pa.array([1, 250] * 20, pa.uint8()), {"dtype": "uint8", "min": 0, "max": 255}),
        (pa.array([1.5] * 40, pa.float32()), {"dtype": "float32", "min": 0.0, "max": 1.9}),
        ([2**60, 1] * 20, {"dtype": "int64"}),
        ([float("inf"), 1.0] * 20, {"dtype": "float64", "infinities": True}),
        ([True, False] * 20, {"dtype": "bool"}),
        ([datetime(2024, 1, 1), datetime(2024, 1, 2)], {"dtype": "timestamp"}),  # noqa: DTZ001
        ([datetime(2024, 1, 1, tzinfo=UTC)] * 9, {"dtype": "timestamp", "timezone": "UTC"}),
        ([date(2024, 1, 1)] * 9, {"dtype": "timestamp"}),
        ([Decimal("1.00"), Decimal("7.00")], {"dtype": "int64", "min": 0, "max": 9}),
        (["a", "b"] * 100, {"dtype": "category", "one_of": ["a", "b"]}),
        (["a", "bc"] * 10, {"dtype": "string"}),
        (pa.array(["a", "bc"] * 10).dictionary_encode(), {"dtype": "category"}),
        (
            [f"AB-{n:04d}" for n in range(1000, 1040)],
            {"dtype": "string", "pattern": r"[A-Z]{2}\-[0-9]{4}"},
        ),
        (
            [f"{n:08x}" for n in range(10**9, 10**9 + 40)],
            {"dtype": "string", "pattern": "[0-9a-f]{8}"},
        ),
    ],
)
def test_contracts(contract: Any, values: Any, expected: dict[str, Any]) -> None:
    """Type, bounds with some room, few texts as choices, and the shape of codes."""
    assert contract(values)[0] == expected


@pytest.mark.parametrize(
    ("nulls", "rows", "share"),
    [(1, 100, "2%"), (10, 100, "15%"), (50, 100, "80%"), (60, 100, None)],
)
def test_nulls(contract: Any, nulls: int, rows: int, share: str | None) -> None:
    """Nulls are allowed where there are some, half as many again, in a round share."""
    found, notes = contract([None] * nulls + [1.5] * (rows - nulls))

    assert found["nullable"] is True
    assert found.get("max_null_share") == share
    assert f"{nulls}% null" in notes


def test_nan_is_a_null(contract: Any) -> None:
    """A frame takes NaN for a null, and so does the proposal."""
    assert contract([float("nan")] + [1.0] * 99)[0]["nullable"] is True


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1", "22"] * 20, "looks like dtype: int64"),
        (["1.5", "22"] * 20, "looks like dtype: float64"),
        (["2024-01-01", "2024-01-02T12:00"] * 20, "looks like dtype: timestamp"),
        (["2024-01-01T00:00Z"] * 20, "looks like dtype: timestamp, timezone: UTC"),
        (["007", "42"] * 20, "digits with zeros in front, which a number would lose"),
        (["1", "NA"] * 20, "20 values 'NA': nulls: ['NA'] would make them null"),
        (
            ["NA", *(f"{n}.5" for n in range(1_500))],
            "1 values 'NA': nulls: ['NA'] would make them null",
        ),
        (["1.234,5", "12,0"], "looks like dtype: float64, parse: {decimal: ',', thousands: '.'}"),
        (["1.234.567", "1"], "looks like dtype: int64, parse: {decimal: ',', thousands: '.'}"),
        (
            ["1,234", "2,500"],
            "looks like dtype: int64, parse: {thousands: ','} or dtype: float64, parse: {decimal: ','}",
        ),
        (
            ["31/01/2024 12:30:00 +0000"],
            "looks like dtype: timestamp, timezone: UTC, parse: {format: '%d/%m/%Y %H:%M:%S %z'}",
        ),
        (
            ["03/04/2024"],
            AMBIGUOUS,
        ),
        (["yes", "no"], "looks like dtype: bool, parse: {'true': ['yes'], 'false': ['no']}"),
        (["JFK", "JFK "] * 20, "20 values with blanks around them"),
    ],
)
def test_text_stays_text(contract: Any, values: list[str], words: str) -> None:
    """Text of a source with types is never proposed as anything else; what it looks like is told."""
    found, notes = contract(values)

    assert found["dtype"] == "string"
    assert words in notes


def test_text_without_types_is_what_all_of_it_can_be_read_as(project: Any) -> None:
    """A CSV file has text alone: numbers and times in it are proposed as such, codes are not."""
    lines = [
        f"{n},{n / 4},0{n % 10},2024-01-{n % 9 + 1:02d},{'NA' if n == 3 else n}" for n in range(40)
    ]
    found = project.text("\n".join(["k,number,code,day,holes", *lines]) + "\n").infer(form="csv")
    types = {entry.column: entry.contract["dtype"] for entry in found.proposals}

    assert types == {
        "k": "int64",
        "number": "float64",
        "code": "string",
        "day": "timestamp",
        "holes": "string",
    }


def test_text_that_needs_a_declaration_is_never_proposed_as_a_number(project: Any) -> None:
    """Also where the source has text alone, how it is written is a person's to say."""
    lines = [f'{n},"1.{n}00,5"' for n in range(1, 10)]
    found = project.text("\n".join(["k,price", *lines]) + "\n").infer(form="csv")

    assert found.proposals[1].contract["dtype"] == "string"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([None] * 9, "every value is null"),
        ([[1], [2]], "cannot be declared"),
        ([Decimal(2**70 + 1)], "cannot be declared: Decimal('1180591620717411303425')"),
    ],
)
def test_what_no_contract_can_say(contract: Any, values: Any, words: str) -> None:
    """A column that no dtype is true of gets none, and the reason."""
    found, notes = contract(values)

    assert found == {}
    assert words in notes[0]


def test_unique(project: Any) -> None:
    """A column that is named like a key and never repeats a value within a batch is unique."""
    ids = [f"{n}{'x' * (n % 3)}" for n in range(40)]
    project.rows("a", order_id=ids, price=list(range(40)), user_id=[1] * 40)
    project.rows("b", order_id=ids, price=list(range(40)), user_id=[1] * 40)
    found = {entry.column: dict(entry.contract) for entry in project.infer("a", "b").proposals}

    assert found["order_id"]["unique"] is True
    assert "unique" not in found["price"]
    assert "unique" not in found["user_id"]
    assert "unique" not in found["k"], "that the key is unique is promised anyway"


def test_several_batches(project: Any) -> None:
    """Bounds are those of all batches, the share of nulls that of the batch with most."""
    project.rows("a", x=[1.0] * 100).rows("b", x=[None] * 10 + [500.0] * 90)
    found = project.infer("a", "b")
    contract = next(entry.contract for entry in found.proposals if entry.column == "x")

    assert (found.rows, found.batches) == (200, ("a", "b"))
    assert contract["max_null_share"] == "15%"
    assert contract["max"] >= 500


def test_the_files_own_words_are_kept(project: Any) -> None:
    """What a person decided stays, the declared type too where every value has it; the rest is compared."""
    validate = """validate:
  columns:
    k: {dtype: int64}
    x: {dtype: float64, min: 0, max: 9, on_violation: quarantine, description: speed}
limits: {quarantined_rows: {rows: 1}}
"""
    found = project.rows(x=[1, 20], y=[1, 2]).infer(validate=validate)
    entries = {entry.column: entry for entry in found.proposals}

    assert entries["x"].contract["dtype"] == "float64"
    assert entries["x"].contract["on_violation"] == "quarantine"
    assert entries["x"].differs == {"max": 9}
    assert not entries["y"].read


def test_a_declared_type_that_the_data_do_not_have(project: Any) -> None:
    """The type that they have is proposed, with the value that is in the way."""
    validate = "validate:\n  columns:\n    k: {dtype: int64}\n    x: {dtype: int64}\n"
    found = project.rows(x=[1.0, 2.5]).infer(validate=validate)
    entry = next(entry for entry in found.proposals if entry.column == "x")

    assert entry.contract["dtype"] == "float64"
    assert entry.notes[0] == "not the declared int64: 2.5"


def test_filters_hide_the_share_of_nulls(contract: Any) -> None:
    """Where rows are filtered, nobody knows yet how many nulls there are among those that stay."""
    validate = "validate:\n  filters:\n    - use: code:all_of\n"
    found, _ = contract([None] + [1.0] * 99, validate=validate)

    assert found["nullable"] is True
    assert "max_null_share" not in found


def test_no_rows(project: Any) -> None:
    """Nothing can be inferred from nothing."""
    with pytest.raises(DataError, match="there are no rows"):
        project.rows(x=[]).infer()
