"""PostgreSQL as a source: types from the description, a read-only transaction, no secret in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from seawall.config.sources import SqlSource
from seawall.contracts import Request
from seawall.errors import DataError
from seawall.sources.databases import database_at
from seawall.sources.sql import SqlUpstream
from seawall.sources.statements import query_of
from seawall.sources.transient import failure_of
from tests.postgres import Postgres

Answer = Callable[..., list[pa.Table]]
MOMENT = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)
VALUES = [
    ("int2", "-3", pa.int16(), -3),
    ("int4", "4", pa.int32(), 4),
    ("int8", "9007199254740993", pa.int64(), 2**53 + 1),
    ("float4", "1.5", pa.float32(), 1.5),
    ("float8", "0.1", pa.float64(), 0.1),
    ("numeric(10, 2)", "1.50", pa.decimal128(10, 2), Decimal("1.50")),
    ("numeric(50, 0)", "1" + "0" * 49, pa.decimal256(50, 0), Decimal("1" + "0" * 49)),
    ("numeric", "0.1", pa.float64(), 0.1),
    ("bool", "true", pa.bool_(), True),
    ("text", "Zoë", pa.string(), "Zoë"),
    ("varchar(9)", "a%b:c", pa.string(), "a%b:c"),
    ("char(3)", "x", pa.string(), "x  "),
    (
        "uuid",
        "12345678-1234-5678-1234-567812345678",
        pa.string(),
        "12345678-1234-5678-1234-567812345678",
    ),
    ("mood", "fine", pa.string(), "fine"),
    ("positive", "3", pa.int32(), 3),
    ("date", "1969-07-20", pa.date32(), date(1969, 7, 20)),
    ("time", "01:02:03.000004", pa.time64("us"), clock(1, 2, 3, 4)),
    ("timestamp", "2024-02-29 23:59:59.999999", pa.timestamp("us"), MOMENT.replace(tzinfo=None)),
    ("timestamptz", "2024-03-01 00:59:59.999999+01", pa.timestamp("us", tz="UTC"), MOMENT),
]


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Postgres:
    """A database of 30,000 rows; `late` is null in all but the last."""
    made = postgres.database("sources")
    made.run("CREATE TYPE mood AS ENUM ('low', 'fine')")
    made.run("CREATE DOMAIN positive AS int4 CHECK (value > 0)")
    made.run(
        "CREATE TABLE rows AS SELECT k, k % 2 = 0 AS even, CASE WHEN k = 29999 THEN k END AS late,"
        " '{}'::jsonb AS extra, date '2024-01-01' + k % 3 AS day FROM generate_series(0, 29999) AS k"
    )
    return made


@pytest.fixture
def answer(database: Postgres, tmp_path: Path) -> Answer:
    """The pieces that a query answers with."""

    def read(
        query: str,
        columns: tuple[str, ...] | None = None,
        *,
        timeout_s: float | None = None,
        **more: Any,
    ) -> list[pa.Table]:
        keys = {"type": "sql", "url": "${env:ROWS}", "query": query, **more}
        request = Request("2024-01-02", MOMENT, tmp_path, columns, timeout_s=timeout_s)
        source = SqlUpstream(SqlSource.model_validate(keys), {"ROWS": database.url})
        return list(source.tables(request))

    return read


@pytest.mark.parametrize(("type_", "text", "kind", "value"), VALUES, ids=[v[0] for v in VALUES])
def test_each_type(answer: Answer, type_: str, text: str, kind: pa.DataType, value: object) -> None:
    """A value comes whole, in a type that a null, or no row at all, would have had as well."""
    rows = f"(VALUES (0), (1)) AS n(i) LEFT JOIN (SELECT 0 AS i, '{text}'::{type_} AS v) AS x USING (i)"
    (found,) = answer(f"SELECT v FROM {rows} ORDER BY i")
    (empty,) = answer(f"SELECT v FROM {rows} LIMIT 0")

    assert (found["v"].type, found["v"].to_pylist()) == (kind, [value, None])
    assert empty["v"].type == kind


def test_times_that_python_has_not(answer: Answer) -> None:
    """Times before the year 1 and beyond the year 9999 are times like others."""
    (found,) = answer("SELECT '4714-11-24 BC'::timestamptz AS v UNION ALL SELECT '20000-01-01'")

    assert found["v"].cast(pa.int64()).to_pylist() == [-210866803200000000, 568971820800000000]


@pytest.mark.parametrize(
    ("expression", "seen"),
    [
        ("'infinity'::timestamptz", "nullif(column, 'infinity')"),
        ("'-infinity'::date", "nullif(column, 'infinity')"),
        ("12345678901234567890::numeric", "too long for a float"),
        ("array[1]", "integer[] cannot be used"),
        ("'{}'::jsonb", "jsonb cannot be used"),
        ("'1 day'::interval", "interval cannot be used"),
    ],
)
def test_values_that_cannot_be_used(answer: Answer, expression: str, seen: str) -> None:
    """A value that Arrow would not hold as it is is refused, by its column, with a way out."""
    with pytest.raises(DataError, match="in column 'v'") as caught:
        answer(f"SELECT {expression} AS v")

    assert seen in caught.value.seen


def test_types_stay(answer: Answer) -> None:
    """A column that is null in all pieces but the last has one type in all of them."""
    pieces = answer("SELECT * FROM rows ORDER BY k", ("late",))

    assert {piece["late"].type for piece in pieces} == {pa.int32()}
    assert [piece.num_rows for piece in pieces] == [100, 20_000, 9_900]


def test_wanted_columns(answer: Answer) -> None:
    """A column of a type that cannot be used does no harm to those who don't want it."""
    pieces = answer("SELECT * FROM rows WHERE day = :batch AND k % 2 = 1;", ("k", "even"))

    assert pieces[0].column_names == ["k", "even"]
    assert sum(piece.num_rows for piece in pieces) == 5_000


def test_ranges_of_a_key(answer: Answer) -> None:
    """With page_by all rows come once in the order of the key, also of a key of text."""
    query = "SELECT to_char(k, 'FM00000') AS name, k FROM rows ORDER BY even"
    pieces = answer(query, ("k",), page_by="name")

    assert [k for piece in pieces for k in piece["k"].to_pylist()] == list(range(30_000))


@pytest.mark.parametrize(
    "query",
    ["SELECT nextval('counted')", "SELECT set_config('x.y', 'z', false), nextval('counted')"],
)
def test_nothing_is_written(answer: Answer, database: Postgres, query: str) -> None:
    """The transaction is read-only: not even a sequence moves."""
    database.run("CREATE SEQUENCE IF NOT EXISTS counted")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        answer(query)


def test_a_statement_that_takes_too_long(answer: Answer) -> None:
    """The server ends by itself what takes longer than the attempt may."""
    begun = time.monotonic()
    with pytest.raises(psycopg.errors.QueryCanceled):
        answer("SELECT pg_sleep(60)", timeout_s=0.3)

    assert time.monotonic() - begun < 30


def test_settings_of_one_transaction(database: Postgres, tmp_path: Path) -> None:
    """Behind a pooler that shares sessions, nothing is left of what was set for a read."""
    section = SqlSource(type="sql", url=database.url, query="SELECT 1 AS k")
    with database_at(database.url, tmp_path, shown="", timeout_s=60) as opened:
        query = query_of(section, "b")
        list(opened.pieces(query.whole, query.values))
        left = opened.connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('cursor_tuple_fraction')"
        ).fetchone()

    assert left == ("0", "0.1")


@pytest.fixture
def halted(postgres: Postgres) -> Iterator[Postgres]:
    """The server, which a test may stop or pause."""
    yield postgres
    postgres.stop()
    postgres.start()


def test_a_server_that_is_down(answer: Answer, halted: Postgres) -> None:
    """A refused connection is an upstream that is down; the password is in no word of it."""
    halted.stop()
    with pytest.raises(psycopg.OperationalError) as caught:
        answer("SELECT 1")

    failure = failure_of(caught.value, "sql")
    assert (failure.transient, failure.availability) == (True, True)
    assert halted.password not in f"{caught.value}{failure}"


def test_a_server_that_hangs(answer: Answer, halted: Postgres) -> None:
    """A server that takes the connection and says nothing is given up within the attempt's time."""
    halted.pause()
    with pytest.raises(psycopg.errors.ConnectionTimeout):
        answer("SELECT 1", timeout_s=2)


def test_a_wrong_password(database: Postgres, tmp_path: Path) -> None:
    """A refused login isn't tried again, and the password that was tried is not said."""
    url = database.url.replace(database.password, "hunter2-of-nobody")
    section = SqlSource(type="sql", url=url, query="SELECT 1 AS k")
    with pytest.raises(psycopg.OperationalError) as caught:
        list(SqlUpstream(section, {}).tables(Request("b", MOMENT, tmp_path)))

    assert not failure_of(caught.value, "sql").transient
    assert "hunter2" not in str(caught.value)


def test_a_read_that_is_left(database: Postgres, tmp_path: Path) -> None:
    """Who stops reading midway leaves no connection behind."""
    section = SqlSource(type="sql", url=database.url, query="SELECT k FROM rows")
    pieces = SqlUpstream(section, {}).tables(Request("b", MOMENT, tmp_path))
    first = next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    others = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'seawall' AND state <> 'idle'"

    assert first.num_rows == 100
    assert database.run(others) == [(0,)]
