"""The plain values that pass between the parts of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal

from seawall.shown import line, part

__all__ = [
    "Account",
    "Context",
    "Example",
    "Finding",
    "LogEntry",
    "Scalar",
    "Severity",
    "StoredFile",
]

Scalar = str | int | float | bool | None
Severity = Literal["ok", "warn", "fail", "insufficient", "uncalibrated"]
"""Insufficient: too few rows to tell. Uncalibrated: nothing to compare with yet."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage or rule may ask about the run; injected where it has a parameter `context`.

    `key` is the column that traces a row; a source, which is asked before there are rows, gets ''.
    """

    pipeline: str
    batch: str
    as_of: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Where the rows went: read = published + quarantined + filtered, or nothing is published."""

    read: int = 0
    published: int = 0
    quarantined: int = 0
    filtered: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every row that was read went to exactly one place."""
        return self.read == self.published + self.quarantined + self.filtered

    def __add__(self, other: Account) -> Account:
        """The account of both."""
        return Account(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __str__(self) -> str:
        """The account as the equation that it is."""
        return (
            f"read {self.read:,} = published {self.published:,} + quarantined "
            f"{self.quarantined:,} + filtered {self.filtered:,}"
        )


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was written and will not change: `path` is relative to the folder that owns it."""

    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Example:
    """One of the rows that left for quarantine, or broke a rule that warns, as people are shown it.

    `key` and `value` are texts, shortened; `place` is the file with the line or row group, and the
    row of the batch.
    """

    stage: str
    reason: str
    column: str
    key: str
    value: str
    place: str

    def __post_init__(self) -> None:
        """The texts are short and printable, whatever stands in the row."""
        for name, most in (("reason", 200), ("column", 80), ("key", 80), ("value", 100)):
            object.__setattr__(self, name, line(getattr(self, name), most))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw: `seen` and `allowed` are written out with their units.

    `figures` has the numbers behind it, by name, for programs.
    """

    check: str
    severity: Severity
    column: str | None
    seen: str
    allowed: str
    message: str
    figures: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The texts are short and printable, whatever the data is like."""
        for name in ("seen", "allowed", "message"):
            object.__setattr__(self, name, part(getattr(self, name)))

    def __str__(self) -> str:
        """The severity, and what was seen in words."""
        return f"{self.severity}: {self.message}"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit of a batch: the truth about what is published.

    `base` is the version that it replaced; `kind` is publish, replay (rows out of quarantine, added to
    `base`), release or rollback; `fingerprint`
    maps what changes values (config, code, model, input) to digests; `reason` and `by` are a
    person's, on releases and rollbacks. `to_version` is the version that a rollback brought back,
    `added_to` the one that a replay, released or not, has put its rows behind.
    `degraded_rows` were published with a lookup's fallback; `degradations` counts them by
    `lookup=link`, a row of two lookups twice. `lookups` has the sha256 of what each
    lookup's own upstream answered, '' where that failed. `input_schema` has the primary's columns
    with their types, in its order. `profile` is the file that describes the published rows, where one
    was kept.
    """

    version: int
    batch: str
    kind: Literal["publish", "replay", "release", "rollback"]
    commit_id: str
    run_id: str
    base: int
    file: StoredFile
    account: Account
    fingerprint: Mapping[str, str]
    committed_at: datetime
    findings: tuple[Finding, ...] = ()
    degraded_rows: int = 0
    degradations: Mapping[str, int] = field(default_factory=dict)
    lookups: Mapping[str, str] = field(default_factory=dict)
    input_schema: Mapping[str, str] = field(default_factory=dict)
    profile: StoredFile | None = None
    reason: str = ""
    by: str = ""
    to_version: int | None = None
    added_to: int | None = None
