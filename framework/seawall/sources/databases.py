"""A database behind a URL: SQLite and PostgreSQL by their own drivers, others through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import pyarrow as pa

from seawall.errors import DataError, UnavailableError
from seawall.sources.rows import Column, pieces_of

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from seawall.sources.statements import Statement

__all__ = ["Database", "database_at", "require_driver"]

_TODO = "check each part of it; it is not shown here, since it may hold a password"
_POSTGRES = ("postgresql", "postgresql+psycopg")
_POSTGRES_TODO = "pip install 'seawall[postgres]'"
_DRIVER_TODO = "install the driver's package, or name one that is there: dialect+driver://…"


class Database(Protocol):
    """A connection that reads.

    `subqueries` says whether a query within another keeps its order; `renamed` matches what the
    database appends to the name of a column that stands twice in such a query.
    """

    subqueries: bool
    renamed: str

    def pieces(self, statement: Statement, values: Mapping[str, Any]) -> Iterator[pa.Table]:
        """The rows in pieces; at least one table, which has the columns when there are no rows."""
        ...


def database_at(
    url: str, root: Path, *, shown: str, timeout_s: float | None
) -> AbstractContextManager[Database]:
    """A connection within; `shown` is what may be said of the place, '' for its own words.

    Raises UnavailableError for a SQLite file that is not there, DataError for a URL that is none or
    a driver that is missing; whatever the driver raises, it raises.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(_present(parsed, root, shown))
    if parsed.drivername in _POSTGRES:
        _need("psycopg", _POSTGRES_TODO)
        from seawall.sources.postgres import postgres

        return postgres(parsed, timeout_s=timeout_s)
    return _other(parsed)


def require_driver(url: str) -> None:
    """The URL is one, and its driver is installed; else DataError. Nothing is connected to."""
    from sqlalchemy.exc import NoSuchModuleError

    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return
    if parsed.drivername in _POSTGRES:
        _need("psycopg", _POSTGRES_TODO)
        return
    try:
        parsed.get_dialect().import_dbapi()
    except NoSuchModuleError:
        raise _no_url() from None
    except ImportError as error:
        raise _no_driver(error.name or "", _DRIVER_TODO) from error


class _Sqlite:
    subqueries = True
    renamed = r":[0-9]+$"

    def __init__(self, connection: Any, dialect: Any) -> None:
        self._connection, self._dialect = connection, dialect

    def pieces(self, statement: Statement, values: Mapping[str, Any]) -> Iterator[pa.Table]:
        """The rows in pieces, each column of the type that its values show."""
        compiled = statement.compile(dialect=self._dialect)
        cursor = self._connection.execute(str(compiled), {**compiled.params, **values})
        try:
            yield from pieces_of(cursor, [Column(entry[0]) for entry in cursor.description or ()])
        finally:
            cursor.close()


class _Other:
    subqueries = False
    renamed = r"$"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def pieces(self, statement: Statement, values: Mapping[str, Any]) -> Iterator[pa.Table]:
        """The rows in pieces, through a server-side cursor where the driver has one."""
        result = self._connection.execute(statement, dict(values))
        try:
            yield from pieces_of(result, [Column(name) for name in result.keys()])  # noqa: SIM118 - no mapping
        finally:
            result.close()


@contextmanager
def _sqlite(path: Path) -> Iterator[Database]:
    """The file, opened to read; it is never created."""
    import sqlite3

    from sqlalchemy.dialects import sqlite

    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    try:
        yield _Sqlite(connection, sqlite.dialect(paramstyle="named"))
    finally:
        connection.close()


@contextmanager
def _other(url: URL) -> Iterator[Database]:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        engine = create_engine(url, poolclass=NullPool)
    except ModuleNotFoundError as error:
        raise _no_driver(error.name or "", f"install {error.name}") from error
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise _no_url() from None
    with engine.connect() as connection:
        yield _Other(connection.execution_options(stream_results=True))


def _parsed(url: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # What SQLAlchemy says quotes parts of the URL, a password among them: not even its cause is kept.
        raise _no_url() from None


def _present(url: URL, root: Path, shown: str) -> Path:
    path = root / (url.database or "")
    if not path.is_file():
        raise UnavailableError(
            "the SQLite file is missing",
            "url",
            shown or str(path),
            "a SQLite file that is there",
            "check the path; it is taken from the project root",
        )
    return path


def _need(module: str, todo: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise _no_driver(module, todo)


def _no_driver(module: str, todo: str) -> DataError:
    return DataError(
        "the driver for the database is not installed",
        "url",
        f"no module {module}",
        "a URL whose driver is installed",
        todo,
    )


def _no_url() -> DataError:
    return DataError(
        "no database URL",
        "url",
        allowed="dialect+driver://user:password@host:port/database",
        todo=_TODO,
    )
