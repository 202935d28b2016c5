"""`${env:NAME}`: which of them are there, where they may stand, and what they come to at last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seawall.config.faults import Fault, dotted
from seawall.config.places import Node, leaves
from seawall.config.scalars import EnvRef
from seawall.config.shapes import shape, takes_reference
from seawall.errors import UnavailableError

__all__ = ["reference_faults", "resolve"]

_REFERENCE = re.compile(r"\$\{env:([^}]*)\}")
_WHOLE = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


def resolve(text: str | EnvRef, env: Mapping[str, str]) -> str:
    """The text itself, or the value that the environment has for the reference.

    Call it where the value is used, and nowhere earlier: it may be a secret.
    """
    if isinstance(text, str):
        return text
    if text.env not in env:
        raise UnavailableError(f"the environment variable {text.env} is not set", str(text))
    return env[text.env]


def reference_faults(root: Node, env: Mapping[str, str]) -> Iterator[Fault]:
    """Each reference whose variable is not set, or that stands where none is taken."""
    for path, leaf in leaves(root):
        if not isinstance(leaf.value, str) or not _REFERENCE.search(leaf.value):
            continue
        spot = shape(path, root)
        whole = _WHOLE.fullmatch(leaf.value)
        if spot.kinds and not takes_reference(spot):
            what = "this field takes no ${env:…} reference"
            yield Fault(leaf.place, dotted(path), what, todo="write the value itself, or use --set")
        elif whole and whole[1] not in env:
            what = f"the environment variable {whole[1]} is not set"
            yield Fault(leaf.place, dotted(path), what, todo=f"set {whole[1]} before the run")
