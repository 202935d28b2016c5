"""What can go wrong, as one tree, each branch with the exit code of a command that ends with it.

SeawallError
├── UsageError            2    the command line or a call is wrong
├── RefusedError          4    a check said no
│   ├── HeldError              complete; a person may release it
│   └── StoppedError           stopped midway; it cannot be released
├── DataError            65    the input is unusable
├── UnavailableError     69    a required source is down
├── SoftwareError        70    a user's stage or model raised
├── StorageError         74    disk full, input/output error, a store refused
├── TemporaryError       75    a lock is held, a conflict, an unknown outcome: try again
│   └── InputChangedError      a file is not as it was when the plan was made
├── ForbiddenError       77    refused for safety: a hash, a path, an import
├── ConfigError          78    the pipeline file is invalid
└── InterruptedRunError 130, 143    stopped by a signal at a chunk's border

Every error says what happened, where, what was seen, what is allowed and what to do. Fields are
positional, so that errors survive a process pool's pickling. However long or strange the data is that
they speak of: a part is printable and has at most 2,000 characters, a message about 4,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from seawall.shown import part

if TYPE_CHECKING:
    from seawall.config.faults import Fault

__all__ = [
    "ConfigError",
    "DataError",
    "Exit",
    "ForbiddenError",
    "HeldError",
    "InputChangedError",
    "InterruptedRunError",
    "RefusedError",
    "SeawallError",
    "SoftwareError",
    "StoppedError",
    "StorageError",
    "TemporaryError",
    "UnavailableError",
    "UsageError",
]

_MESSAGE = 4_000


class Exit(IntEnum):
    """A command's exit code; the names are the ones of sysexits.h where it has one."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    DEGRADED = 3
    REFUSED = 4
    DATAERR = 65
    UNAVAILABLE = 69
    SOFTWARE = 70
    IOERR = 74
    TEMPFAIL = 75
    NOPERM = 77
    CONFIG = 78
    SIGINT = 130
    SIGTERM = 143


class SeawallError(Exception):
    """Something went wrong that has a name and an exit code."""

    exit = Exit.INTERNAL

    def __init__(
        self, what: str, where: str = "", seen: str = "", allowed: str = "", todo: str = ""
    ) -> None:
        """All five parts are plain text; the empty ones are left out of the message."""
        what, where, seen, allowed, todo = map(part, (what, where, seen, allowed, todo))
        super().__init__(what, where, seen, allowed, todo)
        self.what, self.where, self.seen, self.allowed, self.todo = what, where, seen, allowed, todo

    def __str__(self) -> str:
        """One line of what and where, then one indented line for each part that is known."""
        parts = [self.what, self.where, self.seen, self.allowed, self.todo]
        if sum(map(len, parts)) > _MESSAGE:
            parts = [part(text, _MESSAGE // len(parts)) for text in parts]
        what, where, *rest = parts
        labelled = zip(("seen", "allowed", "to do"), rest, strict=True)
        lines = [f"  {label}: {text}" for label, text in labelled if text]
        return "\n".join([f"{where}: {what}" if where else what, *lines])


class UsageError(SeawallError):
    """The command line, or the arguments of a call, cannot be carried out."""

    exit = Exit.USAGE


class RefusedError(SeawallError):
    """A check said no; the previous version is still live."""

    exit = Exit.REFUSED


class HeldError(RefusedError):
    """The gate refused a complete result; its parts are kept."""


class StoppedError(RefusedError):
    """A check stopped the run midway; there is nothing complete to release."""


class DataError(SeawallError):
    """The input is unusable: its schema, its values, or how many rows of it are bad."""

    exit = Exit.DATAERR


class UnavailableError(SeawallError):
    """A source or model that the run needs is not there."""

    exit = Exit.UNAVAILABLE


class SoftwareError(SeawallError):
    """A stage, rule or model of the user's raised or broke a stage's law."""

    exit = Exit.SOFTWARE


class StorageError(SeawallError):
    """A disk is full, an input/output error, or a store that refused."""

    exit = Exit.IOERR


class TemporaryError(SeawallError):
    """Somebody else holds the lock, won the race, or changed the input: a retry may do."""

    exit = Exit.TEMPFAIL


class InputChangedError(TemporaryError):
    """A file of the input is not as it was when the plan was made; a new plan may do."""


class ForbiddenError(SeawallError):
    """Refused for safety: a hash that differs, a path or import outside what is allowed."""

    exit = Exit.NOPERM


class InterruptedRunError(SeawallError):
    """A signal stopped the run at a chunk's border; the next run resumes it."""

    def __init__(self, what: str, signal_number: int) -> None:
        """`signal_number` is 2 for Ctrl-C, 15 for SIGTERM."""
        super().__init__(what, todo="run it again: a run goes on from its finished chunks")
        self.args = (what, signal_number)
        self.signal_number = signal_number

    @property
    def exit(self) -> Exit:  # type: ignore[override]
        """128 plus the signal, as shells report it."""
        return Exit(128 + self.signal_number)


class ConfigError(SeawallError):
    """The pipeline file is invalid; `faults` holds every fault that was found."""

    exit = Exit.CONFIG

    def __init__(self, faults: Sequence[Fault]) -> None:
        """`faults` is in the order in which they stand in the file."""
        super().__init__(
            f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the pipeline file"
        )
        self.args = (tuple(faults),)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        """Every fault with its place, its line and a caret, then the count."""
        return "\n".join([*(str(fault) for fault in self.faults), self.what])
