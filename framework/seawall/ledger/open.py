"""Opening a ledger: made when it is missing, set aside when it is corrupt, refused when it is newer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from seawall.errors import Exit, SeawallError, StorageError, UsageError
from seawall.ledger.patience import patience
from seawall.ledger.tables import SCHEMA_VERSION, metadata, schema_version

__all__ = [
    "Ledger",
    "LedgerVersionError",
    "existing_ledger",
    "is_corrupt",
    "is_sound",
    "open_ledger",
]

_BUSY_MS = 250
_PATIENCE_S = 5
_CORRUPT = ("file is not a database", "malformed", "file is encrypted")


class LedgerVersionError(SeawallError):
    """The ledger was written by another version of seawall, and is left as it is."""

    exit = Exit.CONFIG


class OlderLedgerError(LedgerVersionError):
    """The ledger was written by an older seawall: whoever may write sets it aside."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger; `location` can be shown: a password in a URL is masked.

    `begun` is one that was made just now: it knows nothing of runs before.
    """

    location: str
    engine: Engine
    file: Path | None = None
    begun: bool = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end."""
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "sqlite":
                # Takes the write lock at once: a lock that is wanted later cannot be waited for.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; StorageError when the ledger cannot be read."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise unreadable(self.location, error) from error

    def close(self) -> None:
        """No connection is left open."""
        self.engine.dispose()


def open_ledger(location: str, *, warn: Callable[[str], None]) -> Ledger:
    """The ledger at a path or SQLAlchemy URL, with its tables, ready to be written.

    A corrupt SQLite file is moved aside, a new one begun, and `warn` told. LedgerVersionError when
    the ledger is newer than this seawall; StorageError when it cannot be opened.
    """
    ledger = _connect(location)
    try:
        return replace(ledger, begun=_prepare_or_replace(ledger, warn))
    except (SQLAlchemyError, OSError) as error:
        ledger.close()
        raise unreadable(ledger.location, error) from error
    except LedgerVersionError:
        ledger.close()
        raise


def existing_ledger(location: str) -> Ledger | None:
    """The ledger, for reading only; None when there is none yet. Nothing is created or changed."""
    ledger = _connect(location)
    if ledger.file is not None and not ledger.file.exists():
        return None
    try:
        return _readable(ledger)
    except SQLAlchemyError as error:
        raise unreadable(ledger.location, error) from error


def set_aside(file: Path, why: str, at: datetime) -> Path:
    """The file, and SQLite's two beside it, stand under a name that says why."""
    aside = file.with_name(f"{file.name}.{why}-{at:%Y%m%dT%H%M%S%f}")
    for suffix in ("-wal", "-shm", ""):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def replace_corrupt(ledger: Ledger, warn: Callable[[str], None]) -> bool:
    """Whether a fresh ledger stands in place of a corrupt SQLite file, which is kept beside it."""
    if ledger.file is None:
        return False
    ledger.close()
    # Another process may have replaced it a moment ago: what stands there now is looked at again.
    if is_sound(ledger):
        return False
    aside = set_aside(ledger.file, "corrupt", datetime.now(UTC))
    warn(
        f"the ledger {ledger.location} was corrupt: it is kept as {aside.name}, a new one is begun"
    )
    return _prepare(ledger)


def is_corrupt(error: BaseException) -> bool:
    """Whether SQLite says that the file's content, not the access to it, is broken."""
    return isinstance(error, DatabaseError) and any(word in str(error.orig) for word in _CORRUPT)


def unreadable(location: str, error: BaseException) -> StorageError:
    """The error for a ledger that cannot be used, without the statement that failed."""
    cause = getattr(error, "orig", None) or error
    first = (
        "see that the server answers"
        if "://" in location
        else "move the file away (a new one is begun)"
    )
    todo = f"{first}, or set SEAWALL_LEDGER to another place"
    return StorageError(f"the ledger cannot be used: {cause}", location, todo=todo)


def _connect(location: str) -> Ledger:
    url = _url(location)
    sqlite_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    file = Path(str(url.database)) if sqlite_file else None
    try:
        engine = create_engine(url, pool_pre_ping=file is None)
    except ModuleNotFoundError as error:
        todo = f"install {error.name} (pip install 'seawall[postgres]' for PostgreSQL)"
        shown = url.render_as_string(hide_password=True)
        raise StorageError("the ledger's driver is not installed", shown, todo=todo) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _tune)
    shown = str(file) if file else url.render_as_string(hide_password=True)
    return Ledger(shown, engine, file)


def _url(location: str) -> URL:
    if "://" not in location:
        return URL.create("sqlite", database=str(Path(location).absolute()))
    try:
        url = make_url(location)
        return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
    except ArgumentError as error:
        raise UsageError(
            "SEAWALL_LEDGER is not a URL that SQLAlchemy knows",
            allowed="a path, sqlite:///ledger.db or postgresql://…",
        ) from error


def _tune(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    # With WAL this is safe against a process's death; a power cut may lose the last runs' rows,
    # which the log still has.
    connection.execute("PRAGMA synchronous = NORMAL")


def _prepare_or_replace(ledger: Ledger, warn: Callable[[str], None]) -> bool:
    """Whether the tables that are there now were made just now."""
    try:
        return patience(_PATIENCE_S)(_prepare, ledger)
    except DatabaseError as error:
        if not is_corrupt(error):
            raise
        return replace_corrupt(ledger, warn)
    except OlderLedgerError as error:
        if ledger.file is None:
            raise
        ledger.close()
        aside = set_aside(ledger.file, "older", datetime.now(UTC))
        warn(f"{error.what}: it is kept as {aside.name}, a new one is begun")
        return _prepare(ledger)


def _prepare(ledger: Ledger) -> bool:
    """Whether the tables were made; they are there now."""
    if ledger.file is not None:
        ledger.file.parent.mkdir(parents=True, exist_ok=True)
    missing = _version(ledger) is None  # before a byte is written: a newer one stays as it is
    if ledger.file is not None:
        with ledger.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    if missing:
        with ledger.writing() as connection:
            metadata.create_all(connection)
            if connection.execute(select(schema_version)).first() is None:
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
    return missing


def _version(ledger: Ledger) -> int | None:
    with ledger.engine.connect() as connection:
        if not inspect(connection).has_table(schema_version.name):
            return None
        version = connection.execute(select(schema_version.c.version)).scalar()
    if version is None or version == SCHEMA_VERSION:
        return version
    newer = version > SCHEMA_VERSION
    raise (LedgerVersionError if newer else OlderLedgerError)(
        f"the ledger was written by {'a newer' if newer else 'an older'} seawall",
        ledger.location,
        f"schema version {version}",
        f"{SCHEMA_VERSION}",
        "upgrade seawall, or set SEAWALL_LEDGER to another place"
        if newer
        else "the next run keeps the file under another name and begins a new one; a database is "
        "left alone: set SEAWALL_LEDGER to another one",
    )


def is_sound(ledger: Ledger) -> bool:
    """Whether SQLite finds no damage in the file; its connections are closed."""
    try:
        with ledger.engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    except SQLAlchemyError:
        return False
    finally:
        ledger.close()
    return bool(verdict == "ok")


def _readable(ledger: Ledger) -> Ledger | None:
    try:
        return ledger if _version(ledger) is not None else None
    except OperationalError:
        # A WAL database in a folder that may not be written: read as it stands, without its WAL.
        if ledger.file is None:
            raise
        still = _connect(f"sqlite:///file:{quote(str(ledger.file))}?mode=ro&immutable=1&uri=true")
        still = Ledger(ledger.location, still.engine, ledger.file)
        return still if _version(still) is not None else None
