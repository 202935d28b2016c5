"""Exceptions of every driver: what is tried again, what says that it is down, and in which words."""

from __future__ import annotations

import errno
import importlib
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.exceptions
import httpx
import psycopg
import psycopg.errors
import pytest
import sqlalchemy.exc
import tenacity

from seawall import errors
from seawall.sources import rulings
from seawall.sources.transient import failure_of, ruling_of

EXPECTED = json.loads((Path(__file__).parent / "exceptions.json").read_text())
KINDS = {"botocore.exceptions": "parquet", "aiohttp": "parquet", "pyarrow.lib": "csv"}
KINDS |= {"psycopg.errors": "sql", "sqlalchemy.exc": "sql", "sqlite3": "sql", "httpx": "http"}
RULINGS = ("DOWN", "BUSY", "DENIED", "GONE", "BROKEN", "REFUSED", "BUG", "NO_FILE", "FULL")
NAMES = {id(getattr(rulings, name)): name.lower() for name in RULINGS}
BUGS = [TypeError, KeyError, NameError, AttributeError, ImportError, ValueError, AssertionError]
BUGS += [MemoryError, RecursionError, ZeroDivisionError, KeyboardInterrupt, SystemExit]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def exceptions_of(module: str) -> Iterator[type[Exception]]:
    """The exception classes that the driver defines and shows in this module."""
    for name, kind in vars(importlib.import_module(module)).items():
        if not (isinstance(kind, type) and issubclass(kind, Exception)) or name.startswith("_"):
            continue
        own = kind.__module__.partition(".")[0] == module.partition(".")[0]
        if (
            own
            and not issubclass(kind, Warning)
            and (module != "builtins" or OSError in kind.mro())
        ):
            yield kind


def cases(**words: str) -> list[tuple[str, str]]:
    """A pair of each code and the ruling that is expected of it."""
    return [(code, word) for word, codes in words.items() for code in codes.split()]


@pytest.mark.parametrize("module", EXPECTED)
def test_each_class_of_a_driver_is_classified_on_purpose(module: str) -> None:
    """A class that a driver's new version brings, or that means something else now, is named."""
    expected = {
        name: word
        for word, lines in EXPECTED[module].items()
        for line in lines
        for name in line.split()
    }
    source = KINDS.get(module, "python")
    found = {
        kind.__name__: NAMES[id(ruling_of(kind.__new__(kind), source))]
        for kind in exceptions_of(module)
    }

    assert found.items() <= expected.items(), sorted(found.items() - expected.items())


@pytest.mark.parametrize("source", rulings.CLASSES)
@pytest.mark.parametrize("kind", BUGS)
def test_programming_errors_are_never_tried_again(source: str, kind: type[BaseException]) -> None:
    """What the source's own code does wrong is software, whatever the source."""
    failure = failure_of(kind("x"), source)

    assert (failure.transient, failure.availability, failure.kind) == (False, False, "software")


def http(status: int, **headers: str) -> httpx.HTTPStatusError:
    """What httpx raises for an answer of this status."""
    request = httpx.Request("GET", "https://u:hunter22@h.example/rows?token=hunter33")
    answer = httpx.Response(status, headers=headers, request=request)
    with pytest.raises(httpx.HTTPStatusError) as raised:
        answer.raise_for_status()
    return raised.value


@pytest.mark.parametrize(
    ("status", "word"), cases(down="408 425 429 500 502 503 504", other="400 401 403 404 410 301")
)
def test_status(status: str, word: str) -> None:
    """Of HTTP's statuses those that pass are transient and mean that the service is down."""
    failure = failure_of(http(int(status)), "http")

    assert failure.transient is failure.availability is (word == "down")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("10", 10.0),
        ("Thu, 01 Jan 2026 10:00:00 GMT", 36000.0),
        ("soon", None),
        ("-5", None),
        ("Wed, 31 Dec 2025 10:00:00 GMT", 0.0),
    ],
)
def test_retry_after(said: str, seconds: float | None) -> None:
    """Retry-After is read as seconds or as a date; other words are left aside."""
    failure = failure_of(http(429, **{"Retry-After": said}), "http", now=lambda: NOW)

    assert failure.retry_after_s == seconds


def postgres(state: str) -> psycopg.Error:
    """What psycopg raises for the SQLSTATE."""
    return psycopg.errors.lookup(state)("no")


@pytest.mark.parametrize(
    ("state", "word"),
    cases(
        down="08006 53300 57P01 57P03 57014",
        busy="40001 40P01 55P03",
        denied="28P01 42501",
        gone="42P01 42601 57P04 3D000",
        broken="42703 22012",
        refused="25006",
    ),
)
def test_sqlstate(state: str, word: str) -> None:
    """PostgreSQL's errors go by their SQLSTATE, also within SQLAlchemy's wrapper."""
    wrapped = sqlalchemy.exc.DBAPIError("SELECT :p", {"p": "hunter22"}, postgres(state))

    assert NAMES[id(ruling_of(postgres(state), "sql"))] == word
    assert failure_of(wrapped, "sql") == failure_of(postgres(state), "sql")


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ('FATAL:  password authentication failed for user "u"', "denied"),
        ('FATAL:  no pg_hba.conf entry for host "h"', "denied"),
        ('FATAL:  database "x" does not exist', "gone"),
        ("FATAL:  the database system is starting up", "down"),
        ("connection refused", "down"),
    ],
)
def test_refused_connections_go_by_the_servers_words(words: str, word: str) -> None:
    """A login that PostgreSQL refuses is not tried again, though libpq gives no SQLSTATE for it."""
    error = psycopg.OperationalError(f"connection failed: {words}")

    assert NAMES[id(ruling_of(error, "sql"))] == word


def s3(code: str, status: int) -> Exception:
    """What s3fs raises for an error of the store."""
    from s3fs.errors import translate_boto_error

    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = botocore.exceptions.ClientError(answer, "GetObject")
    translated: Exception = translate_boto_error(error)
    return translated


@pytest.mark.parametrize(
    ("answer", "word"),
    cases(
        down="SlowDown/503 InternalError/500 RequestTimeout/400 503/503 Novel/502",
        gone="NoSuchKey/404 404/404",
        denied="AccessDenied/403 403/403 ExpiredToken/400",
        busy="PreconditionFailed/412",
    ),
)
def test_s3(answer: str, word: str) -> None:
    """Errors of S3 go by its code, else by the status, through s3fs's translation."""
    code, _, status = answer.partition("/")
    failure = failure_of(s3(code, int(status)), "parquet")

    assert failure.what == getattr(rulings, word.upper()).what


@pytest.mark.parametrize("source", ["python", "plug-in", "tides"])
@pytest.mark.parametrize(
    ("code", "word"),
    [("ENOENT", "check the path"), ("EISDIR", "check the path"), ("ENOSPC", "room")],
)
def test_advice_on_files_of_foreign_code(source: str, code: str, word: str) -> None:
    """A callable's own file, or a full disk, has nothing to do with the section's names."""
    failure = failure_of(OSError(getattr(errno, code), "no", "a.csv"), source)

    assert (word in failure.todo, failure.transient, failure.kind) == (True, False, "unavailable")


@pytest.mark.parametrize(
    ("code", "word"),
    cases(
        down="ECONNREFUSED ECONNRESET ETIMEDOUT EHOSTUNREACH ESTALE",
        busy="EAGAIN",
        denied="EACCES",
        gone="ENOENT EIO",
        full="ENOSPC EDQUOT",
    ),
)
def test_errno(code: str, word: str) -> None:
    """What the operating system says goes by its class or its number."""
    assert NAMES[id(ruling_of(OSError(getattr(errno, code), "no"), "csv"))] == word


@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_NONAME])
def test_names_that_do_not_resolve_are_tried_again(code: int) -> None:
    """A name that DNS does not know now may be known in a moment."""
    assert failure_of(socket.gaierror(code, "no"), "http").transient


def test_bad_certificate() -> None:
    """A connection that fails for its certificate is not tried again."""
    error = httpx.ConnectError("no")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")

    assert not failure_of(error, "http").transient


def test_sqlite_is_locked(tmp_path: Path) -> None:
    """A SQLite file that another connection holds is busy, and a table that isn't there is gone."""
    import sqlite3

    path = tmp_path / "a.db"
    holder, other = sqlite3.connect(path), sqlite3.connect(path, timeout=0)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError) as locked:
        other.execute("SELECT 1 FROM sqlite_master")
    holder.rollback()
    with pytest.raises(sqlite3.OperationalError) as missing:
        other.execute("SELECT 1 FROM t")
    holder.close()
    other.close()

    assert failure_of(locked.value, "sql").kind == "busy"
    assert not failure_of(missing.value, "sql").transient


def own(kind: type[errors.SeawallError], cause: Exception | None = None) -> errors.SeawallError:
    """An error of seawall's own."""
    error = kind("what", "where", "seen", "allowed", "todo")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (errors.TemporaryError, ("busy", True, False)),
        (errors.DataError, ("data", False, False)),
        (errors.UnavailableError, ("unavailable", True, True)),
        (errors.ForbiddenError, ("forbidden", False, False)),
        (errors.SoftwareError, ("software", False, False)),
    ],
)
def test_foreign_code_says_it_by_our_errors(
    kind: type[errors.SeawallError], expected: tuple[Any, ...]
) -> None:
    """A callable's or plug-in's TemporaryError and UnavailableError are tried again, others not."""
    for source in ("python", "lighthouse"):
        failure = failure_of(own(kind), source)

        assert (failure.kind, failure.transient, failure.availability) == expected


def test_missing_input_of_a_built_in_source() -> None:
    """A file that is not there is not waited for by trying again."""
    assert not failure_of(own(errors.UnavailableError), "csv").transient


def test_file_that_the_system_refuses_goes_by_its_cause() -> None:
    """A StorageError around a stale handle is tried again, one around EACCES is not."""
    stale = own(errors.StorageError, OSError(errno.ESTALE, "stale"))
    denied = own(errors.StorageError, OSError(errno.EACCES, "denied"))

    assert failure_of(stale, "csv").transient
    assert not failure_of(denied, "csv").transient


def test_error_of_inner_retries_is_the_cause() -> None:
    """Tenacity's RetryError is told as what was retried."""

    @tenacity.retry(stop=tenacity.stop_after_attempt(1))
    def fails() -> None:
        raise ConnectionResetError(errno.ECONNRESET, "reset by peer")

    with pytest.raises(tenacity.RetryError) as raised:
        fails()

    assert "reset by peer" in failure_of(raised.value, "python").seen
