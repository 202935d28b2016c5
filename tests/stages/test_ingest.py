"""Ingest: rows keep their numbers in the batch whatever could not be read, and faults have a place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from seawall.config.contract import ColumnContract
from seawall.config.ingest import Ingest
from seawall.config.sources import CsvFormat
from seawall.errors import DataError
from seawall.sources import FileSource, open_source
from seawall.sources.refused import MALFORMED
from seawall.stages.ingest import Ingested, Reading, ingest, readable

TEXT = "k,v\n1,10\nbad\n2,20\n3\n4,40\n5,x\n"


def reading(folder: Path, text: str, **more: Any) -> Reading:
    """A CSV file of two numbers, the first of them the key."""
    (folder / "a.csv").write_text(text)
    source = open_source(FileSource("csv", f"{folder}/*.csv", CsvFormat()), {})
    primary = {"type": "csv", "path": "a.csv", "key": "k"}
    contracts = {name: ColumnContract(dtype="int64") for name in ("k", "v")}
    plan = Ingest.model_validate({"primary": primary})
    return Reading(source, source.fragments(), None, plan, contracts, **more)


def ingested(wanted: Reading, rows: int = 100, chunk: int = 0) -> Ingested:
    """A chunk of the file."""
    return ingest(wanted, list(wanted.source.chunks(wanted.fragments, rows))[chunk], {})


def test_rows_keep_their_numbers(tmp_path: Path) -> None:
    """The index tells each row's number in the batch, with gaps where records were left out."""
    wanted = reading(tmp_path, TEXT.replace("x", "50"), spared=frozenset({MALFORMED}))
    second = ingested(wanted, rows=3, chunk=1)

    assert ingested(wanted).frame["v"].to_dict() == {0: 10, 2: 20, 4: 40, 5: 50}
    assert second.frame["v"].to_dict() == {4: 40, 5: 50}
    assert [(entry.row, entry.raw) for entry in second.refused] == [(0, "3")]


def test_nothing_is_left_out_without_the_word(tmp_path: Path) -> None:
    """The first record that cannot be read is an error that says how to allow it."""
    with pytest.raises(DataError, match=r"a\.csv:3 \(row 1 of the batch\)") as caught:
        ingested(reading(tmp_path, TEXT))
    assert (caught.value.seen, caught.value.allowed) == ("1 fields: bad", "2 fields")
    assert "limits.quarantined_rows" in caught.value.todo


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT, r"a\.csv:7, row 5 of the batch: column 'v'"),
        (TEXT.replace("5,x", ",1"), r"a\.csv:7, row 5 of the batch: a null in the key"),
        (TEXT.replace("5,x", "2,1"), r"a\.csv:7, row 5 of the batch: the key 'k' is not unique"),
    ],
)
def test_faults_have_a_line(tmp_path: Path, text: str, said: str) -> None:
    """A value that cannot be used is named by file, line and row, also behind records left out."""
    with pytest.raises(DataError, match=said):
        ingested(reading(tmp_path, text, spared=frozenset({MALFORMED})))


def test_one_column_alone(tmp_path: Path) -> None:
    """A pass over one column has its readable values, typed, and leaves out the same records."""
    wanted = reading(tmp_path, TEXT, spared=frozenset({MALFORMED}))
    (ref,) = wanted.source.chunks(wanted.fragments, 100)
    fields = {
        name: getattr(wanted, name) for name in ("source", "fragments", "ingest", "contracts")
    }
    keys = readable(Reading(columns=["k"], spared=wanted.spared, **fields), ref)

    assert keys.table.equals(pa.table({"k": pa.array([1, 2, 4, 5], pa.int64())}))
