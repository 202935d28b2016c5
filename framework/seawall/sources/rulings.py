"""The one table of what exceptions mean: which may be tried again, and which say that it is down.

It is a positive list. What it does not name is permanent: an exception of no driver's is a bug of the
source's own code, and another attempt would only repeat it. Classes are named by where they are
defined, so that no driver is imported to look one up; a subclass means what its nearest listed base
means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CLASSES", "ERRNOS", "S3_CODES", "SQLITE_CODES", "SQLSTATES", "STATUSES", "Ruling"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an exception means: the words for it, and a Failure's kind and two flags."""

    what: str
    kind: Literal["unavailable", "data", "forbidden", "busy", "software"] = "unavailable"
    transient: bool = False
    availability: bool = False
    todo: str = ""


DOWN = Ruling("the upstream is down", transient=True, availability=True)
BUSY = Ruling("the upstream is busy with somebody else", "busy", transient=True)
DENIED = Ruling(
    "the upstream denies access", todo="check the credentials, and what they are allowed to read"
)
GONE = Ruling(
    "the upstream cannot answer what is asked of it",
    todo="check the names in its section of the pipeline file against the upstream",
)
NO_FILE = Ruling(
    "a path leads to no file",
    todo="check the path; a relative one begins where seawall was called, `root` is the project's",
)
FULL = Ruling("a disk is full", todo="make room on it, then run the batch again")
BROKEN = Ruling("the upstream's answer is unusable", "data", todo="find out what it sent, and why")
REFUSED = Ruling("refused for safety", "forbidden")
BUG = Ruling("the source's code failed", "software", todo="mend the source's code or its setup")


def _of(ruling: Ruling, module: str, names: str) -> dict[str, Ruling]:
    return {f"{module}.{name}": ruling for name in names.split()}


_OS = {
    **_of(DOWN, "builtins", "ConnectionError TimeoutError"),
    **_of(DOWN, "socket", "gaierror herror"),  # a name that is unknown now may be known soon
    **_of(DOWN, "ssl", "SSLEOFError SSLZeroReturnError SSLSyscallError"),
    **_of(DENIED, "ssl", "SSLError"),  # a certificate that does not hold will not hold in a second
    **_of(DENIED, "builtins", "PermissionError"),
    **_of(GONE, "builtins", "FileNotFoundError IsADirectoryError NotADirectoryError"),
}
_FORMATS = {
    **_of(BROKEN, "builtins", "EOFError UnicodeDecodeError"),  # a truncated gzip is an EOFError
    **_of(BROKEN, "pyarrow.lib", "ArrowException ArrowInvalid ArrowTypeError ArrowKeyError"),
    **_of(BROKEN, "pyarrow.lib", "ArrowIndexError ArrowNotImplementedError ArrowCapacityError"),
    **_of(BROKEN, "pyarrow.lib", "ArrowSerializationError"),
    **_of(BUG, "pyarrow.lib", "ArrowCancelled ArrowMemoryError"),
    **dict.fromkeys(
        (
            "_csv.Error",
            "_lzma.LZMAError",
            "compression.zstd.ZstdError",
            "gzip.BadGzipFile",
            "json.decoder.JSONDecodeError",
            "zlib.error",
            "zstandard.backend_c.ZstdError",
            "zstandard.ZstdError",
        ),
        BROKEN,
    ),
}
_S3 = {
    **_of(GONE, "botocore.exceptions", "BotoCoreError ClientError"),
    **_of(DOWN, "botocore.exceptions", "ConnectionError HTTPClientError ConnectTimeoutError"),
    **_of(DOWN, "botocore.exceptions", "ReadTimeoutError ConnectionClosedError"),
    **_of(DOWN, "botocore.exceptions", "EndpointConnectionError IncompleteReadError"),
    **_of(DOWN, "botocore.exceptions", "ResponseStreamingError ProxyConnectionError"),
    **_of(DOWN, "botocore.exceptions", "ChecksumError FlexibleChecksumError"),  # bytes got lost
    **_of(DENIED, "botocore.exceptions", "SSLError NoCredentialsError PartialCredentialsError"),
    **_of(DENIED, "botocore.exceptions", "CredentialRetrievalError TokenRetrievalError SSOError"),
    **_of(DENIED, "botocore.exceptions", "NoAuthTokenError ProfileNotFound LoginError"),
    **_of(BUG, "botocore.exceptions", "ParamValidationError MissingDependencyException"),
}
_SQL = {
    **_of(GONE, "sqlalchemy.exc", "SQLAlchemyError NoSuchTableError"),
    **_of(DOWN, "sqlalchemy.exc", "DisconnectionError TimeoutError InvalidatePoolError"),
    **_of(BUG, "sqlalchemy.exc", "InvalidRequestError ArgumentError CompileError"),
    **_of(BUG, "sqlalchemy.exc", "EmulatedDBAPIException StatementError"),
    **_of(GONE, "sqlalchemy.exc", "DBAPIError"),
    **_of(GONE, "psycopg", "Error"),
    **_of(DOWN, "psycopg", "OperationalError"),  # those with an SQLSTATE go by that
    **_of(BUG, "psycopg", "InterfaceError NotSupportedError"),
    **_of(BUG, "psycopg.errors", "PipelineAborted"),
    **_of(BROKEN, "psycopg", "DataError"),
    **_of(GONE, "sqlite3", "Error"),
    **_of(BROKEN, "sqlite3", "DataError"),  # those with a code of SQLite's go by that
    **_of(BUG, "sqlite3", "InterfaceError ProgrammingError NotSupportedError"),
}
_HTTP = {
    **_of(GONE, "httpx", "HTTPError InvalidURL CookieConflict HTTPStatusError"),
    **_of(DOWN, "httpx", "TimeoutException NetworkError RemoteProtocolError"),
    **_of(BROKEN, "httpx", "DecodingError"),
    **_of(REFUSED, "httpx", "TooManyRedirects"),
    **_of(BUG, "httpx", "LocalProtocolError UnsupportedProtocol StreamError"),
    **_of(DOWN, "httpcore", "TimeoutException NetworkError RemoteProtocolError"),
    **_of(GONE, "httpcore", "ProxyError ProtocolError"),
    **_of(BUG, "httpcore", "LocalProtocolError UnsupportedProtocol ConnectionNotAvailable"),
}
_OTHERS = {  # clients that only people's own sources use, and stores behind fsspec
    **_of(GONE, "aiohttp.client_exceptions", "ClientError ClientResponseError"),
    **_of(DOWN, "aiohttp.client_exceptions", "ClientConnectionError ClientPayloadError"),
    **_of(DENIED, "aiohttp.client_exceptions", "ClientSSLError ServerFingerprintMismatch"),
    **_of(DENIED, "aiohttp.client_exceptions", "ClientConnectorCertificateError"),
    **_of(REFUSED, "aiohttp.client_exceptions", "TooManyRedirects"),
    **_of(GONE, "requests.exceptions", "RequestException"),
    **_of(DOWN, "requests.exceptions", "ConnectionError Timeout ChunkedEncodingError RetryError"),
    **_of(DENIED, "requests.exceptions", "SSLError"),
    **_of(BROKEN, "requests.exceptions", "InvalidJSONError ContentDecodingError"),
    **_of(REFUSED, "requests.exceptions", "TooManyRedirects"),
    **_of(GONE, "urllib3.exceptions", "HTTPError"),
    **_of(DOWN, "urllib3.exceptions", "TimeoutError ProtocolError NewConnectionError"),
    **_of(DOWN, "urllib3.exceptions", "MaxRetryError IncompleteRead InvalidChunkLength"),
    **_of(DENIED, "urllib3.exceptions", "SSLError"),
    **_of(DOWN, "http.client", "IncompleteRead RemoteDisconnected"),
    **_of(DOWN, "urllib.error", "URLError ContentTooShortError"),
    **_of(DOWN, "asyncio.exceptions", "IncompleteReadError"),
    **_of(DOWN, "pymysql.err", "OperationalError"),
}
_FILES = {**_OS, **_FORMATS, **_S3, **_OTHERS}
_FOREIGN = {
    **_FILES,
    **_SQL,
    **_HTTP,
    **_of(NO_FILE, "builtins", "FileNotFoundError IsADirectoryError NotADirectoryError"),
}

CLASSES: dict[str, dict[str, Ruling]] = {
    "parquet": _FILES,
    "csv": _FILES,
    "jsonl": _FILES,
    "sql": {**_OS, **_FORMATS, **_SQL},
    "http": {**_OS, **_FORMATS, **_HTTP},
    "python": _FOREIGN,
    "plug-in": _FOREIGN,
}
"""What the exception classes mean that each kind of source may meet."""

ERRNOS = {
    **dict.fromkeys(
        ("ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH"), DOWN
    ),
    **dict.fromkeys(("ENETUNREACH", "ENETDOWN", "ENETRESET", "EHOSTDOWN", "ESTALE"), DOWN),
    **dict.fromkeys(("EAGAIN", "EINTR", "EBUSY"), BUSY),
    **dict.fromkeys(("EACCES", "EPERM"), DENIED),
    **dict.fromkeys(("ENOSPC", "EDQUOT"), FULL),
}
"""What the operating system's errors mean, where their class does not say."""

STATUSES = {
    **dict.fromkeys((408, 425, 429), DOWN),
    **dict.fromkeys((401, 403, 407), DENIED),
    5: DOWN,
    4: GONE,
    3: REFUSED,
}
"""What HTTP's status codes mean; a single digit stands for its hundred."""

SQLSTATES = {
    "08": DOWN,  # the connection
    "53": DOWN,  # connections, memory or disk used up
    "57P0": DOWN,  # shutting down, crashed, starting up
    "57P04": GONE,  # the database was dropped
    "57014": DOWN,  # the statement took too long, and the server ended it
    "25P03": DOWN,  # the transaction idled too long
    "25P04": DOWN,  # it took too long
    "HV00N": DOWN,  # a server behind this one cannot be reached
    "40001": BUSY,
    "40003": BUSY,
    "40P01": BUSY,
    "55P03": BUSY,
    "28": DENIED,
    "42501": DENIED,
    "42703": BROKEN,  # the column is not there: the schema has changed
    "22": BROKEN,
    "21": BROKEN,
    "25006": REFUSED,  # the query writes
}
"""What SQLSTATE codes mean, by their longest listed beginning; the others are permanent."""

SQLITE_CODES = {
    5: BUSY,
    6: BUSY,
    17: BUSY,
    3: DENIED,
    23: DENIED,
    8: REFUSED,
    11: BROKEN,
    26: BROKEN,
}
"""What SQLite's primary result codes mean: busy, locked, schema, perm, auth, readonly, corrupt, notadb."""

S3_CODES = {
    **dict.fromkeys(("SlowDown", "ServiceUnavailable", "RequestTimeout", "InternalError"), DOWN),
    **dict.fromkeys(("Throttling", "ThrottlingException", "RequestLimitExceeded"), DOWN),
    **dict.fromkeys(("TooManyRequests", "BandwidthLimitExceeded", "Busy"), DOWN),
    **dict.fromkeys(("OperationAborted", "PreconditionFailed"), BUSY),  # it changed meanwhile
    **dict.fromkeys(("AccessDenied", "ExpiredToken", "InvalidAccessKeyId"), DENIED),
    **dict.fromkeys(("SignatureDoesNotMatch", "InvalidToken", "RequestTimeTooSkewed"), DENIED),
    **dict.fromkeys(("NoSuchKey", "NoSuchBucket"), GONE),
}
"""What S3's error codes mean; the others go by the status of the answer."""
