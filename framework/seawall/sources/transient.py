"""What an exception says of an upstream: whether another attempt may help, and whether it is down.

Sources of other people's (callables, plug-ins) say it with `seawall.errors`: TemporaryError may be
tried again, UnavailableError may too and means that the upstream is down, DataError that its answer
is unusable. Exceptions of the drivers are read by the table in `seawall.sources.rulings`; any other
is a bug of the source's.
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from seawall.contracts import Failure
from seawall.errors import (
    DataError,
    ForbiddenError,
    SeawallError,
    StorageError,
    TemporaryError,
    UnavailableError,
)
from seawall.shown import line
from seawall.sources.rulings import (
    BROKEN,
    BUG,
    BUSY,
    CLASSES,
    DENIED,
    DOWN,
    ERRNOS,
    GONE,
    REFUSED,
    S3_CODES,
    SQLITE_CODES,
    SQLSTATES,
    STATUSES,
    Ruling,
)

__all__ = ["failure_of", "is_denied", "ruling_of"]

FOREIGN = "plug-in"
_LONGEST = 300
_LONGEST_TRACE = 8_000
_QUERY = re.compile(r"(with url: [^\s?]*)\?\S*")
_URL = re.compile(r"(\w+://)(?:[^/?#\s]*@)?([^\s?#'\")>]*)(\?[^\s'\")>]*)?")
_REFUSED_LOGIN = re.compile(
    r"authentication failed|no pg_hba\.conf entry|no password supplied|certificate verify failed"
)
_NOT_THERE = re.compile(r'(?:role|database) "[^"]*" does not exist')
_NOT_SENT = "the request cannot be sent; check its url and headers"
_SILENT = {
    "h11._util.LocalProtocolError",
    "httpcore.LocalProtocolError",
    "httpx.InvalidURL",
    "httpx.LocalProtocolError",
    "requests.exceptions.InvalidHeader",
    "requests.exceptions.InvalidURL",
}
"""Classes whose words quote the request's headers, or a URL in pieces."""
_NAMED: dict[type[SeawallError], Ruling] = {
    DataError: BROKEN,
    ForbiddenError: REFUSED,
    TemporaryError: BUSY,
    UnavailableError: GONE,
    StorageError: GONE,
}


def _now() -> datetime:
    return datetime.now(UTC)


def failure_of(
    error: BaseException,
    source: str,
    *,
    hide: Callable[[str], str] = str,
    now: Callable[[], datetime] = _now,
) -> Failure:
    """The failure that the exception means, raised by a source of this type (parquet, sql, …).

    `hide` takes secrets out of a text. The words are one line of at most 300 characters, without
    parameters, headers and the private parts of URLs.
    """
    if isinstance(error, SeawallError):
        return _named(error, source, hide)
    inner = _unwrapped(error)
    ruling = ruling_of(inner, source)
    name = type(inner).__name__
    words = f"{name}: {_words(inner, hide)}".rstrip(": ")
    return Failure(
        ruling.what,
        words[:_LONGEST],
        ruling.kind,
        transient=ruling.transient,
        availability=ruling.availability,
        todo=ruling.todo,
        retry_after_s=_retry_after_s(inner, now) if ruling.transient else None,
        trace=hide(_frames(error)) if ruling is BUG else "",
    )


def ruling_of(error: BaseException, source: str) -> Ruling:
    """What the table says of the exception; a bug where it says nothing."""
    by_code = (
        _by_status(error) or _by_s3_code(error) or _by_sqlstate(error) or _by_sqlite_code(error)
    )
    if by_code is not None:
        return by_code
    if _has_bad_certificate(error):
        return DENIED
    by_class = _by_class(error, CLASSES.get(source, CLASSES[FOREIGN]))
    if by_class is not None:
        return by_class
    if isinstance(error, OSError):
        name = errno.errorcode.get(error.errno or 0, "")
        return ERRNOS.get(name, GONE if error.errno else BROKEN)
    return BUG


def is_denied(error: BaseException, source: str) -> bool:
    """Whether the upstream denies access, as it does to credentials that have expired."""
    return ruling_of(_unwrapped(error), source) is DENIED


def _named(error: SeawallError, source: str, hide: Callable[[str], str]) -> Failure:
    """An error that says by itself what it is; a file that cannot be read goes by its cause."""
    ruling = next((_NAMED[kind] for kind in type(error).__mro__ if kind in _NAMED), BUG)
    if isinstance(error, UnavailableError) and (source == "python" or source not in CLASSES):
        ruling = DOWN
    if isinstance(error, StorageError) and error.__cause__ is not None:
        ruling = ruling_of(error.__cause__, source)
    what = f"{error.what} ({error.where})" if error.where else error.what
    texts = (_line(hide(text)) for text in (what, error.seen, error.allowed, error.todo))
    what, seen, allowed, todo = texts
    return Failure(
        what,
        seen,
        ruling.kind,
        transient=ruling.transient,
        availability=ruling.availability,
        allowed=allowed,
        todo=todo,
        trace=hide(_frames(error)) if ruling is BUG else "",
    )


def _unwrapped(error: BaseException) -> BaseException:
    """The exception that is meant: what a wrapper was raised for."""
    orig = getattr(error, "orig", None)  # SQLAlchemy
    if isinstance(orig, BaseException):
        return _unwrapped(orig)
    last = getattr(error, "last_attempt", None)  # tenacity
    if last is not None and isinstance(last.exception(), BaseException):
        return _unwrapped(last.exception())
    if isinstance(error, BaseExceptionGroup):
        return _unwrapped(error.exceptions[0])
    cause = error.__cause__
    if isinstance(error, OSError) and type(cause).__module__.startswith("botocore"):  # s3fs
        return cause if cause is not None else error
    return error


def _by_class(error: BaseException, classes: dict[str, Ruling]) -> Ruling | None:
    for kind in type(error).__mro__:
        found = classes.get(f"{kind.__module__}.{kind.__qualname__}")
        if found is not None:
            return found
    return None


def _by_status(error: BaseException) -> Ruling | None:
    """By the status of an HTTP answer: httpx's, requests', aiohttp's or urllib's error."""
    status = _status(error)
    return None if status is None else STATUSES.get(status) or STATUSES.get(status // 100)


def _status(error: BaseException) -> int | None:
    module = type(error).__module__.partition(".")[0]
    if module not in {"httpx", "requests", "aiohttp", "urllib"}:
        return None
    answer = getattr(error, "__dict__", {}).get("response") or error
    status = getattr(answer, "status_code", None) or getattr(answer, "status", None)
    return status if isinstance(status, int) else None


def _by_s3_code(error: BaseException) -> Ruling | None:
    if not type(error).__module__.startswith("botocore"):
        return None
    answer = getattr(error, "response", None)
    if not isinstance(answer, dict):
        return None
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(answer.get("Error", {}).get("Code", ""))
    if code.isdecimal():  # an answer without a body, to HEAD
        status = int(code)
    return S3_CODES.get(code) or STATUSES.get(status) or STATUSES.get(status // 100)


def _by_sqlstate(error: BaseException) -> Ruling | None:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if not isinstance(state, str):
        return _by_server_words(error)
    for length in range(len(state), 1, -1):
        if state[:length] in SQLSTATES:
            return SQLSTATES[state[:length]]
    return GONE


def _by_server_words(error: BaseException) -> Ruling | None:
    """No SQLSTATE comes from libpq when a server refuses a connection: its words have to do."""
    if not type(error).__module__.startswith("psycopg"):
        return None
    if _REFUSED_LOGIN.search(str(error)):
        return DENIED
    return GONE if _NOT_THERE.search(str(error)) else None


def _by_sqlite_code(error: BaseException) -> Ruling | None:
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    if str(error).startswith("no such column"):
        return BROKEN
    return SQLITE_CODES.get(code & 0xFF, GONE)


def _has_bad_certificate(error: BaseException) -> bool:
    """Whether a failed connection goes back to a certificate, which another attempt won't mend."""
    seen: BaseException | None = error
    while seen is not None:
        if type(seen).__name__ == "SSLCertVerificationError":
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _words(error: BaseException, hide: Callable[[str], str]) -> str:
    """What the exception says, without what was sent along with the request."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if name in _SILENT:
        return _NOT_SENT
    if _status(error) is not None:
        return _line(hide(str(error).partition("\n")[0]))
    server = getattr(getattr(error, "diag", None), "message_primary", None)
    return _line(hide(str(server or error)))


def _line(text: str) -> str:
    """One line of it, of its URLs neither userinfo nor query."""
    short = _URL.sub(lambda match: match[1] + match[2] + ("?…" if match[3] else ""), text)
    return line(" ".join(_QUERY.sub(r"\1?…", short).split()), _LONGEST)


def _retry_after_s(error: BaseException, now: Callable[[], datetime]) -> float | None:
    """How long an HTTP service asks to be left alone: in seconds, or until a date."""
    headers = getattr(getattr(error, "__dict__", {}).get("response") or error, "headers", None)
    asked: Any = headers.get("Retry-After") if headers is not None else None
    if not isinstance(asked, str):
        return None
    if asked.strip().isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - now()).total_seconds(), 0.0)


def _frames(error: BaseException) -> str:
    """Where it was raised: files, lines and code, the innermost last; no values."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return "".join(frames)[-_LONGEST_TRACE:]
