"""YAML 1.2 text as a tree with places, by the core schema's letter and nothing beyond it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError

from seawall.config.faults import Fault, Place
from seawall.config.places import Entry, Leaf, Listing, Node, Scalar, Table, masked
from seawall.shown import shown

__all__ = ["Text", "parsed", "scalar"]

MAX_ALIASES = 20
MAX_REPEATED = 10_000
MAX_DEPTH = 50

# ruamel counts these as line breaks, so a fault's line is cut at the same ones
_LINE = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: float("inf") for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def scalar(text: str) -> Scalar:
    """What an unquoted scalar means: `NO`, `12:30` and `1_000` are text, `0o17` is 15."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if re.fullmatch(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}", text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Text:
    """Text to parse and where it stands; `argument` is the whole `--set` around it, if it is one."""

    text: str
    file: str
    line: int = 1
    column: int = 1
    argument: str | None = None

    def place(self, line: int, column: int, width: int = 1) -> Place:
        """The place of a spot that is counted from 0."""
        if self.argument is not None:
            at = min(column + self.column, len(self.argument) + 1)
            return Place(self.file, self.line, at, masked(self.argument), width)
        lines = _lines(self.text)
        shown = lines[line] if line < len(lines) else ""
        return Place(self.file, line + 1, column + 1, shown, width)


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    """The text's lines as they may be shown; a line of a megabyte is masked once, not once a value."""
    return [masked(line) for line in _LINE.split(text)]


class _SyntaxFault(Exception):  # noqa: N818 - carries a fault to the border of this module
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def parsed(text: Text) -> tuple[Node | None, list[Fault]]:
    """The tree (None for an empty text, or after a syntax error) and what is wrong with it."""
    reading = _Reading(text, _events(text))
    try:
        node = reading.document()
    except _SyntaxFault as error:
        return None, [*reading.faults, error.fault]
    return node, reading.faults


def _events(text: Text) -> Iterator[Any]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text.text)
    except MarkedYAMLError as error:
        raise _SyntaxFault(_syntax_fault(text, error)) from None
    except ReaderError as error:
        before = _LINE.split(text.text[: error.position])
        place = text.place(len(before) - 1, len(before[-1]))
        character = f"U+{ord(text.text[error.position]):04X}"
        what = f"the character {character} is not allowed in YAML"
        raise _SyntaxFault(Fault(place, "", what)) from None
    except (YAMLError, YAMLStreamError, ValueError, IndexError, RecursionError) as error:
        # ruamel raises plain Python errors on some broken escapes and directives
        what = f"not YAML: {str(error).partition(chr(10))[0]}"
        raise _SyntaxFault(Fault(text.place(0, 0), "", what)) from None


def _syntax_fault(text: Text, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    if error.context_mark and mark and not text.text[mark.index :].strip():
        mark = error.context_mark  # what was opened there is never closed
    place = text.place(mark.line, mark.column) if mark else text.place(0, 0)
    context = f" {error.context}" if error.context else ""
    todo = ""
    if "\t" in place.text[: place.column]:
        todo = "indent with blanks: YAML takes no tabs there"
    elif "${" in place.text or "{batch}" in place.text:
        todo = 'inside {} or [], quote what has braces: "${env:NAME}", "data/{batch}"'
    return Fault(place, "", f"not YAML: {error.problem}{context}", todo=todo)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Leaf) and node.value is None and node.place.width == 1


@dataclass(slots=True)
class _Reading:
    """One pass over the events of a text."""

    text: Text
    events: Iterator[Any]
    faults: list[Fault] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)
    aliases: int = 0
    repeated: int = 0

    def document(self) -> Node | None:
        """The only document of the text."""
        root: Node | None = None
        documents = 0
        for event in self.events:
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                self._blame(event, "a second document", "one document a file")
                return root
            if isinstance(event, ScalarEvent | CollectionStartEvent | AliasEvent):
                root = self._node(event, 0)
        return root

    def _node(self, event: NodeEvent, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > MAX_DEPTH:
            raise _SyntaxFault(
                Fault(
                    self._place(event), "", "nested too deeply", "", f"at most {MAX_DEPTH} levels"
                )
            )
        self._refuse_tag(event)
        self._open_anchor(event)
        if isinstance(event, ScalarEvent):
            node: Node = Leaf(self._place(event), self._value(event))
        elif isinstance(event, MappingStartEvent):
            node = self._table(event, depth)
        else:
            node = self._listing(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _value(self, event: ScalarEvent) -> Scalar:
        plain = event.style is None or event.style == ""
        return scalar(event.value) if plain and event.ctag is None else str(event.value)

    def _listing(self, start: NodeEvent, depth: int) -> Listing:
        items: list[Node] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Listing(self._place(start), tuple(items), 1 + sum(item.size for item in items))

    def _table(self, start: NodeEvent, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._key(event, depth)
            node = self._node(next(self.events), depth + 1)
            if node.place.line != event.start_mark.line + 1 and _is_empty(node):
                node = Leaf(self._place(event), None)  # ruamel places it at the next key
            if key is None:
                continue
            if key in entries:
                first = entries[key].key.line
                self._blame(
                    event, f"the key {shown(key)} stands twice", f"once; first in line {first}"
                )
                continue
            entries[key] = Entry(self._place(event), node)
        size = 1 + sum(entry.node.size for entry in entries.values())
        return Table(self._place(start), entries, size)

    def _key(self, event: Any, depth: int) -> str | None:
        node = self._node(event, depth + 1)
        if isinstance(event, AliasEvent) or not isinstance(node, Leaf):
            self._blame(event, "a key that is not text", "text")
            return None
        if isinstance(event, ScalarEvent) and event.value == "<<" and not event.style:
            self._blame(event, "a merge key", "extends: base.yaml, or the keys themselves")
            return None
        if not isinstance(node.value, str):
            self._blame(event, f"the key {event.value} is not text", f'text: "{event.value}"')
            return None
        return node.value

    def _alias(self, event: AliasEvent) -> Node:
        self.aliases += 1
        if event.anchor not in self.anchors:
            self._blame(event, f"the alias *{event.anchor} has no anchor before it", "")
            return Leaf(self._place(event), None)
        node = self.anchors[event.anchor]
        if node is None:
            raise _SyntaxFault(
                Fault(self._place(event), "", f"the alias *{event.anchor} stands within itself")
            )
        self.repeated += node.size
        if self.aliases > MAX_ALIASES or self.repeated > MAX_REPEATED:
            allowed = f"{MAX_ALIASES} aliases that repeat {MAX_REPEATED:,} values together"
            raise _SyntaxFault(Fault(self._place(event), "", "too many aliases", "", allowed))
        return node

    def _open_anchor(self, event: NodeEvent) -> None:
        if event.anchor is not None:
            self.anchors[event.anchor] = None

    def _refuse_tag(self, event: Any) -> None:
        if event.ctag is not None:
            self._blame(event, f"the tag {event.ctag}", "plain YAML without tags")

    def _place(self, event: NodeEvent) -> Place:
        start, end = event.start_mark, event.end_mark
        flat = isinstance(event, ScalarEvent | AliasEvent) and end.line == start.line
        width = max(1, end.column - start.column) if flat else 1
        return self.text.place(start.line, start.column, width)

    def _blame(self, event: NodeEvent, what: str, allowed: str) -> None:
        self.faults.append(Fault(self._place(event), "", what, allowed=allowed))
