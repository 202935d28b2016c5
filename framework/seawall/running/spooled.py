"""A primary that cannot be read again at will: fetched once into the plan's folder, and pinned there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["Spool", "spooled"]


@dataclass(frozen=True, slots=True)
class Spool:
    """The primary's rows as files in a plan's folder: `pattern` is a glob, `kind` their format."""

    workspace: Workspace
    kind: str
    pattern: str

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        return Path(self.pattern).parent


def spooled(claim: Claim, world: World) -> Spool | None:
    """The primary's rows, fetched now or by the interrupted run that can go on; None for local files."""
    del claim, world
    return None
