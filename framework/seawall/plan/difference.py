"""How the columns that came differ from those that are read, in lines for a screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, chain

from seawall.contracts import LogEntry
from seawall.names import nearest
from seawall.shown import line, listed

__all__ = ["Difference", "changed_types", "difference", "likeness"]

_LONGEST, _PAIRED, _NEAR = 200, 20, 500
"""What is compared: characters of a name, missing columns, columns that came besides."""
_LINES, _CHARACTERS, _LIST, _NAME = 20, 1_200, 160, 60
"""How many lines, of how many characters; of a list of names, of one name. A part is cut at 2,000."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What sets two lists of columns apart: names with their types, in the order of each.

    `taken` has of the missing ones the column that came in its place, as far as one is near;
    `refused` those of which no value could be what was declared, with the type that came.
    """

    expected: Mapping[str, str]
    received: Mapping[str, str]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    taken: Mapping[str, str]
    refused: Mapping[str, str]

    def shown(self, before: LogEntry | None) -> str:
        """The difference in lines, a screenful at most, and what the version before had."""
        head = f"{len(self.received):,} columns; - is missing, + came, ! has another type"
        told = [*_fitting([*self._lines()]), *self._order(before), *self._past(before)]
        return "\n    ".join([head, *told])

    def _lines(self) -> Iterator[str]:
        for name in self.missing:
            yield _line("-", name, self.expected[name])
            if name in self.taken:
                came = self.taken[name]
                note = f"did you mean {_shown(name)}? {likeness(name, came)}".rstrip()
                yield _line("+", came, self.received[came], note)
        for name, came in self.refused.items():
            yield _line("!", name, came, f"declared {self.expected[name]}")
        others = set(self.taken.values())
        for name in self.extra:
            if name not in others:
                yield _line("+", name, self.received[name])

    def _order(self, before: LogEntry | None) -> Iterator[str]:
        """The columns that stand elsewhere than in the version before, else than in the file."""
        known = before.input_schema if before is not None else {}
        whose = "as before" if known else "as in the pipeline file"
        moved = _moved([*(known or self.expected)], [*self.received])
        if moved:
            yield f"~ not in the order {whose}, which alone is no fault: {listed(map(_shown, moved), _LIST)}"

    def _past(self, before: LogEntry | None) -> Iterator[str]:
        if before is None or not before.input_schema:
            return
        there = f"batch {before.batch} (version {before.version})"
        had = [name for name in self.missing if name in before.input_schema]
        never = [name for name in self.missing if name not in before.input_schema]
        if had:
            typed = [f"{_shown(name)} as {before.input_schema[name]}" for name in had]
            yield f"was there in {there}: {listed(typed, _LIST)}"
        if never:
            yield f"was not there in {there} either: {listed(map(_shown, never), _LIST)}"
        new = [name for name in self.extra if name not in before.input_schema]
        if new:
            yield f"new since {there}: {listed(map(_shown, new), _LIST)}"


def difference(
    expected: Mapping[str, str], received: Mapping[str, str], refused: Mapping[str, str]
) -> Difference:
    """The columns that are missing and those that came besides, each near one paired once."""
    missing = tuple(name for name in expected if name not in received)
    extra = tuple(name for name in received if name not in expected)
    taken: dict[str, str] = {}
    for alike in _PLAIN.values():
        known = {alike(name[:_LONGEST]): name for name in _left(extra, taken.values())}
        for name in _left(missing, taken):
            if (came := known.pop(alike(name[:_LONGEST]), None)) is not None:
                taken[name] = came
    for name in _left(missing, taken)[:_PAIRED]:
        came = nearest(name, _left(extra, taken.values())[:_NEAR])
        if came is not None:
            taken[name] = came
    return Difference(expected, received, missing, extra, taken, refused)


def changed_types(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The columns of both whose type is another one, each with how it changed."""
    for name, type_ in now.items():
        if name in before and before[name] != type_:
            yield name, f"from {before[name]} to {type_}"


def likeness(name: str, other: str) -> str:
    """In what alone two names differ, where people would take them for one; '' otherwise."""
    for words, plain in _PLAIN.items():
        if plain(name[:_LONGEST]) == plain(other[:_LONGEST]):
            return f"They differ in {words} only."
    return ""


def _spaceless(name: str) -> str:
    """The name without blanks, line ends, and what cannot be seen."""
    return "".join(c for c in name if unicodedata.category(c)[0] not in "ZC")


def _composed(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


_PLAIN: dict[str, Callable[[str], str]] = {
    "case": str.casefold,
    "white space": _spaceless,
    "how their characters are encoded": _composed,
    "case, white space and encoding": lambda name: _spaceless(_composed(name)).casefold(),
}


def _left(names: Iterable[str], taken: Collection[str]) -> list[str]:
    gone = set(taken)
    return [name for name in names if name not in gone]


def _moved(reference: Sequence[str], received: Sequence[str]) -> list[str]:
    """The fewest columns that would have to move for both orders to be one."""
    there, here = set(reference), set(received)
    wanted = [name for name in reference if name in here]
    found = [name for name in received if name in there]
    blocks = SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    kept = set(chain.from_iterable(found[b.b : b.b + b.size] for b in blocks))
    return [name for name in found if name not in kept]


def _line(sign: str, name: str, type_: str, note: str = "") -> str:
    told = f"{sign} {_shown(name)} {type_}".rstrip()
    return f"{told} ({note})" if note else told


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many of the lines as a screen has room for; the others are counted."""
    lengths = accumulate(len(line) for line in lines[:_LINES])
    room = sum(1 for length in lengths if length <= _CHARACTERS)
    left = len(lines) - room
    return [*lines[:room], *([f"… and {left:,} lines like these"] if left else [])]


def _shown(name: str) -> str:
    """The name, in quotes where it could be misread, cut where it is long."""
    plain = name.isprintable() and name == name.strip() and name
    return line(name if plain else ascii(name), _NAME)
