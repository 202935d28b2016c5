"""PostgreSQL through psycopg 3: a read-only transaction, binary rows, types from the description.

Times and dates come as the integers that they are on the wire: as objects of Python's they would
take most of the time, and lose years beyond 9999.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from seawall.sources.rows import Column, pieces_of

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy.engine import URL

    from seawall.sources.statements import Statement

__all__ = ["postgres"]

Values = Sequence[Any]
_CONNECT_S = 30.0
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_DAYS_TO_2000 = 10_957
_MICROSECONDS_TO_2000 = _DAYS_TO_2000 * 86_400_000_000
_LARGEST_INTEGERS = 2**53


@contextmanager
def postgres(url: URL, *, timeout_s: float | None) -> Iterator[Postgres]:
    """A connection within, closed after it; the server ends by itself what takes too long."""
    import psycopg
    from sqlalchemy.dialects.postgresql import psycopg as dialects

    dialect: Any = dialects.dialect()  # type: ignore[no-untyped-call]
    _, given = dialect.create_connect_args(url)
    until = None if timeout_s is None else time.monotonic() + timeout_s
    wait_s = _CONNECT_S if timeout_s is None else max(2.0, min(_CONNECT_S, timeout_s))
    usual = {"connect_timeout": int(wait_s), "application_name": "seawall", **_ALIVE}
    # psycopg prepares what it is asked often; a pooler that shares sessions would mix that up
    with psycopg.connect(**{**usual, **given}, prepare_threshold=None) as connection:
        connection.read_only = True
        _raw_times(connection)
        yield Postgres(connection, dialect, until)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A connection that can only read; each statement is a transaction of its own."""

    connection: Connection[Any]
    dialect: Any
    until: float | None = None
    subqueries = True
    renamed = r"$"

    def pieces(self, statement: Statement, values: Mapping[str, Any]) -> Iterator[pa.Table]:
        """The rows in pieces through a server-side cursor; types are the same in each."""
        compiled = statement.compile(dialect=self.dialect)
        with self.connection.transaction():
            self._settle()
            with self.connection.cursor("seawall", binary=True) as cursor:
                cursor.execute(str(compiled), {**compiled.params, **values})
                yield from pieces_of(cursor, self._columns(cursor.description or ()))

    def _settle(self) -> None:
        """For this transaction alone, since poolers share sessions."""
        settings = {"cursor_tuple_fraction": "1.0"}  # all rows are fetched: plan for the last one
        if self.until is not None:
            left_ms = max(1, int((self.until - time.monotonic()) * 1_000))
            settings["statement_timeout"] = str(left_ms)
        for name, value in settings.items():
            self.connection.execute("SELECT set_config(%s, %s, true)", [name, value])

    def _columns(self, described: Sequence[Any]) -> list[Column]:
        makers = _makers()
        unknown = {entry.type_code for entry in described} - set(makers) - {_NUMERIC}
        named = self._named(unknown) if unknown else {}
        makers |= {code: _by_name(*found) for code, found in named.items()}
        return [
            Column(entry.name, _decimals(entry) if code == _NUMERIC else makers[code])
            for entry in described
            for code in (entry.type_code,)
        ]

    def _named(self, codes: set[int]) -> dict[int, tuple[str, bool]]:
        """The types' names, and whether their values are text: enumerations, citext and the like."""
        found = self.connection.execute(
            "SELECT oid::int8, format_type(oid, NULL), typcategory IN ('S', 'E')"
            " FROM pg_catalog.pg_type WHERE oid = ANY(%s)",
            [sorted(codes)],
        )
        return {code: (name, texts) for code, name, texts in found.fetchall()}


def _raw_times(connection: Connection[Any]) -> None:
    """Times and dates are loaded as integers: microseconds and days since 2000."""
    from psycopg.types.numeric import Int4BinaryLoader, Int8BinaryLoader

    for name in ("timestamp", "timestamptz", "time"):
        connection.adapters.register_loader(name, Int8BinaryLoader)
    connection.adapters.register_loader("date", Int4BinaryLoader)


_NUMERIC = 1700


def _makers() -> dict[int, Callable[[Values], pa.Array]]:
    """How values become an array, by the number of their type, which is the same everywhere."""
    plain = {16: pa.bool_(), 20: pa.int64(), 21: pa.int16(), 23: pa.int32(), 26: pa.int64()}
    plain |= {700: pa.float32(), 701: pa.float64(), 1083: pa.time64("us")}
    plain |= dict.fromkeys((18, 19, 25, 1042, 1043), pa.string())
    return {code: partial(pa.array, type=kind) for code, kind in plain.items()} | {
        1082: _dates,
        1114: partial(_times, kind=pa.timestamp("us")),
        1184: partial(_times, kind=pa.timestamp("us", tz="UTC")),
        2950: _texts,
    }


def _dates(values: Values) -> pa.Array:
    days = _finite(pa.array(values, pa.int32()), 2**31)
    return pc.add_checked(days, pa.scalar(_DAYS_TO_2000, pa.int32())).cast(pa.date32())


def _times(values: Values, kind: pa.DataType) -> pa.Array:
    since = _finite(pa.array(values, pa.int64()), 2**63)
    return pc.add_checked(since, pa.scalar(_MICROSECONDS_TO_2000, pa.int64())).cast(kind)


def _finite(values: pa.Array, end: int) -> pa.Array:
    ends = pc.min_max(values).as_py()
    if ends["min"] == -end or ends["max"] == end - 1:
        raise ValueError("infinity; write nullif(column, 'infinity')")
    return values


def _texts(values: Values) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _decimals(entry: Any) -> Callable[[Values], pa.Array]:
    """Numeric with a declared precision keeps its digits; without one it becomes float64."""
    precision, scale = entry.precision, entry.scale
    if precision is None or scale is None or not 0 <= scale <= precision <= 76:  # noqa: PLR2004 - Arrow's widest
        return _floats
    wide = precision > 38  # noqa: PLR2004 - what 128 bits hold
    kind = pa.decimal256(precision, scale) if wide else pa.decimal128(precision, scale)
    return partial(pa.array, type=kind)


def _floats(values: Values) -> pa.Array:
    """The nearest floats; ValueError for an integer that a float cannot hold."""
    floats = [None if value is None else float(value) for value in values]
    for value, near in zip(values, floats, strict=True):
        if near is not None and abs(near) >= _LARGEST_INTEGERS and value != near:
            raise ValueError(f"{value} is too long for a float; cast it to bigint or numeric(p, s)")
    return pa.array(floats, pa.float64())


def _by_name(type_: str, texts: bool) -> Callable[[Values], pa.Array]:  # noqa: FBT001 - a fact
    """Text for types whose values are text; DataError for others, as soon as there is a row."""
    return _labels if texts else partial(_refused, type_=type_)


def _labels(values: Values) -> pa.Array:
    return pa.array(
        [None if value is None else bytes(value).decode() for value in values], pa.string()
    )


def _refused(values: Values, type_: str) -> pa.Array:
    if not values:  # a column that is only looked at may be one that nobody wants
        return pa.nulls(0)
    raise TypeError(f"{type_} cannot be used; cast it (::text), or leave it out")
