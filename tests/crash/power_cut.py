"""Every state in which a power cut may leave a simulated disk."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from tests.crash.simulated import Changes, File, Folder, Node, Simulated, in_order

__all__ = ["Left", "images", "likeness"]

_UNUSED = re.compile(rb"(?<![0-9a-f])([0-9a-f]{16})(?![0-9a-f])")
_Outcome = tuple[Changes, dict[File, bytes]]
Entries = Callable[[Folder], list[tuple[str, Node]]]
Content = Callable[[File], bytes]
Seen = tuple[str, int, bytes]
"""A path, the number of its file among all, and what that holds; a folder ends with / and has no number."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a power cut leaves of a disk: what was durable, and these names and bytes beside it."""

    root: Folder
    names: dict[Folder, dict[str, Node | None]]
    contents: dict[File, bytes]

    def disk(self) -> Simulated:
        """A disk of its own, on which all of it is durable; two names of one file are that again."""
        return Simulated(_copied(self.root, self._entries, self._content))

    def fingerprint(self) -> tuple[Seen, ...]:
        """Equal for disks on which the same names have the same bytes, and are or aren't one file."""
        return tuple(_walked(self.root, "", {}, self._in_order, self._content))

    def _in_order(self, folder: Folder) -> list[tuple[str, Node]]:
        return sorted(self._entries(folder).items(), key=itemgetter(0))

    def _entries(self, folder: Folder) -> dict[str, Node]:
        if folder not in self.names:
            return folder.durable
        both = {**folder.durable, **self.names[folder]}
        return {name: node for name, node in both.items() if node is not None}

    def _content(self, file: File) -> bytes:
        return self.contents.get(file, file.durable)


def images(disk: Simulated, *, at_most: int, rng: random.Random) -> Iterator[Left]:
    """What a power cut may leave now: all that is possible, or `at_most`, drawn, if there is more.

    Of the names that were not synced any subset of the operations has happened; of the bytes that were
    not, none, half, zeros or all are there.
    """
    choices = [*map(_names_left, _groups(disk.unsynced)), *map(_bytes_left, disk.torn)]
    picks: Iterator[tuple[_Outcome, ...]] = itertools.product(*choices)
    if math.prod(map(len, choices)) > at_most:
        picks = (tuple(map(rng.choice, choices)) for _ in range(at_most))
    for pick in picks:
        names: dict[Folder, dict[str, Node | None]] = {}
        for (folder, name), node in (place for changed, _ in pick for place in changed.items()):
            names.setdefault(folder, {})[name] = node
        yield Left(
            disk.root, names, {file: left for _, torn in pick for file, left in torn.items()}
        )


def likeness(disk: Simulated) -> tuple[object, ...]:
    """Equal for disks that differ in nothing but names that nobody used before."""
    names: dict[bytes, int] = {}
    found: list[object] = []
    for path, number, content in _walked(disk.root, "", {}, _by_age, lambda file: file.now):
        found += [number, *_renamed(path.encode(), names), *_renamed(content, names)]
    return tuple(found)


def _by_age(folder: Folder) -> list[tuple[str, Node]]:
    return [(name, folder.now[name]) for name in in_order(folder.now)]


def _renamed(text: bytes, names: dict[bytes, int]) -> Iterator[object]:
    """The text's pieces; in place of a name that nobody used before is its number."""
    for n, piece in enumerate(_pieces(text)):
        yield names.setdefault(piece, len(names)) if n % 2 else piece


@lru_cache(maxsize=4096)
def _pieces(text: bytes) -> tuple[bytes, ...]:
    return tuple(_UNUSED.split(text))


def _walked(
    folder: Folder, path: str, numbers: dict[File, int], entries: Entries, content: Content
) -> list[Seen]:
    found: list[Seen] = []
    for name, node in entries(folder):
        there = f"{path}/{name}"
        if isinstance(node, Folder):
            found.append((f"{there}/", -1, b""))
            found += _walked(node, there, numbers, entries, content)
        else:
            found.append((there, numbers.setdefault(node, len(numbers)), content(node)))
    return found


def _groups(unsynced: Sequence[Changes]) -> list[list[Changes]]:
    """The operations by the places that they change: those of one group hide each other."""
    groups: list[list[Changes]] = []
    for changes in unsynced:
        own = [group for group in groups if any(changes.keys() & one.keys() for one in group)]
        groups = [group for group in groups if group not in own]
        groups.append([*itertools.chain(*own), changes])
    return groups


def _names_left(group: Sequence[Changes]) -> list[_Outcome]:
    """What any subset of the operations leaves, each outcome once."""
    found: dict[tuple[tuple[int, str, int], ...], _Outcome] = {}
    for happened in itertools.product((False, True), repeat=len(group)):
        left: Changes = {}
        for changes in itertools.compress(group, happened):
            left |= changes
        key = sorted((id(folder), name, id(node)) for (folder, name), node in left.items())
        found[tuple(key)] = (left, {})
    return list(found.values())


def _bytes_left(file: File) -> list[_Outcome]:
    half, zeros = file.now[: len(file.now) // 2], bytes(len(file.now))
    return [({}, {file: left}) for left in dict.fromkeys((file.durable, half, zeros, file.now))]


def _copied(root: Folder, entries: Callable[[Folder], dict[str, Node]], content: Content) -> Folder:
    """Folders and files of their own, all of them durable; two names of one file are that again."""
    copies: dict[File, File] = {}

    def copied(node: Node) -> Node:
        if isinstance(node, File):
            left = content(node)
            return copies.setdefault(node, File(left, left))
        names = {name: copied(one) for name, one in entries(node).items()}
        return Folder(names, dict(names))

    folder = copied(root)
    assert isinstance(folder, Folder)
    return folder
