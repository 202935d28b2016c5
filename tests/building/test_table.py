"""A reference of training data: typed by the contract, read in pieces, refused where it is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from seawall.building.built import Built
from seawall.building.table import PIECE, from_table
from seawall.config.load import LoadedConfig, load
from seawall.errors import DataError, UsageError

CONFIG = """
pipeline: orders
ingest:
  primary: {type: csv, path: "{batch}.csv", key: order}
validate:
  columns:
    order: {dtype: int64}
    shop:  {dtype: category, one_of: [web, post]}
    paid:  {dtype: float64, nullable: true}
predict:
  model: {type: sklearn, path: shop.skops}
  outputs: [score]
profile: {columns: [order, shop, paid, weight]}
publish: {type: files, path: out}
"""
AT = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedConfig:
    """A pipeline that describes a key, a category and two numbers, of which one has no contract."""
    (tmp_path / "orders.yaml").write_text(CONFIG)
    return load(tmp_path / "orders.yaml", env={})


@pytest.fixture
def built(loaded: LoadedConfig) -> Callable[..., Built]:
    """Builds from a table with this name and content."""

    def build(name: str, content: str | pd.DataFrame, *, partial: bool = True) -> Built:
        path = loaded.root / name
        if isinstance(content, str):
            path.write_text(content)
        else:
            content.to_parquet(path)
        return from_table(loaded, path, created_at=AT, partial=partial)

    return build


ROWS = "order,shop,paid\n" + "".join(f"{n},web,{n % 7}\n" for n in range(20))


def test_columns_are_typed_by_their_contract(built: Callable[..., Built]) -> None:
    """Whole numbers of a CSV file are floats, and texts a category; the key is not described."""
    found = built("t.csv", ROWS)
    kinds = {n: c.shape.kind for n, c in found.reference.profile.columns.items()}

    assert kinds == {"shop": "categorical", "paid": "ordered"}
    assert (found.missing, found.reference.profile.rows) == (("weight",), 20)
    assert (found.reference.batches, found.reference.past) == ((), ())


def test_a_table_that_lacks_what_is_compared(built: Callable[..., Built]) -> None:
    """It is refused with the columns that it lacks, unless it is said that the others are enough."""
    with pytest.raises(DataError, match="lacks columns that are compared: weight") as raised:
        built("t.csv", ROWS, partial=False)
    said = raised.value

    assert (said.seen, said.allowed) == ("order, shop, paid", "shop, paid, weight")
    assert "--partial" in said.todo
    assert built("t.csv", ROWS).missing == ("weight",)


def test_lines_of_json(built: Callable[..., Built]) -> None:
    """JSON Lines are read, nulls as nulls."""
    column = built("t.jsonl", '{"paid": 1.5}\n{"paid": null}\n').reference.profile.columns["paid"]

    assert (column.rows, column.nulls, column.mean) == (2, 1, 1.5)


def test_a_table_of_several_pieces(built: Callable[..., Built]) -> None:
    """All rows are counted where the table is larger than what is read at once, and than the sample."""
    rows = 2 * PIECE + 1
    frame = pd.DataFrame({"paid": [float(n % 50) for n in range(rows)]})
    column = built("t.parquet", frame).reference.profile.columns["paid"]

    assert (column.rows, column.finite) == (rows, rows)
    assert int(column.cells[1]) == -(-rows // 50)


@pytest.mark.parametrize(
    ("name", "content", "kind", "word"),
    [
        ("t.parquet", ROWS, DataError, "cannot be read"),
        ("t.csv", "", DataError, "cannot be read"),
        ("t.csv", "paid\nheavy\n", DataError, "the column paid is not what its contract says"),
        ("t.csv", "size\n1\n", DataError, "none of the columns that the pipeline needs"),
        ("t.csv", "paid\n", DataError, "there are no rows"),
        ("t.csv", "shop\nweb\nfax\n", DataError, "words that its contract does not allow"),
        ("t.xlsx", ROWS, UsageError, "not a table that can be read"),
    ],
)
def test_no_table(
    built: Callable[..., Built], name: str, content: str, *, kind: type[Exception], word: str
) -> None:
    """One error, which says what is wrong with the table."""
    with pytest.raises(kind, match=word):
        built(name, content)


def test_a_table_that_is_not_there(loaded: LoadedConfig) -> None:
    """The error names the path, the tables beside it, and the nearest of them."""
    (loaded.root / "nine.csv").touch()
    with pytest.raises(DataError, match="no such table") as raised:
        from_table(loaded, loaded.root / "none.csv", created_at=AT)

    assert raised.value.where.endswith("none.csv")
    assert raised.value.seen == "in this folder: nine.csv"
    assert ".parquet, .csv" in raised.value.allowed
    assert raised.value.todo == "did you mean 'nine.csv'?"
