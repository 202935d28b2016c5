"""What a read that failed is told as."""

from __future__ import annotations

from dataclasses import replace

from seawall.config.plugged import label
from seawall.config.sources import PluginSource, SourceSection
from seawall.contracts import Failure
from seawall.errors import (
    DataError,
    ForbiddenError,
    SeawallError,
    SoftwareError,
    TemporaryError,
    UnavailableError,
)
from seawall.isolation import Died, TimedOut
from seawall.reads.values import Unread

__all__ = ["blamed", "error_of", "failure_of_reply", "words"]

_ERRORS: dict[str, type[SeawallError]] = {
    "unavailable": UnavailableError,
    "data": DataError,
    "forbidden": ForbiddenError,
    "busy": TemporaryError,
    "software": SoftwareError,
}


def failure_of_reply(reply: Died | TimedOut) -> Failure:
    """A process that hung or died means an upstream that is down, unless the code in it raised."""
    if isinstance(reply, TimedOut):
        what = f"no answer within {reply.seconds:,.3g} s, and the attempt was ended"
        return Failure(what, transient=True, availability=True, trace=reply.trace)
    if reply.reason.startswith("raised"):
        return Failure("the source raised", reply.reason, "software", trace=reply.trace)
    what = f"the process that read it died: {reply.reason}"
    return Failure(what, transient=True, availability=True, trace=reply.trace)


def blamed(failure: Failure, section: SourceSection) -> Failure:
    """The failure, with the plug-in and its distribution in its words where the source is one."""
    if not isinstance(section, PluginSource):
        return failure
    whose = label(section.type)
    return failure if whose in failure.what else replace(failure, what=f"{whose}: {failure.what}")


def words(failure: Failure) -> str:
    """The failure in one line."""
    return f"{failure.what}: {failure.seen}" if failure.seen else failure.what


def error_of(name: str, unread: Unread) -> SeawallError:
    """The error that ends a run when nothing else answers, with the first and the last cause."""
    last, first = unread.last, unread.first
    tries = "1 attempt" if unread.attempts == 1 else f"{unread.attempts} attempts"
    seen = [last.seen, f"{tries} in {unread.seconds:,.1f} s"]
    if unread.given_up:
        seen.append(unread.given_up)
    if words(first) != words(last):
        seen.append(f"the first attempt: {words(first)}")
    return _ERRORS[last.kind](
        last.what, name, "; ".join(part for part in seen if part), last.allowed, last.todo
    )
