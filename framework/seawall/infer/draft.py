"""A column's contract in the type that was chosen for it, with some room around what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seawall.infer.rounding import roomy, roomy_share
from seawall.infer.views import View

__all__ = ["Draft", "Terms"]

_CHOICES, _RARE, _LONG = 20, 0.01, 400
"""A category has so many texts at most, each a hundred times on average, of so many characters."""
_KEYS = {"id", "key", "uuid", "guid", "number", "code"}
_ENOUGH = 20
"""Of fewer values a common shape, or that none repeats, says little."""
_INTEGER = re.compile(r"(u?)int(\d+)")


@dataclass(frozen=True, slots=True)
class Terms:
    """What of the pipeline a proposal respects: its key, sources of text alone (`typeless`).

    With `filtered` rows the share of nulls among those that stay isn't known.
    """

    key: str
    typeless: bool = False
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A column in the view that was chosen."""

    column: str
    view: View
    terms: Terms

    def contract(self) -> dict[str, Any]:
        """The contract's keys in the order in which people read them."""
        base = self.view.contract
        made: dict[str, Any] = {"dtype": self._dtype}
        made |= {name: base[name] for name in ("timezone", "resolution") if base.get(name)}
        return made | dict(self._nulls()) | dict(self._values())

    def notes(self) -> Iterator[str]:
        """What was seen, in a few words each."""
        stats = self.view.stats
        if self.column == self.terms.key:
            yield "the key"
        if stats.low is not None:
            yield f"{_short(stats.low)} to {_short(stats.high)}"
        if stats.longest:
            count = "more than 1,000" if stats.values is None else f"{len(stats.values):,}"
            yield f"{count} texts of at most {stats.longest:,} characters"
        if stats.nulls:
            yield f"{stats.null_share * 100:.3g}% null"
        if stats.infinite:
            yield f"{stats.infinite:,} infinite"
        if stats.blanks:
            yield f"{stats.blanks:,} values with blanks around them"
        if stats.repeated is None and self.column != self.terms.key:
            yield "too many values to say that none stands twice"

    @property
    def _dtype(self) -> str:
        dtype = str(self.view.contract["dtype"])
        few = dtype == "string" and not self.view.declared and self._choices
        return "category" if few else dtype

    @property
    def _choices(self) -> list[str] | None:
        """The few texts of a category; None for another column."""
        stats = self.view.stats
        if self.column == self.terms.key or not stats.values:
            return None
        few = len(stats.values) <= min(_CHOICES, _RARE * stats.known)
        return sorted(stats.values) if few and sum(map(len, stats.values)) <= _LONG else None

    def _nulls(self) -> Iterator[tuple[str, Any]]:
        stats = self.view.stats
        if not stats.nulls or self.column == self.terms.key:  # which may have none
            return
        yield "nullable", True
        share = roomy_share(stats.null_share)
        if share is not None and not self.terms.filtered:
            yield "max_null_share", share

    def _values(self) -> Iterator[tuple[str, Any]]:
        stats, unique = self.view.stats, self._unique
        if stats.infinite:
            yield "infinities", True
        if stats.longest and self._choices:
            yield "one_of", self._choices
        elif stats.longest and stats.known >= _ENOUGH and stats.shapes.narrowest:
            yield "pattern", stats.shapes.narrowest
        elif not unique and not stats.infinite and self.column != self.terms.key:
            yield from self._bounds()
        if unique and self.column != self.terms.key:  # that is promised anyway
            yield "unique", True

    @property
    def _unique(self) -> bool:
        """Whether no value stands twice, in a column that looks as if that was meant."""
        stats = self.view.stats
        words = set(re.split(r"[^a-z0-9]+", self.column.casefold()))
        camel = self.column.endswith(("Id", "ID", "Key"))
        meant = camel or not words.isdisjoint(_KEYS)
        return stats.repeated is False and meant and stats.known >= _ENOUGH

    def _bounds(self) -> Iterator[tuple[str, Any]]:
        """Bounds of numbers; those of times would be broken by the next batch."""
        stats, dtype = self.view.stats, self._dtype
        if not isinstance(stats.low, int | float):
            return
        width = _INTEGER.fullmatch(dtype)
        room = roomy(stats.low, stats.high, whole=width is not None)
        if room is None:
            return
        low, high = room
        if width is not None:
            limit = 1 << (int(width[2]) - (not width[1]))
            low, high = int(max(low, 0 if width[1] else -limit)), int(min(high, limit - 1))
        yield from (("min", low), ("max", high))


def _short(end: object) -> str:
    return f"{end:.6g}" if isinstance(end, float) else str(end)
