"""What an examination finds: a fault, or something that is only worth knowing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seawall.errors import SeawallError
from seawall.shown import part

__all__ = ["Part", "Problem", "Severity", "fault", "note", "of_error"]

Severity = Literal["fault", "note"]
Part = Literal[
    "log", "data", "profiles", "view", "plans", "decisions", "snapshots", "locks", "ledger"
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about what a pipeline has published: what, where, seen, allowed and what to do.

    A fault is what no run, however it was killed, leaves behind. A note is legal: the next run or
    `seawall gc` sees to it. `batch` is '' for what all batches share.
    """

    severity: Severity
    part: Part
    batch: str
    what: str
    where: str
    seen: str = ""
    allowed: str = ""
    todo: str = ""

    def __post_init__(self) -> None:
        """The texts are printable and not too long, whatever stands on the disk."""
        for name in ("what", "where", "seen", "allowed", "todo"):
            object.__setattr__(self, name, part(getattr(self, name)))

    def __str__(self) -> str:
        """The problem in one line."""
        said = [("seen: ", self.seen), ("allowed: ", self.allowed), ("to do: ", self.todo)]
        tail = "; ".join(label + " ".join(text.split()) for label, text in said if text)
        head = f"{self.severity}: {self.part}: {self.what}: {self.where}"
        return f"{head} ({tail})" if tail else head


def fault(  # noqa: PLR0913 - the five parts of every message, and what it is about
    part: Part, batch: str, what: str, where: object, *, seen: str, allowed: str = "", todo: str
) -> Problem:
    """What must not be."""
    return Problem("fault", part, batch, what, str(where), seen, allowed, todo)


def note(  # noqa: PLR0913 - as above
    part: Part, batch: str, what: str, where: object, *, seen: str = "", todo: str = ""
) -> Problem:
    """What may be, and is worth knowing."""
    return Problem("note", part, batch, what, str(where), seen, "", todo)


def of_error(part: Part, batch: str, error: SeawallError) -> Problem:
    """The error as a fault."""
    return Problem(
        "fault", part, batch, error.what, error.where, error.seen, error.allowed, error.todo
    )
