"""Upstream tables: read once, typed, never written to, and no secret in what is said of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import TypeAdapter
from sqlalchemy.dialects import registry

from seawall.config.lookups import Lookup
from seawall.errors import DataError, SeawallError, UnavailableError
from seawall.lookups.fetch import fetch

LOOKUP: TypeAdapter[Any] = TypeAdapter(Lookup)
SQL = {
    "type": "sql",
    "url": "sqlite:///data/w.db",
    "query": "SELECT k, v FROM w",
    "join": ["k"],
    "columns": ["v"],
}
Fetch = Callable[..., pa.Table]


@pytest.fixture
def fetched(tmp_path: Path) -> Fetch:
    """What a lookup's upstream answers; its files stand below the project's root."""

    def read(
        lookup: dict[str, Any], *, batch: str = "2013-07-01", env: Mapping[str, str] | None = None
    ) -> pa.Table:
        return fetch("w", LOOKUP.validate_python(lookup), root=tmp_path, batch=batch, env=env or {})

    return read


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file with a table w of k, v and day."""
    path = tmp_path / "data" / "w.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE w (k TEXT, v, day TEXT)")
        rows = [("a", 1, "2013-07-01"), ("b", None, "2013-07-01"), ("c", 3, "x' OR '1'='1")]
        connection.executemany("INSERT INTO w VALUES (?, ?, ?)", rows)
    connection.close()
    return path


def with_value(database: Path, value: object) -> None:
    """One more row of the table."""
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("INSERT INTO w VALUES ('z', ?, 'd')", [value])
    connection.close()


@pytest.mark.usefixtures("database")
def test_query(fetched: Fetch) -> None:
    """The query's answer has the lookup's columns and types."""
    assert fetched(SQL).to_pydict() == {"k": ["a", "b", "c"], "v": [1, None, 3]}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("batch", "keys"), [("2013-07-01", ["a", "b"]), ("x' OR '1'='1", ["c"]), ("none", [])]
)
def test_the_batch_is_bound(fetched: Fetch, batch: str, keys: list[str]) -> None:
    """A batch's key is a value for the database, whatever it looks like."""
    query = "SELECT k, v FROM w WHERE day = :batch"

    assert fetched({**SQL, "query": query}, batch=batch)["k"].to_pylist() == keys


@pytest.mark.usefixtures("database")
def test_parameters_are_bound(fetched: Fetch) -> None:
    """Parameters are bound; one that nobody gives is named with those that there are."""
    asked = {**SQL, "query": "SELECT k, v FROM w WHERE v > :least", "params": {"least": 1}}

    assert fetched(asked)["k"].to_pylist() == ["c"]
    with pytest.raises(DataError, match=":least") as caught:
        fetched({**asked, "params": {}})
    assert caught.value.allowed == ":batch"


def test_the_database_is_not_written(fetched: Fetch, database: Path) -> None:
    """A query that would write is refused, and the file stays as it was."""
    before = database.read_bytes()
    with pytest.raises(SeawallError, match="readonly"):
        fetched({**SQL, "query": "DELETE FROM w RETURNING k, v"})

    assert database.read_bytes() == before


def test_a_missing_database_is_not_made(fetched: Fetch, tmp_path: Path) -> None:
    """A SQLite file that isn't there is unavailable, and still isn't there then."""
    with pytest.raises(UnavailableError, match="missing"):
        fetched(SQL)

    assert list(tmp_path.iterdir()) == []


def test_odd_names_of_files(fetched: Fetch, database: Path) -> None:
    """A file's name may hold what means something in a URI."""
    database.rename(database.with_name("w #.db"))

    assert fetched({**SQL, "url": "sqlite:///data/w #.db"}).num_rows == 3


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("query", ["SELECT k, v FROM nope", "SELEC k"])
def test_a_query_that_fails(fetched: Fetch, query: str) -> None:
    """A table that isn't there makes the lookup unavailable; the message has the query, not the URL."""
    with pytest.raises(UnavailableError) as caught:
        fetched({**SQL, "query": query})

    assert query in str(caught.value)
    assert "sqlite:" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@127.0.0.1:1/db",
        "nosuch://me:hunter2@127.0.0.1:1/db",
        "not a url at all://me:hunter2@127.0.0.1:1/db",
        "postgresql://me:hunter2/db",
    ],
    ids=["no driver", "no dialect", "no url", "host forgotten"],
)
def test_secrets_are_not_said(fetched: Fetch, url: str) -> None:
    """What is said of a database that can't be reached holds neither its URL nor its password."""
    with pytest.raises((DataError, UnavailableError)) as caught:
        fetched({**SQL, "url": "${env:DB}"}, env={"DB": url})

    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1/db" not in str(caught.value)


def test_a_driver_that_says_too_much(
    fetched: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password that a driver puts into its own message is not passed on."""
    (tmp_path / "unit_dialect.py").write_text(
        "import sqlite3\n"
        "from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite\n"
        "class Dialect(SQLiteDialect_pysqlite):\n"
        "    name = 'unitdb'\n"
        "    def create_connect_args(self, url):\n"
        "        return [url.password], {}\n"
        "    def connect(self, password):\n"
        "        raise sqlite3.OperationalError(f'login with {password} failed')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry.register("unitdb", "unit_dialect", "Dialect")
    with pytest.raises(UnavailableError, match=r"login with \*\*\* failed") as caught:
        fetched({**SQL, "url": "unitdb://me:hunter2@host/db"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["text", b"\x00", 1.5])
def test_values_of_several_types(fetched: Fetch, database: Path, value: object) -> None:
    """A column of numbers that holds something else is refused by name; floats and integers go together."""
    with_value(database, value)
    if isinstance(value, float):
        assert fetched(SQL)["v"].to_pylist() == [1, None, 3, 1.5]
        return
    with pytest.raises(DataError, match="'v'"):
        fetched(SQL)


@pytest.mark.usefixtures("database")
def test_a_column_that_the_query_lacks(fetched: Fetch) -> None:
    """A column that the lookup wants and the query doesn't give is named, with the nearest."""
    with pytest.raises(DataError, match="'day'") as caught:
        fetched({**SQL, "columns": ["day"], "query": "SELECT k, day AS days FROM w"})

    assert caught.value.todo == "did you mean 'days'?"


def test_files(fetched: Fetch, tmp_path: Path) -> None:
    """CSV, JSON lines and Parquet give the same columns; what isn't wanted isn't read."""
    rows = [{"k": "a", "v": 1.5, "w": 0}, {"k": "b", "v": None, "w": 0}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "w.parquet")
    (tmp_path / "w.csv").write_text("k,v,w\na,1.5,0\nb,,0\n")
    (tmp_path / "w.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = [
        fetched({"type": kind, "path": f"w.{kind}", "join": ["k"], "columns": ["v"]})
        for kind in ("parquet", "csv", "jsonl")
    ]

    assert [table.column_names for table in found] == [["k", "v"]] * 3
    assert [table["v"].cast("double").to_pylist() for table in found] == [[1.5, None]] * 3


def test_brackets_in_the_roots_name(tmp_path: Path) -> None:
    """A project's folder may have a name that looks like a pattern."""
    root = tmp_path / "[project]"
    root.mkdir()
    (root / "w.csv").write_text("k,v\na,1\n")
    lookup = LOOKUP.validate_python(
        {"type": "csv", "path": "w.csv", "join": ["k"], "columns": ["v"]}
    )

    assert fetch("w", lookup, root=root, batch="b", env={}).num_rows == 1
