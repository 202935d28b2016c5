"""One key of the pipeline file, what to write there, and its line."""

from __future__ import annotations

from dataclasses import dataclass

from seawall.config.faults import KeyPath, Place, dotted
from seawall.config.load import LoadedConfig

__all__ = ["Remedy", "at"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to write where; `…` in `todo` stands for the entries of all cases that it would prevent.

    `place` is the key's own where the file has it and lets the fault pass (`stands`), else the
    section's in which it would stand.
    """

    path: KeyPath
    place: Place
    stands: bool
    todo: str
    entry: str = ""

    @property
    def key(self) -> str:
        """The path as `--set` takes it."""
        return dotted(self.path)

    @property
    def where(self) -> str:
        """`configs/x.yaml:23`."""
        return f"{self.place.file}:{self.place.line}"


def at(loaded: LoadedConfig, path: KeyPath, todo: str, entry: str = "") -> Remedy:
    """What to write at the path, with the place where the file says something there, or would."""
    stands = loaded.places.node(path) is not None
    return Remedy(path, loaded.places.key(path), stands, todo, entry)
