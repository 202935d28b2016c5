"""The command line's `--set a.b.c=value`, laid over the file's values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seawall.config.faults import Fault, Place, dotted
from seawall.config.places import Entry, Leaf, Listing, Node, Table, masked
from seawall.config.yaml import Text, parsed

__all__ = ["SET", "overridden"]

SET = "--set"
"""What stands for the file in the place of a value that the command line gave."""
_ALLOWED = "path=value, such as predict.model.path=models/new.skops"


class _MisplacedError(Exception):
    """The path leads through something that has no such place."""


def overridden(table: Table, sets: Sequence[str], faults: list[Fault]) -> Table:
    """The tree with each argument's value at its path; what cannot be laid over becomes a fault."""
    for line, argument in enumerate(sets, start=1):
        table = _with(table, argument, line, faults)
    return table


def _with(table: Table, argument: str, line: int, faults: list[Fault]) -> Table:
    name, equals, value = argument.partition("=")
    key = Place(SET, line, 1, masked(argument), max(1, len(name)))
    path = name.strip().split(".")
    if not equals or not all(path):
        faults.append(Fault(key, "", "not an assignment", allowed=_ALLOWED))
        return table
    node, more = parsed(Text(value, SET, line, len(name) + 2, argument))
    faults.extend(more)
    if node is None and more:
        return table
    try:
        laid = _laid(table, path, node or Leaf(key, None), key)
    except _MisplacedError as error:
        faults.append(Fault(key, dotted(tuple(path)), str(error)))
        return table
    return laid if isinstance(laid, Table) else table


def _laid(below: Node, path: Sequence[str], value: Node, key: Place) -> Node:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(below, Table):
        inner = below.entries[step].node if step in below.entries else Table(key, {})
        entries = {**below.entries, step: Entry(key, _laid(inner, rest, value, key))}
        return Table(below.place, entries, below.size)
    if not isinstance(below, Listing):
        raise _MisplacedError(f"there is a single value above `{step}`, no section")
    if not re.fullmatch("[0-9]{1,9}", step) or int(step) >= len(below.items):
        raise _MisplacedError(f"the list has items 0 to {len(below.items) - 1}, no `{step}`")
    items = list(below.items)
    items[int(step)] = _laid(items[int(step)], rest, value, key)
    return Listing(below.place, tuple(items), below.size)
