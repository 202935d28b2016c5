"""A lookup's table from a database, through SQLAlchemy: one query, values bound, never pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyarrow as pa

from seawall.config.load import resolve
from seawall.config.lookups import SqlLookup
from seawall.errors import DataError, UnavailableError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

__all__ = ["query", "unbound"]

_FETCH_ROWS = 50_000


def query(
    name: str, lookup: SqlLookup, *, root: Path, batch: str, env: Mapping[str, str]
) -> pa.Table:
    """What the query answers. A SQLite file is opened read-only and never created.

    Raises UnavailableError when the database or the table is not there or refuses.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    statement, url = text(lookup.query), resolve(lookup.url, env)
    given = {**lookup.params, "batch": batch}
    for missing in unbound(lookup):
        raise DataError(
            f"the query asks for a value that nobody gives: :{missing}",
            f"ingest.lookups.{name}.query",
            " ".join(lookup.query.split())[:200],
            ", ".join(f":{key}" for key in given),
            "add it to the lookup's params; a colon that is none is written \\:",
        )
    values = {key: value for key, value in given.items() if key in statement.compile().params}
    engine = _engine(url, root, name)
    try:
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(statement, values)
            names = list(result.keys())
            blocks = [_block(rows, names, name) for rows in result.partitions(_FETCH_ROWS)]
    except SQLAlchemyError as error:
        raise _down(name, lookup, _words(error, engine.url.password)) from error
    finally:
        engine.dispose()
    if not blocks:
        return pa.table({column: pa.nulls(0) for column in names})
    return _together(blocks, name)


def unbound(lookup: SqlLookup) -> list[str]:
    """The values that the query asks for and that neither the batch nor the params give."""
    from sqlalchemy import text

    return sorted(set(text(lookup.query).compile().params) - {"batch", *lookup.params})


def _together(blocks: Sequence[pa.Table], name: str) -> pa.Table:
    try:
        return pa.concat_tables(blocks, promote_options="permissive")
    except pa.ArrowException as error:
        raise _mixed("", name, error) from error


def _block(rows: Sequence[Any], names: Sequence[str], lookup: str) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays: dict[str, pa.Array] = {}
    for column, values in zip(names, columns, strict=True):
        try:
            arrays[column] = pa.array(values)
        except (pa.ArrowException, OverflowError) as error:
            raise _mixed(f" in column {column!r}", lookup, error) from error
    return pa.table(arrays)


def _mixed(column: str, lookup: str, error: Exception) -> DataError:
    return DataError(
        f"values of several types, or of none that can be used{column}",
        f"lookup {lookup}",
        " ".join(str(error).split())[:200],
        "one type a column",
        "cast the column in the query",
    )


def _engine(url: str, root: Path, name: str) -> Engine:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return create_engine(_read_only(parsed, root, name))
        return create_engine(parsed)
    except ModuleNotFoundError as error:
        raise DataError(
            "the driver for the lookup's database is not installed",
            f"ingest.lookups.{name}.url",
            f"no module {error.name}",
            "a URL of SQLAlchemy's whose driver is installed",
            f"install {error.name}, or name another driver in the URL (postgresql+psycopg://…)",
        ) from error
    except (ArgumentError, NoSuchModuleError, ValueError):
        # What SQLAlchemy says quotes parts of the URL, a password among them: not even its cause is kept.
        raise DataError(
            "the lookup's url is no database URL",
            f"ingest.lookups.{name}.url",
            allowed="dialect+driver://user:password@host:port/database",
            todo="check each part of it; it is not shown here, since it may hold a password",
        ) from None


def _read_only(url: URL, root: Path, name: str) -> URL:
    path = root / (url.database or "")
    if not path.is_file():
        raise UnavailableError(
            "the lookup's SQLite file is missing",
            f"ingest.lookups.{name}.url",
            str(path),
            "a SQLite file that is there",
            "check the path; it is taken from the project root",
        )
    return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})


def _words(error: Exception, password: str | None) -> str:
    """The driver's own words, without the URL and its password."""
    words = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    return words.replace(password, "***") if password else words


def _down(name: str, lookup: SqlLookup, words: str) -> UnavailableError:
    return UnavailableError(
        "the lookup cannot be read",
        f"lookup {name}",
        words,
        todo=f"check the database and the query: {' '.join(lookup.query.split())[:200]}",
    )
