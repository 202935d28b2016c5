"""Whether a tree is one: a walk from its root ends at a leaf."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["hold_links"]


def hold_links(children: NDArray[Any], nodes: int) -> None:
    """Nothing, where each node is the child of at most one other and the root, 0, of none.

    Then no walk from the root comes back, for that would take a second way into some node.
    ValueError for children beyond the nodes, and for a node that has two parents.
    """
    if not len(children):
        return
    if children.min() < 1 or children.max() >= nodes:
        raise ValueError(f"children from {children.min()} to {children.max()} of {nodes} nodes")
    if np.bincount(children).max() > 1:
        raise ValueError("a node with two parents")
