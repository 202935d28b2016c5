"""What an exception says of an upstream: whether another attempt may help, and whether it is down."""

from __future__ import annotations

import errno

from seawall.contracts import Failure
from seawall.errors import (
    DataError,
    ForbiddenError,
    SeawallError,
    SoftwareError,
    TemporaryError,
    UnavailableError,
)

__all__ = ["failure_of"]

_DOWN = {
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.ECONNABORTED,
    errno.EPIPE,
    errno.ETIMEDOUT,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
}
_FOREIGN = {"python", "plug-in"}


def failure_of(error: BaseException, source: str) -> Failure:
    """The failure that the exception means, raised by a source of this type."""
    if isinstance(error, SeawallError):
        return _named(error, source)
    words = " ".join(str(error).split())[:300]
    if isinstance(error, OSError) and (error.errno in _DOWN or isinstance(error, TimeoutError)):
        return Failure("the upstream is down", words, transient=True, availability=True)
    if isinstance(error, OSError):
        return Failure("the upstream cannot be read", words)
    return Failure(f"the source raised {type(error).__name__}", words, "software")


def _named(error: SeawallError, source: str) -> Failure:
    kinds = {
        DataError: "data",
        ForbiddenError: "forbidden",
        SoftwareError: "software",
        TemporaryError: "busy",
    }
    down = isinstance(error, UnavailableError) and source in _FOREIGN
    return Failure(
        f"{error.what} ({error.where})" if error.where else error.what,
        error.seen,
        kinds.get(type(error), "unavailable"),  # type: ignore[arg-type]
        transient=down or isinstance(error, TemporaryError),
        availability=down,
        allowed=error.allowed,
        todo=error.todo,
    )
