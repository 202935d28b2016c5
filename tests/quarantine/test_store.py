"""Refused rows as a file: what the source gave, why they left, where they came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from seawall.errors import StorageError
from seawall.quarantine import (
    KeptRows,
    Origin,
    SetAside,
    described,
    examples,
    kept_rows,
    serialized,
)

FILES = [(100, "a.csv"), (102, "b.csv"), (105, "c.csv")]


def places(numbers: Sequence[int]) -> list[str]:
    """Where a source would have these rows."""
    return [f"line {number}" for number in numbers]


def origin(**columns: Any) -> Origin:
    """Rows from number 100 on as the source gave them."""
    table = pa.table(columns)
    return Origin(table, pd.RangeIndex(100, 100 + table.num_rows), FILES, places)


def aside(numbers: list[int], *why: str, **columns: Any) -> SetAside:
    """Rows with these numbers, that leave because of stage, reason and column."""
    return SetAside(pd.DataFrame(columns, index=pd.Index(numbers, dtype="int64")), *why)


def stored(entries: Sequence[SetAside], given: Origin) -> list[dict[str, Any]]:
    """The rows of the file."""
    rows = described(entries, given)
    assert rows is not None
    return pa.ipc.open_file(serialized(rows)).read_all().to_pylist()


def test_nothing() -> None:
    """Without a refused row there is nothing to keep."""
    assert described([], origin(k=[1])) is None


def test_a_row_is_kept_as_the_source_gave_it() -> None:
    """The file has the text that was read, not the number that it was converted to, and why it left."""
    row = aside([101], "validate", "x: above max", "x", k=[2], x=[7.5])
    (found,) = stored([row], origin(k=["1", "2"], x=["1.0", "7.50"]))

    assert found == {
        "k": "2", "x": "7.50", "_row": 101, "_stage": "validate", "_reason": "x: above max",
        "_column": "x", "_value": "7.50", "_note": None, "_source": "a.csv", "_place": "line 101",
        "_raw": None,
    }  # fmt: skip


def test_rows_stand_in_the_order_of_the_batch() -> None:
    """Rows that left for different reasons are sorted by their numbers, each with its own file."""
    entries = [aside([105, 102], "validate", "r"), aside([104, 100], "featurize", "s")]
    found = stored(entries, origin(k=range(6)))

    assert [(row["_row"], row["k"], row["_reason"], row["_source"]) for row in found] == [
        (100, 0, "s", "a.csv"), (102, 2, "r", "b.csv"), (104, 4, "s", "b.csv"), (105, 5, "r", "c.csv")
    ]  # fmt: skip


def test_value_of_a_made_column() -> None:
    """The value of a column that a stage or model made is the one that was refused."""
    row = aside([100], "check output", "p: out of bounds", "p", k=[1], p=[1.2])
    (found,) = stored([row], origin(k=[1], p=["the source's own"]))

    assert (found["_value"], found["p"]) == ("1.2", "the source's own")


def test_values_of_a_rule() -> None:
    """Each column that the rule looked at has its value behind its name, as the source gave it."""
    rows = pd.DataFrame({"x": [7.5], "made": [None]}, index=pd.Index([100]))
    row = SetAside(rows, "validate", "rule", looked_at=["x", "made", "note"])
    (found,) = stored([row], origin(x=["7.50 "], note=[1]))

    assert found["_value"] == "x '7.50 ', made null, note 1"


def test_what_was_raised() -> None:
    """A row on which something was raised keeps the words about it."""
    rows = pd.DataFrame(index=pd.Index([100, 101]))
    raised = SetAside(rows, "featurize", "add raised", notes=["KeyError: 1", "KeyError: 2"])

    assert [row["_note"] for row in stored([raised], origin(k=[1, 2]))] == [
        "KeyError: 1",
        "KeyError: 2",
    ]


def test_long_values_are_shortened() -> None:
    """A value of a megabyte is whole among the given ones, and in short beside them."""
    row = aside([100], "validate", "r", "x", x=["a" * 1_000_000])
    (found,) = stored([row], origin(x=["a" * 1_000_000]))

    assert (len(found["x"]), len(found["_value"]) <= 1_000) == (1_000_000, True)


@pytest.mark.parametrize("front", ["_", "__"])
def test_names_that_clash(front: str) -> None:
    """A source's column of a name that is kept for us stays under its name, and ours gives way."""
    given = origin(**{f"{front}row": ["x"], "_reason": ["mine"]})
    rows = described([aside([100], "validate", "r")], given)
    assert rows is not None
    back = KeptRows.of_table(pa.ipc.open_file(serialized(rows)).read_all())

    assert back.given.to_pylist() == [{f"{front}row": "x", "_reason": "mine"}]
    assert back.told.column("reason").to_pylist() == ["r"]


def test_records_that_could_not_be_read() -> None:
    """They stand among the rows with place and text; the types of what was given stay."""
    given = Origin(pa.table({"k": pa.array([2**53 + 1])}), pd.Index([100]), FILES, places)
    lost = SetAside(
        pd.DataFrame(index=[101]), "ingest", "malformed line", place="a.csv:7", raw="1,2,3"
    )
    rows = described([lost, aside([100], "validate", "small")], given)
    assert rows is not None

    assert rows.given.schema.field("k").type == pa.int64()
    assert rows.given.to_pylist() == [{"k": 2**53 + 1}, {"k": None}]
    assert rows.told.select(["row", "place", "raw"]).to_pylist() == [
        {"row": 100, "place": "line 100", "raw": None},
        {"row": 101, "place": "a.csv:7", "raw": "1,2,3"},
    ]


def test_records_alone() -> None:
    """A chunk of which no row could be read has its numbers, and an empty text where there is none."""
    given = Origin(pa.table({"k": pa.array([], pa.int64())}), pd.Index([]), FILES, places)
    lost = SetAside(pd.DataFrame(index=[100, 101]), "ingest", "corrupt fragment", place="a, 3")

    assert [(row["k"], row["_raw"]) for row in stored([lost], given)] == [(None, ""), (None, "")]


def odd_columns() -> dict[str, Any]:
    """A column of every kind that a source may give."""
    return {
        "dictionary": pa.chunked_array(
            [pa.array(["a"]).dictionary_encode(), pa.array(["b"]).dictionary_encode()]
        ),
        "list": pa.array([[1, 2], None]),
        "struct": pa.array([{"a": 1, "b": "x"}, {"a": None, "b": None}]),
        "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        "view": pa.array(["a", "b"], pa.string_view()),
        "list view": pa.array([[1], [2]], pa.list_view(pa.int64())),
        "large": pa.array(["a", "b"], pa.large_string()),
        "bytes": pa.array([b"\xff\x00", None]),
        "decimal": pa.array([None, None], pa.decimal128(38, 9)),
        "far": pa.array([2**62, -(2**62)], pa.timestamp("us")),
        "zoned": pa.array([0, 1], pa.timestamp("ns", tz="Europe/Rome")),
        "time": pa.array([1, 2], pa.duration("s")),
        "null": pa.nulls(2),
        "runs": pa.RunEndEncodedArray.from_arrays([1, 2], ["a", "b"]),
        "union": pa.UnionArray.from_sparse(
            pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]
        ),
        "half": pa.array([np.float16(1), np.float16(2)]),
    }


@pytest.mark.parametrize("name", odd_columns())
def test_columns_of_any_kind(name: str, tmp_path: Path) -> None:
    """Whatever type a column has, its rows are kept, shown and read again, with their values."""
    given = origin(**{"k": [1, 2], name: odd_columns()[name]})
    rows = described([aside([101], "validate", "odd", name)], given)
    assert rows is not None
    (tmp_path / "kept").write_bytes(serialized(rows))
    back = kept_rows(tmp_path / "kept")
    (example,) = examples(rows, key="k")

    assert (example.key, back.given.column("k").to_pylist()) == ("2", [2])
    if name not in {"far", "union"}:
        assert back.given.column(name).to_pylist() == given.table.column(name).to_pylist()[1:]  # type: ignore[union-attr]


def test_values_of_several_types() -> None:
    """A column that a stage filled with anything is shown, and harms nothing."""
    rows = aside([100, 101, 102], "check output", "r", "o", o=[1, "a", {"b": [2]}])

    found = [row["_value"] for row in stored([rows], origin(k=[1, 2, 3]))]

    assert found == ["1", "a", "{'b': [2]}"]


def test_a_torn_file(tmp_path: Path) -> None:
    """A file that cannot be read is an error of storage that names it."""
    (tmp_path / "kept").write_bytes(b"ARROW1 and no more")
    with pytest.raises(StorageError, match="kept") as caught:
        kept_rows(tmp_path / "kept")

    assert "run the batch again" in caught.value.todo


def test_examples() -> None:
    """Three rows a reason are shown, in the order of the batch, with key, value and place."""
    many = aside([104, 103, 102, 101], "validate", "x: above max", "x")
    raised = SetAside(pd.DataFrame(index=[100]), "featurize", "add raised", notes=["KeyError: 1"])
    given = origin(k=["k0", "k1", "k2", "k3", "k4"], x=[0, 1, 2, 3, 4])
    found = examples(described([many, raised], given), key="k")

    assert [(one.reason, one.key, one.value) for one in found] == [
        ("add raised", "k0", "KeyError: 1"),
        *[("x: above max", f"k{n}", f"{n}") for n in (1, 2, 3)],
    ]
    assert found[1].place == "line 101, row 101 of the batch"


def test_a_text_stands_in_quotes_among_examples() -> None:
    """What the source gave as text is shown with its blanks; what it gave as a number is none."""
    why = ("validate", "broken")
    given = origin(k=["k0", "k1"], s=["a ", "1.234,5"], x=[1.5, 2.5])
    left = [aside([100], *why, "s"), aside([101], *why, "x")]
    found = examples(described(left, given), key="k")

    assert [one.value for one in found] == ["'a '", "2.5"]
