"""Errors that say who is to blame for what was raised: some rows, the code, or how it treats rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seawall.calling import placed, said
from seawall.errors import DataError, SeawallError, SoftwareError
from seawall.shown import shown
from seawall.stages.bisect import Culprit, Ending, Found
from seawall.stages.sifting import Sieve

__all__ = ["Search", "batch_error", "blame", "words"]

_SHOWN = 3
_ALLOW = "mend the source or the code"


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the rows on which code raises: what it raised on all of them, what was found.

    `most` rows might leave at best, `spare` says whether any may.
    """

    name: str
    first: Exception
    most: int
    spare: bool
    found: Found


def words(error: BaseException) -> str:
    """The type of what was raised, and what it says."""
    return f"{type(error).__name__}: {said(error)}"


def blame(search: Search, sieve: Sieve) -> SeawallError:
    """The error of a search that did not end with rows that may leave."""
    by: dict[Ending, Callable[[Search, Sieve], SeawallError]] = {
        "too many": _too_many if search.most else _not_one,
        "every row": _every_row,
        "together": lambda search, sieve: batch_error(search, sieve, search.first),
    }
    return by[search.found.ending](search, sieve)


def batch_error(search: Search, sieve: Sieve, error: Exception) -> SoftwareError:
    """The code raised on rows together, each half of which, or each row, it takes by itself."""
    start, stop = search.found.span
    if search.found.ending == "found":
        start, stop = 0, len(sieve.frame)
    ends = sieve.frame[sieve.key].iloc[[start, stop - 1]].tolist()
    return SoftwareError(
        f"it depends on its batch: {words(error)}",
        placed(search.name, error),
        f"it raises on {stop - start:,} rows together ({sieve.key} {shown(ends[0])} to "
        f"{shown(ends[1])}) and passes on parts of them",
        "code that treats each row by itself, whatever rows stand beside it",
        "mend it: no row is to blame, so that none can be set aside",
    )


def _not_one(search: Search, sieve: Sieve) -> DataError:
    culprit = search.found.culprits[0]
    return DataError(
        words(culprit.error),
        placed(search.name, culprit.error),
        _row(culprit, sieve),
        _undeclared(search, sieve),
        f"{_ALLOW}; or let such rows leave: limits: {{quarantined_rows: {{share: 1%}}}}",
    )


def _undeclared(search: Search, sieve: Sieve) -> str:
    if not search.spare:
        return "no row on which it raises: on_violation is fail"
    if sieve.allowance.declared:
        return "no more rows in quarantine: the budget of limits.quarantined_rows is used up"
    return "no row on which it raises: limits.quarantined_rows is not declared"


def _too_many(search: Search, sieve: Sieve) -> DataError:
    culprits = search.found.culprits
    first = "; ".join(f"{_row(one, sieve)}: {words(one.error)}" for one in culprits[:_SHOWN])
    return DataError(
        "it raises on more rows than limits.quarantined_rows allows",
        placed(search.name, culprits[0].error),
        f"{len(culprits):,} rows or more of one chunk, the first: {first}",
        f"{search.most:,} more rows in quarantine",
        f"{_ALLOW}; or, if these rows may be left out, declare a larger budget",
    )


def _every_row(search: Search, sieve: Sieve) -> SoftwareError:
    culprit, rows = search.found.culprits[0], len(sieve.frame)
    return SoftwareError(
        f"it raises on every row (systematic): {words(culprit.error)}",
        placed(search.name, culprit.error),
        f"{rows:,} rows, of which none passes that was tried alone ({search.found.calls} calls), "
        f"such as {_row(culprit, sieve)}",
        todo="mend the code, then run the batch again: no row is to blame",
    )


def _row(culprit: Culprit, sieve: Sieve) -> str:
    """The row's key and its place in the source."""
    number = int(sieve.frame.index[culprit.place])
    key = sieve.frame[sieve.key].iloc[culprit.place]
    return f"{sieve.key} {shown(key)}, {sieve.place(number)}"
