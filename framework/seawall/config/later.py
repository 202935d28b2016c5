"""Keys that are part of the format and have no engine behind them in this version.

Each is a fault, so that nothing in a pipeline file is passed over in silence. Whoever builds an
engine deletes its lines here.
"""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.faults import Fault, dotted
from seawall.config.places import Leaf, Node, matching

__all__ = ["LATER", "later_faults"]

# a path, `*` for any name or number, and the values that are not there yet
LATER: dict[str, tuple[object, ...]] = {
    "publish.type": ("delta", "sql"),
}


def later_faults(root: Node) -> Iterator[Fault]:
    """Everything in the file that parses and that no engine would look at."""
    for pattern, values in LATER.items():
        for path, entry in matching(root, pattern):
            if isinstance(entry.node, Leaf) and entry.node.value in values:
                what = f"not yet: `{path[-1]}: {str(entry.node.value).lower()}` is planned"
                yield Fault(entry.node.place, dotted(path), what, todo="choose another")
