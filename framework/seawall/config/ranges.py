"""Several batches named at once: `2013-01-01..2013-06-30`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from seawall.config.templates import batch_key
from seawall.errors import UsageError

__all__ = ["batches_of"]

_MOST, _DAYS = 5_000, 40_000
"""More batches, or days, than these are a slip of the pen: a century."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A way to write a day, a week, a month or a year as a key; `day` is its first day."""

    pattern: str
    day: Callable[[str], date]
    written: str

    def keys(self, first: str, last: str) -> list[str]:
        """The keys from the first to the last, both included."""
        begin, end = self.day(first), self.day(last)
        if (end - begin).days > _DAYS:
            return []
        days = (begin + timedelta(number) for number in range((end - begin).days + 1))
        return list(dict.fromkeys(f"{day:{self.written}}" for day in days))


_KINDS = (
    _Kind(r"\d{4}-\d\d-\d\d", date.fromisoformat, "%Y-%m-%d"),
    _Kind(r"\d{8}", date.fromisoformat, "%Y%m%d"),
    _Kind(r"\d{4}-W\d\d", lambda key: date.fromisoformat(f"{key}-1"), "%G-W%V"),
    _Kind(r"\d{4}-\d\d", lambda key: date.fromisoformat(f"{key}-01"), "%Y-%m"),
    _Kind(r"\d{4}", lambda key: date.fromisoformat(f"{key}-01-01"), "%Y"),
)


def batches_of(named: Iterable[str]) -> tuple[str, ...]:
    """The keys that are named one by one, and those of each range `A..B`, in order, each once.

    The ends of a range are two days, weeks, months or years, written alike. Raises UsageError for
    what is no key and for a range that is none.
    """
    found: dict[str, None] = {}
    for text in named:
        first, dots, last = text.partition("..")
        found |= dict.fromkeys(_between(first, last) if dots else [batch_key(text)])
    return tuple(found)


def _between(first: str, last: str) -> list[str]:
    kind = next((kind for kind in _KINDS if re.fullmatch(kind.pattern, first)), None)
    if kind is None or not re.fullmatch(kind.pattern, last):
        raise _no_range(first, last)
    try:
        keys = kind.keys(first, last)
    except ValueError:  # the 31st of June
        raise _no_range(first, last) from None
    if not 0 < len(keys) <= _MOST:
        raise _no_range(first, last)
    return keys


def _no_range(first: str, last: str) -> UsageError:
    return UsageError(
        "not a range of batches",
        "--batch",
        f"{first}..{last}",
        f"two days, weeks, months or years, the earlier first, at most {_MOST:,} from end to end: "
        "2013-01-01..2013-06-30",
        "name other batches one by one: --batch A --batch B",
    )
