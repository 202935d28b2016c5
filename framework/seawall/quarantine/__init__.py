"""Rows that were set aside: stored with the plan as the source gave them, and why; read for a replay."""

from seawall.quarantine.described import Origin, described
from seawall.quarantine.examples import MOST, examples
from seawall.quarantine.kept import KeptRows
from seawall.quarantine.set_aside import SetAside
from seawall.quarantine.store import kept_rows, serialized
from seawall.quarantine.texts import side_by_side

__all__ = [
    "MOST",
    "KeptRows",
    "Origin",
    "SetAside",
    "described",
    "examples",
    "kept_rows",
    "serialized",
    "side_by_side",
]
