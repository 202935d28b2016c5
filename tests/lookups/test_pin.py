"""A lookup's table in the types that the join and the contract need, and as a plan's file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from seawall.config.contract import ColumnContract
from seawall.config.lookups import Lookup
from seawall.errors import DataError
from seawall.lookups.pin import content_of, pin, typed
from seawall.staging import Workspace

LOOKUP: TypeAdapter[Any] = TypeAdapter(Lookup)
SQL = {
    "type": "sql",
    "url": "sqlite:///data/w.db",
    "query": "SELECT k, v FROM w",
    "join": ["k"],
    "columns": ["v"],
}


def typed_of(
    values: list[Any], key: pa.DataType, contract: dict[str, Any] | None = None
) -> pa.Table:
    """A lookup's table of text keys and these values, typed."""
    lookup = LOOKUP.validate_python({**SQL, "join": {"ours": "k"}, "columns": {"v": "new"}})
    table = pa.table({"k": [str(n) for n in range(len(values))], "v": values})
    contracts = {"new": ColumnContract(**contract)} if contract else {}
    return typed("w", lookup, table, keys={"ours": key}, contracts=contracts)


@pytest.mark.parametrize(
    ("values", "contract", "kind"),
    [
        ([1, None], None, pa.float64()),
        ([1, 2], None, pa.float64()),
        ([1, 2], {"dtype": "int8"}, pa.int8()),
        ([1.0, None], {"dtype": "int64", "nullable": True}, pa.int64()),
        (["a", "b"], None, pa.string()),
        (["a", "b"], {"dtype": "category"}, pa.dictionary(pa.int32(), pa.string())),
        ([None, None], {"dtype": "float64", "nullable": True}, pa.float64()),
        ([True, False], None, pa.bool_()),
    ],
)
def test_types_of_added_columns(
    values: list[Any], contract: dict[str, Any] | None, kind: pa.DataType
) -> None:
    """An added column has its declared type; an undeclared integer is a float, for keys without a match."""
    table = typed_of(values, pa.int64(), contract)

    assert (table["k"].type, table["v"].type) == (pa.int64(), kind)


@pytest.mark.parametrize(
    ("values", "key", "contract", "where"),
    [
        ([1], pa.timestamp("us"), None, "lookup w, key 'k', row 0"),
        ([1.5], pa.int64(), {"dtype": "int64"}, "lookup w, column 'v', row 0"),
        ([2**53 + 1], pa.int64(), None, "lookup w, column 'v', row 0"),
        ([1], pa.int64(), {"dtype": "string"}, "lookup w, column 'v'"),
    ],
)
def test_types_that_do_not_fit(
    values: list[Any], key: pa.DataType, contract: Any, where: str
) -> None:
    """A key or value that does not survive its type is refused by lookup, column and row."""
    with pytest.raises(DataError) as caught:
        typed_of(values, key, contract)

    assert caught.value.where == where


def test_a_table_without_rows() -> None:
    """A lookup without rows has the types that it needs."""
    table = pa.table({"k": pa.nulls(0), "v": pa.nulls(0)})
    typed_table = typed(
        "w", LOOKUP.validate_python(SQL), table, keys={"k": pa.int64()}, contracts={}
    )

    assert (typed_table.num_rows, typed_table["k"].type) == (0, pa.int64())


def test_pinned(tmp_path: Path) -> None:
    """A pinned lookup is a file of the plan in one batch, named and known by the hash of its bytes."""
    workspace = Workspace(tmp_path / "b" / "1.p", "t")
    workspace.prepare()
    halves = [pa.table({"k": [key], "v": [1.0]}) for key in "ab"]
    stored = pin("w", pa.concat_tables(halves), workspace)
    path = workspace.path(stored)

    assert (stored.rows, pa.ipc.open_file(path).num_record_batches) == (2, 1)
    assert stored.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_content_is_that_of_the_pinned_file(tmp_path: Path) -> None:
    """However a table is cut, its content has the hash of the file that it is pinned as."""
    workspace = Workspace(tmp_path / "b" / "1.p", "t")
    workspace.prepare()
    whole = pa.table({"k": ["a", "b"], "v": [1.0, None]})
    cut = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])

    assert content_of(cut) == content_of(whole) == pin("w", whole, workspace).sha256
    assert content_of(whole) != content_of(whole.slice(1))
