"""`validate.pandera`, found in the module's source text as every other name of the user's code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from seawall.config.faults import Fault, dotted
from seawall.config.names import NameNotFoundError, find
from seawall.config.places import Leaf, Node, matching

__all__ = ["schema_faults"]


def schema_faults(root: Node, project: Path, allow: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with the dotted path; nothing is imported."""
    for path, entry in matching(root, "validate.pandera"):
        if not isinstance(entry.node, Leaf) or not isinstance(entry.node.value, str):
            continue
        try:
            find(entry.node.value, project, allow)
        except NameNotFoundError as error:
            place, seen = entry.node.place, repr(entry.node.value)
            yield Fault(place, dotted(path), error.what, seen, error.allowed, error.todo)
