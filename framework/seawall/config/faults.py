"""A fault in a pipeline file, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Fault", "Place"]


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

    def __str__(self) -> str:
        """`file:line:column path: what`, the line with a caret, then what is known besides."""
        place = self.place
        lines = [f"{place.file}:{place.line}:{place.column} {self.path}: {self.what}"]
        if place.text:
            number = f"{place.line:>5}"
            caret = " " * (place.column - 1) + "^" * max(1, place.width)
            lines += [f"{number} | {place.text}", f"      | {caret}"]
        labelled = (("seen", self.seen), ("allowed", self.allowed), ("to do", self.todo))
        lines += [f"      {label}: {text}" for label, text in labelled if text]
        return "\n".join(lines)
