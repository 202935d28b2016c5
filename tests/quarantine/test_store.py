"""Refused rows as a file: what they were, why they left, where they came from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from seawall.quarantine import SetAside, packed

SOURCES = [(100, "a.csv"), (102, "b.csv"), (105, "c.csv")]


def rows_of(buffer: Any) -> list[dict[str, Any]]:
    """The rows of the file."""
    return pa.ipc.open_file(buffer).read_all().to_pylist()


def frame(index: list[int], **columns: Any) -> pd.DataFrame:
    """Rows with these numbers in the batch."""
    return pd.DataFrame(columns, index=index)


def test_nothing() -> None:
    """Without a refused row there is no file."""
    assert packed([], SOURCES) is None


def test_each_row_names_its_own_file() -> None:
    """Rows of a chunk over several files name the one in which they stand."""
    entry = SetAside(frame([100, 101, 102, 104, 105], k=range(5)), "validate", "small", "x")
    found = rows_of(packed([entry], SOURCES))

    assert [row["_source"] for row in found] == ["a.csv", "a.csv", "b.csv", "b.csv", "c.csv"]
    assert found[0] == {
        "k": 0, "_row": 100, "_stage": "validate", "_reason": "small", "_column": "x", "_source": "a.csv"
    }  # fmt: skip


def test_stages_with_other_columns() -> None:
    """Rows that left before and after columns were added stand in one file, types and all."""
    early = frame([100], k=[1], c=pd.Categorical(["a"]), i=pd.array([2**53 + 1], dtype="Int64"))
    late = frame([101], k=[2], c=pd.Categorical(["b"]), i=pd.array([None], dtype="Int64"), p=[0.5])
    found = rows_of(
        packed([SetAside(early, "ingest", "r"), SetAside(late, "check output", "s")], SOURCES)
    )

    assert [(row["k"], row["c"], row["i"], row["p"]) for row in found] == [
        (1, "a", 2**53 + 1, None), (2, "b", None, 0.5)
    ]  # fmt: skip


def test_columns_of_several_types() -> None:
    """A column that a stage filled with anything is kept as text, so that no row is lost for it."""
    entry = SetAside(frame([100, 101], k=[1, 2], o=[1, "a"]), "check output", "r")

    assert [row["o"] for row in rows_of(packed([entry], SOURCES))] == ["1", "a"]


def test_records_that_were_never_rows() -> None:
    """Records that could not be read stand beside rows, with place and text, and change no type."""
    row = SetAside(frame([100], k=[2**53 + 1], c=pd.Categorical(["a"])), "validate", "small")
    lost = SetAside(frame([101]), "ingest", "malformed line", place="a.csv:7", raw="1,2,3")
    table = pa.ipc.open_file(packed([lost, row], SOURCES)).read_all()

    assert table.schema.field("k").type == pa.int64()
    assert table.select(["k", "_row", "_source", "_raw"]).to_pylist() == [
        {"k": 2**53 + 1, "_row": 100, "_source": "a.csv", "_raw": None},
        {"k": None, "_row": 101, "_source": "a.csv:7", "_raw": "1,2,3"},
    ]


def test_records_alone() -> None:
    """A chunk of which no row could be read has its numbers, and nulls for texts that there are not."""
    lost = SetAside(frame([100, 101]), "ingest", "corrupt fragment", place="a, row group 3")
    found = rows_of(packed([lost], SOURCES))

    assert [(row["_row"], row["_source"], row["_raw"]) for row in found] == [
        (100, "a, row group 3", None),
        (101, "a, row group 3", None),
    ]
