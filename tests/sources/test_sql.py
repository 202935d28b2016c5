"""Queries as sources, held to SQLite: one statement, values bound, only the wanted columns."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import registry

from seawall.config.sources import SqlSource
from seawall.contracts import Request
from seawall.errors import DataError, UnavailableError
from seawall.sources.sql import SqlUpstream
from seawall.sources.statements import query_errors, query_of

Answer = Callable[..., list[pa.Table]]
SECRET = "hunter2-of-nobody"


def section(query: str, **more: Any) -> SqlSource:
    """A source of the file data.db."""
    return SqlSource.model_validate(
        {"type": "sql", "url": "sqlite:///data.db", "query": query, **more}
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of 30,000 rows, whose column `late` is null in all but the last."""
    folder = tmp_path_factory.mktemp("database")
    with sqlite3.connect(folder / "data.db") as database:
        database.execute("CREATE TABLE rows (k INTEGER, day TEXT, late INTEGER, name TEXT)")
        rows = [
            (k, "b" if k % 2 else "c", None if k < 29_999 else k, f"n{k % 7}")
            for k in range(30_000)
        ]
        database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
        database.execute("CREATE TABLE odd (k INTEGER, v)")
        database.executemany("INSERT INTO odd VALUES (?, ?)", [(1, 1), (1, "x"), (None, 2.5)])
    database.close()
    return folder


@pytest.fixture
def answer(root: Path) -> Answer:
    """The pieces that a query answers with."""

    def read(
        query: str,
        columns: tuple[str, ...] | None = None,
        *,
        env: dict[str, str] | None = None,
        **more: Any,
    ) -> list[pa.Table]:
        request = Request("b", datetime(2024, 1, 1, tzinfo=UTC), root, columns)
        return list(SqlUpstream(section(query, **more), env or {}).tables(request))

    return read


def together(pieces: list[pa.Table]) -> pa.Table:
    """All pieces as one table."""
    return pa.concat_tables(pieces, promote_options="permissive")


def test_bound_values(answer: Answer) -> None:
    """The batch and the params are bound; text that looks like SQL is a value like any other."""
    params = {"least": 29_990, "name": "x' OR 1 = 1; DROP TABLE rows --"}
    found = together(answer("SELECT k FROM rows WHERE day = :batch AND k > :least", params=params))
    none = together(answer("SELECT k FROM rows WHERE name = :name", params=params))

    assert (found["k"].to_pylist(), none.num_rows) == ([29_991, 29_993, 29_995, 29_997, 29_999], 0)


def test_pieces(answer: Answer) -> None:
    """Rows come in bounded pieces in the query's order, the first one small."""
    pieces = answer("SELECT k FROM rows ORDER BY k DESC")

    assert [piece.num_rows for piece in pieces] == [100, 20_000, 9_900]
    assert together(pieces)["k"].to_pylist() == list(range(29_999, -1, -1))


def test_wanted_columns(answer: Answer) -> None:
    """Only the wanted columns are asked for, in the order in which they are wanted."""
    pieces = answer("SELECT * FROM rows WHERE k < 3 -- all of them", ("name", "k"))

    assert [piece.column_names for piece in pieces] == [["name", "k"]]


def test_a_query_without_rows(answer: Answer) -> None:
    """No rows are a table without rows, which has the columns."""
    (piece,) = answer("SELECT * FROM rows WHERE k < 0", ("k", "late"))

    assert (piece.num_rows, piece.column_names) == (0, ["k", "late"])


@pytest.mark.parametrize(
    ("query", "columns", "what", "todo"),
    [
        ("SELECT k, day AS dayz FROM rows", ("k", "day"), "'day'", "did you mean 'dayz'?"),
        ("SELECT k, k FROM rows", ("k",), "several columns of one name", "AS"),
        ("SELECT k FROM rows WHERE k = :least", None, ":least", "add it to the params"),
        ("SELECT 1; SELECT 2", None, "several statements", "leave the others out"),
        ("SELECT v FROM odd", None, "in column 'v'", "cast"),
    ],
)
def test_queries_that_cannot_be_used(
    answer: Answer, query: str, columns: tuple[str, ...] | None, what: str, todo: str
) -> None:
    """A missing or doubled column, a missing value, a second statement, mixed types: each is said."""
    with pytest.raises(DataError) as caught:
        answer(query, columns)

    assert (what in caught.value.what, todo in caught.value.todo) == (True, True), caught.value


@pytest.mark.parametrize(
    "query",
    [
        "SELECT k FROM rows WHERE k = 1;",
        "SELECT k FROM rows WHERE k = 1 ; \n -- ; that is all;\n /* ; */ ;",
        "SELECT k FROM rows WHERE k = 1 AND name <> ';' AND day <> 'it''s;'",
        'SELECT k AS "k" FROM rows /* a; b */ WHERE k = 1 -- no; more',
    ],
)
def test_semicolons_that_end_nothing(answer: Answer, query: str) -> None:
    """A semicolon at the end, in a string, in a name or in a comment makes no second statement."""
    assert together(answer(query, ("k",)))["k"].to_pylist() == [1]


@given(st.text(alphabet="a;'\"-*/\n$ ", max_size=12))
def test_a_string_is_never_cut(text: str) -> None:
    """Whatever stands between quotes is part of one statement."""
    quoted = text.replace("'", "''")

    assert query_of(section(f"SELECT '{quoted}'"), "b").text == f"SELECT '{quoted}'"


def test_values_that_nobody_gives() -> None:
    """Casts and escaped colons ask for no value; the batch is always given."""
    query = r"SELECT a::text, '10\:30', :batch, :most, :least FROM t"
    asked = [error.what[-7:] for error in query_errors(section(query, params={"most": 1}))]

    assert asked == [" :least"]


def test_ranges_of_a_key(answer: Answer) -> None:
    """With page_by all rows come, each once, in the order of the key, whichever columns are wanted."""
    pieces = answer("SELECT * FROM rows ORDER BY name", ("late",), page_by="k")

    assert [piece.num_rows for piece in pieces] == [100, 20_000, 9_900]
    assert together(pieces)["late"].to_pylist() == [None] * 29_999 + [29_999]


def test_a_range_that_ends_with_the_rows(answer: Answer) -> None:
    """As many rows as one range holds are one piece, without a further one."""
    assert [
        piece.num_rows for piece in answer("SELECT * FROM rows WHERE k < 100", page_by="k")
    ] == [100]


@pytest.mark.parametrize(
    ("query", "key", "seen"),
    [
        ("SELECT k, 1 AS v FROM odd WHERE k = 1", "k", "1 several times"),
        ("SELECT k, 1 AS v FROM odd", "k", "a null"),
        ("SELECT k / 2.0 AS k FROM rows", "k", "double"),
        ("SELECT CASE WHEN k = 100 THEN 99 ELSE k END AS k FROM rows", "k", "99 several times"),
    ],
)
def test_keys_that_cut_nothing(answer: Answer, query: str, key: str, seen: str) -> None:
    """A key that is null or stands twice, even across two ranges, would lose rows, and is refused."""
    with pytest.raises(DataError, match="cannot cut") as caught:
        answer(query, page_by=key)

    assert seen in caught.value.seen


def test_nothing_is_written(answer: Answer, root: Path) -> None:
    """A statement that writes is refused by the database, and a file that isn't there stays away."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        answer("DELETE FROM rows")
    with pytest.raises(UnavailableError, match="missing") as caught:
        answer("SELECT 1", url="sqlite:///none.db")

    assert (caught.value.seen, (root / "none.db").exists()) == (str(root / "none.db"), False)


def test_odd_names_of_files(answer: Answer, root: Path) -> None:
    """A SQLite file may have a name that means something in a URI."""
    shutil.copy(root / "data.db", root / "a #+é.db")

    assert together(answer("SELECT max(k) AS k FROM rows", url="sqlite:///a #+é.db")).num_rows == 1


def test_a_path_that_is_a_secret(answer: Answer) -> None:
    """A SQLite file whose url stands in the environment is named by the variable alone."""
    with pytest.raises(UnavailableError) as caught:
        answer("SELECT 1", url="${env:ROWS}", env={"ROWS": f"sqlite:///{SECRET}.db"})

    assert SECRET not in str(caught.value)
    assert "${env:ROWS}" in caught.value.seen


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (f"{SECRET}", "no database URL"),
        (f"nosuchdb://me:{SECRET}@host/db", "no database URL"),
        (f"postgresql://me:{SECRET}@host:port/db", "no database URL"),
        (f"mysql+nodriver://me:{SECRET}@host/db", "no database URL"),
    ],
)
def test_urls_that_are_none(answer: Answer, url: str, what: str) -> None:
    """What is wrong with a URL is said without any part of it, also in the causes."""
    with pytest.raises(DataError, match=what) as caught:
        answer("SELECT 1", url=url)

    assert SECRET not in f"{caught.value} {caught.value.__cause__!r}"


def test_a_driver_that_is_missing(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without psycopg the error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DataError, match="not installed") as caught:
        answer("SELECT 1", url="postgresql://me@host/db")

    assert caught.value.todo == "pip install 'seawall[postgres]'"


def test_another_database(
    root: Path, answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any database that SQLAlchemy knows is read, in ranges too."""
    (tmp_path / "otherdb.py").write_text(
        "from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite as Base\n"
        "class Dialect(Base):\n"
        "    name = 'otherdb'\n"
        "    supports_statement_cache = False\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry.register("otherdb", "otherdb", "Dialect")
    url = f"otherdb:///{root}/data.db"
    whole = answer("SELECT k, name FROM rows WHERE day = :batch;", ("k",), url=url)
    paged = answer("SELECT k, name FROM rows WHERE day = :batch", ("k",), url=url, page_by="k")

    assert together(whole)["k"].to_pylist() == list(range(1, 30_000, 2))
    assert together(paged)["k"].to_pylist() == list(range(1, 30_000, 2))
