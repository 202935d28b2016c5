"""A fault in a pipeline file, and where it stands."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from seawall.shown import line, part

__all__ = ["Fault", "KeyPath", "Place", "dotted"]

KeyPath = tuple[str | int, ...]
"""The way to a value from the top of the file: keys, and numbers of list items from 0."""

_CLIP = 100
_PART = 1_000
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: a file (or `--set`), its line and column counted from 1, the line's text."""

    file: str
    line: int
    column: int
    text: str = ""
    width: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a pipeline file: what, where, seen, allowed, what to do."""

    place: Place
    path: str
    what: str
    seen: str = ""
    allowed: str = ""
    todo: str = ""

    def __post_init__(self) -> None:
        """Every part is short and printable, whatever stands in the file."""
        for name in ("what", "seen", "allowed", "todo"):
            object.__setattr__(self, name, part(getattr(self, name), _PART))

    def __str__(self) -> str:
        """`file:line:column path: what`, the line with a caret, then what is known besides."""
        place = self.place
        head = f"{place.file}:{place.line}:{place.column}" + (
            f" {line(self.path)}" if self.path else ""
        )
        lines = [f"{head}: {self.what}"]
        if place.text.strip():
            text, caret = _clipped(place)
            lines += [f"{place.line:>5} | {text}", f"      | {caret}"]
        labelled = (("seen", self.seen), ("allowed", self.allowed), ("to do", self.todo))
        lines += [f"      {label}: {text}" for label, text in labelled if text]
        return "\n".join(lines)


def dotted(path: KeyPath) -> str:
    """The path as `--set` takes it: `ingest.lookups.weather.url`."""
    return ".".join(str(step) for step in path)


def _clipped(place: Place) -> tuple[str, str]:
    """At most about a hundred characters around the caret, and a line with the caret below them."""
    text = "".join(_printable(character) for character in place.text)
    at = min(place.column - 1, len(text))
    start = max(0, at - _BEFORE) if len(text) > _CLIP else 0
    stop = min(len(text), start + _CLIP)
    left, right = "…" if start else "", "…" if stop < len(text) else ""
    marked = text[at : min(stop, at + place.width)]
    indent = " " * (len(left) + _cells(text[start:at]))
    return f"{left}{text[start:stop]}{right}", indent + "^" * max(1, _cells(marked))


def _printable(character: str) -> str:
    """A blank in place of a tab or of anything that could move a terminal's cursor."""
    return " " if unicodedata.category(character)[0] in "CZ" else character


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes: wide characters two, combining ones none."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
