"""Every state in which a power cut may leave a simulated disk."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence

from tests.crash.simulated import Changes, File, Folder, Node, Simulated

__all__ = ["copy", "fingerprint", "images"]

_Outcome = tuple[Changes, dict[File, bytes]]


def images(disk: Simulated, *, at_most: int, rng: random.Random) -> Iterator[Simulated]:
    """The disks that a power cut may leave now: all of them, or `at_most`, drawn, if there are more.

    Of the names that were not synced any subset of the operations has happened; of the bytes that were
    not, none, half, zeros or all are there.
    """
    choices = [*map(_names_left, _groups(disk.unsynced)), *map(_bytes_left, disk.torn)]
    picks: Iterator[tuple[_Outcome, ...]] = itertools.product(*choices)
    if math.prod(map(len, choices)) > at_most:
        picks = (tuple(map(rng.choice, choices)) for _ in range(at_most))
    for pick in picks:
        names = {place: node for changed, _ in pick for place, node in changed.items()}
        contents = {file: left for _, torn in pick for file, left in torn.items()}
        yield Simulated(_left(disk.root, names, contents))


def copy(disk: Simulated) -> Simulated:
    """A disk of its own with what everybody sees on this one: what a killed process leaves."""
    return Simulated(_copied(disk.root, lambda folder: folder.now, lambda file: file.now))


def fingerprint(disk: Simulated) -> tuple[object, ...]:
    """Equal for disks on which the same names have the same bytes, and are or aren't one file."""
    numbers: dict[File, int] = {}
    return tuple(_walk(disk.root, "", numbers))


def _walk(folder: Folder, path: str, numbers: dict[File, int]) -> Iterator[object]:
    for name, node in sorted(folder.now.items()):
        if isinstance(node, Folder):
            yield f"{path}/{name}/"
            yield from _walk(node, f"{path}/{name}", numbers)
        else:
            yield (f"{path}/{name}", numbers.setdefault(node, len(numbers)), node.now)


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


def _left(root: Folder, names: Changes, contents: dict[File, bytes]) -> Folder:
    """What was durable, and what survived beside it."""
    by_folder: dict[Folder, dict[str, Node | None]] = {}
    for (folder, name), node in names.items():
        by_folder.setdefault(folder, {})[name] = node

    def entries(folder: Folder) -> dict[str, Node]:
        both = {**folder.durable, **by_folder.get(folder, {})}
        return {name: node for name, node in both.items() if node is not None}

    return _copied(root, entries, lambda file: contents.get(file, file.durable))


def _copied(
    root: Folder, entries: Callable[[Folder], dict[str, Node]], content: Callable[[File], bytes]
) -> Folder:
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
