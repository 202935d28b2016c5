"""Frequent values by name, in bounded memory: a sketch, the only one whose chunks matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["LONGEST_NAME", "MOST_ATOMS", "Atoms", "atoms_of"]

MOST_ATOMS = 32
LONGEST_NAME = 80
_SHARE = 0.0005


@dataclass(frozen=True, slots=True)
class Atoms:
    """The most frequent of the values that neither grid nor vocabulary names, with their rows.

    The summary of Misra and Gries ("Finding repeated elements", 1982) with 32 counters, merged as
    Agarwal et al. ("Mergeable summaries", 2012) do. A value stands in at least as many rows as are
    counted, and in at most `missed` more; a value without a counter in at most `missed` rows. What is
    missed is at most 2/33 of the rows, and in a single chunk nothing of the values that are counted.
    Numbers are named by the shortest text that reads back as them, words by 80 characters at most.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    missed: int = 0

    def __add__(self, other: Atoms) -> Atoms:
        """The summary of both; the smallest counters pay where there are more than 32."""
        total = dict(self.counts)
        for name, count in other.counts.items():
            total[name] = total.get(name, 0) + count
        missed = self.missed + other.missed
        if len(total) <= MOST_ATOMS:
            return Atoms(total, missed)
        paid = sorted(total.values(), reverse=True)[MOST_ATOMS]
        return Atoms({name: n - paid for name, n in total.items() if n > paid}, missed + paid)

    @property
    def top(self) -> tuple[str, int] | None:
        """The most frequent of them with its rows, the first by name among equals; None without any."""
        if not self.counts:
            return None
        return min(self.counts.items(), key=lambda entry: (-entry[1], entry[0]))


def atoms_of(counted: Iterable[tuple[str, int]], rows: int) -> Atoms:
    """The 32 most frequent of these values of a chunk, each in 2 rows and 0.05 % of them at least.

    `counted` names every value that is that frequent, or the first 33 of them, with all its rows.
    """
    floor = least(rows)
    total: dict[str, int] = {}
    for name, count in counted:
        if count >= floor:
            short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
            total[short] = total.get(short, 0) + count
    ranked = sorted(total.items(), key=lambda entry: (-entry[1], entry[0]))
    missed = ranked[MOST_ATOMS][1] if len(ranked) > MOST_ATOMS else floor - 1
    return Atoms(dict(ranked[:MOST_ATOMS]), missed if rows else 0)


def least(rows: int) -> int:
    """From how many rows on a value of a chunk of so many is worth a counter."""
    return max(2, int(rows * _SHARE))
