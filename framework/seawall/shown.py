"""Foreign values and texts as people are shown them: in printable characters, cut where they are long.

Data, names of columns and the words of foreign exceptions may hold anything: 300 MB, the escape
sequences of a terminal, marks that turn the direction of writing. What is cut ends in `…`, by which
`Redaction` knows a secret that was cut in its middle.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable

__all__ = ["line", "listed", "part", "shown"]

_VALUE = 80
_LINE = 200
_LIST = 800
_PART = 2_000


def shown(value: object) -> str:
    """The value as Python writes it, in one line of about 80 characters at most; raises nothing."""
    if isinstance(value, str | bytes):
        return _quoted(value)
    try:
        plain = value.item() if type(value).__module__ == "numpy" else value  # type: ignore[attr-defined]
        written = _escaped(_SHORT.repr(plain), "")
    except Exception:  # noqa: BLE001 - a foreign class may raise anything
        return f"<{type(value).__name__}>"
    return written if len(written) <= _VALUE else f"{written[: _VALUE - 1]}…"


def line(text: str, most: int = _LINE) -> str:
    """The text in one line of at most `most` characters, what cannot be printed escaped."""
    return _cut(_escaped(text[: most + 1], ""), len(text), most)


def listed(names: Iterable[object], most: int = _LIST) -> str:
    """The names with commas between them, in about `most` characters; those left out are counted."""
    everything, said, length = list(names), [], 0
    for name in everything:
        said.append(line(str(name), _VALUE))
        length += len(said[-1]) + 2
        if length > most:
            break
    left = len(everything) - len(said)
    return ", ".join(said) + (f", … and {left:,} more" if left else "")


def part(text: str, most: int = _PART) -> str:
    """A part of a message, cut at `most` characters; its lines stay, what else cannot be printed is escaped."""
    return _cut(_escaped(text[: most + 1], "\n"), len(text), most)


def _quoted(value: str | bytes) -> str:
    head = value[:_VALUE]
    while len(written := repr(head)) > _VALUE + 4:
        head = head[: min(len(head) - 1, len(head) * _VALUE // len(written))]
    if len(head) == len(value):
        return written
    unit = "characters" if isinstance(value, str) else "bytes"
    return f"{written[:-1]}…{written[-1]} ({len(value):,} {unit})"


def _escaped(text: str, kept: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else repr(c)[1:-1] for c in text)


def _cut(text: str, length: int, most: int) -> str:
    """The text with a note of how long it was, so short that it is not cut a second time."""
    if len(text) <= most:
        return text
    note = f"… ({length:,} characters)"
    return text[: most - len(note)] + note


class _Short(reprlib.Repr):
    """Few elements of what is nested, so that no long text of it is made first."""

    def repr_bytes(self, value: bytes, level: int) -> str:
        """At most as much as of a text."""
        del level
        return _quoted(value)


_SHORT = _Short()
_SHORT.maxlevel, _SHORT.maxother, _SHORT.maxlong, _SHORT.maxstring = 3, _VALUE, _VALUE, 40
_SHORT.fillvalue = "…"
