"""Who answers for which key of a lookup, once its chain was walked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from seawall.contracts import StoredFile

__all__ = ["LAST_KNOWN_GOOD", "LINK", "LIVE", "PinnedLookup", "Serving", "Tried", "link_column"]

LIVE = "live"
"""The name of the lookup's own upstream among the links."""
LAST_KNOWN_GOOD = "last_known_good"
"""The name of the link that is the last live read of a published run."""
LINK = "_link"
"""The column of a pinned table that says which link a row is from (int8, a place in `links`)."""


def link_column(column: str) -> str:
    """The column that says which link the values of one column are from, where that differs."""
    return f"{LINK}.{column}"


@dataclass(frozen=True, slots=True)
class Serving:
    """`links` names the codes of the pinned table's link columns; code 0 is the live read.

    A table without a link column is live in every row. With `default` the table's last row, whose
    key is null, answers for every key that has no row of its own (constants do). `miss` is the code
    of keys that nobody answers: 0 where that is no outage, else the place of the link `null`.
    """

    links: tuple[str, ...] = (LIVE,)
    default: bool = False
    miss: int = 0

    @property
    def clean(self) -> bool:
        """Whether no row can be degraded."""
        return self.links == (LIVE,)


@dataclass(frozen=True, slots=True)
class Tried:
    """One link of a chain that was asked: `problem` is '' where it answered all that it had to.

    `coverage` is the share of the distinct keys asked for that it has; `as_of` when its rows are
    from; `keys` how many of the asked keys it serves in the end; `seconds` how long it was read.
    """

    link: str
    problem: str = ""
    attempts: int = 0
    seconds: float = 0.0
    rows: int = 0
    coverage: float | None = None
    as_of: datetime | None = None
    keys: int | None = None


@dataclass(frozen=True, slots=True)
class PinnedLookup:
    """A lookup as it was resolved for this plan: an Arrow file in the plan's folder.

    `content` is the sha256 of the live read, typed, '' where that failed; `as_of` when it is from;
    `good` whether it may become the last known good once the run is published. `held` says why a
    person has to look before this is published ('' for no reason). `unchanged` counts the batches
    published last that had the same content, where `max_unchanged` limits that.
    """

    name: str
    file: StoredFile
    serving: Serving = Serving()
    tried: tuple[Tried, ...] = ()
    content: str = ""
    as_of: datetime | None = None
    good: bool = False
    held: str = ""
    unchanged: int = 0
