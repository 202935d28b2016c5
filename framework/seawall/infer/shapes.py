"""The fixed shape of codes: texts of one length that have the same kind of character at each place."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from seawall.config.patterns import whole

__all__ = ["Shapes"]

_LONGEST = 40
_CLASSES = (
    (
        (string.digits, "[0-9]"),
        (string.ascii_uppercase, "[A-Z]"),
        (string.ascii_lowercase, "[a-z]"),
    ),
    ((string.digits + "abcdef", "[0-9a-f]"),),
    ((string.digits + string.ascii_uppercase, "[0-9A-Z]"),),
    ((string.digits + string.ascii_letters, "[0-9A-Za-z]"),),
)
"""From narrow to wide: which characters are taken for one class, and how that is written."""


@dataclass(slots=True)
class Shapes:
    """The patterns that every text so far is like, the narrowest first; made of the first text."""

    patterns: list[str] | None = field(default=None)

    def add(self, texts: pa.ChunkedArray) -> None:
        """Patterns that one of the texts is not like are gone."""
        if self.patterns is None:
            if not len(texts):
                return
            self.patterns = _patterns_of(texts[0].as_py())
        self.patterns = [pattern for pattern in self.patterns if _all_like(texts, pattern)]

    @property
    def narrowest(self) -> str | None:
        """The pattern that says most; None where there is none."""
        return self.patterns[0] if self.patterns else None


def _patterns_of(text: str) -> list[str]:
    if not 1 < len(text) <= _LONGEST or not (text.isascii() and text.isprintable()):
        return []
    found = dict.fromkeys(_pattern_of(text, classes) for classes in _CLASSES)
    return [pattern for pattern in found if "[" in pattern]


def _pattern_of(text: str, classes: tuple[tuple[str, str], ...]) -> str:
    parts = [next((way for some, way in classes if c in some), re.escape(c)) for c in text]
    written, place = "", 0
    while place < len(parts):
        count = next(
            (n for n, part in enumerate(parts[place:]) if part != parts[place]), len(parts) - place
        )
        written += parts[place] + (f"{{{count}}}" if count > 1 else "")
        place += count
    return written


def _all_like(texts: pa.ChunkedArray, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(texts, whole(pattern))).as_py() is not False
