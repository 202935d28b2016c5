"""The values of a pipeline file as a tree in which each remembers its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seawall.config.faults import KeyPath, Place

__all__ = [
    "Entry",
    "Leaf",
    "Listing",
    "Node",
    "Places",
    "Table",
    "child",
    "leaves",
    "masked",
    "matching",
    "merged",
    "plain",
]

Scalar = str | int | float | bool | None

_SECRETS = (
    re.compile(r"(?<=://)[^\s/@]*:[^\s/@]+(?=@)"),
    re.compile(
        r"(?i)(?:password|passwd|token|secret|authorization|api[-_]?key)[\"']?\s*[:=]\s*([^$\s].*)"
    ),
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar."""

    place: Place
    value: Scalar
    size: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; `size` counts the nodes below it as often as aliases repeat them."""

    place: Place
    items: tuple[Node, ...]
    size: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's place and its value."""

    key: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; `size` counts the nodes below it as often as aliases repeat them."""

    place: Place
    entries: dict[str, Entry]
    size: int = 1


Node = Leaf | Listing | Table


class Places:
    """Where each value of a loaded pipeline file stands."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def node(self, path: KeyPath) -> Node | None:
        """What stands at the path; None when the file says nothing there."""
        node: Node | None = self.root
        for step in path:
            node = child(node, step)
        return node

    def value(self, path: KeyPath) -> Place:
        """The value's place, or the place of the section where it would stand."""
        node = self.node(path)
        if node is not None:
            return node.place
        return self.key(path[:-1])

    def key(self, path: KeyPath) -> Place:
        """The place of the value's key, or of a list's item; of the next section above if absent."""
        if not path:
            return self.root.place
        parent = self.node(path[:-1])
        if isinstance(parent, Table) and path[-1] in parent.entries:
            return parent.entries[str(path[-1])].key
        node = self.node(path)
        return node.place if node is not None else self.key(path[:-1])


def child(node: Node | None, step: str | int) -> Node | None:
    """What stands one step below the node, if anything does."""
    if isinstance(node, Table):
        entry = node.entries.get(str(step))
        return entry.node if entry else None
    if isinstance(node, Listing) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def plain(node: Node) -> Any:
    """The tree as dicts, lists and scalars."""
    if isinstance(node, Table):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value


def leaves(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Leaf]]:
    """Every scalar below the node, with its path."""
    if isinstance(node, Leaf):
        yield path, node
    elif isinstance(node, Table):
        for key, entry in node.entries.items():
            yield from leaves(entry.node, (*path, key))
    else:
        for number, item in enumerate(node.items):
            yield from leaves(item, (*path, number))


def matching(node: Node, pattern: str) -> Iterator[tuple[KeyPath, Entry]]:
    """Every value whose path is the pattern's; `*` stands for any key or number."""
    return _matching(node, tuple(pattern.split(".")), ())


def _matching(node: Node, steps: tuple[str, ...], path: KeyPath) -> Iterator[tuple[KeyPath, Entry]]:
    for step, entry in _entries(node):
        if steps[0] not in {"*", str(step)}:
            continue
        if len(steps) == 1:
            yield (*path, step), entry
        else:
            yield from _matching(entry.node, steps[1:], (*path, step))


def _entries(node: Node) -> Iterator[tuple[str | int, Entry]]:
    if isinstance(node, Table):
        yield from node.entries.items()
    elif isinstance(node, Listing):
        yield from ((number, Entry(item.place, item)) for number, item in enumerate(node.items))


def merged(base: Node, over: Node) -> Node:
    """Mappings merged key by key, anything else replaced; each value keeps its own place."""
    if not (isinstance(base, Table) and isinstance(over, Table)):
        return over
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        below = entries.get(key)
        entries[key] = Entry(entry.key, merged(below.node, entry.node)) if below else entry
    return Table(over.place, entries, base.size + over.size)


def masked(text: str) -> str:
    """The line without what looks like a secret, as long as it was, so that carets stay true."""
    for pattern in _SECRETS:
        text = pattern.sub(_starred, text)
    return text


def _starred(match: re.Match[str]) -> str:
    whole, secret = match[0], match[match.lastindex or 0]
    return whole[: len(whole) - len(secret)] + "*" * len(secret)
