"""What a case's process finds in the sandbox: the pipeline, what was recorded, and where it stands."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from seawall.config.load import LoadedConfig

__all__ = ["Ground", "Recorded", "Spot", "ground_in", "private"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An upstream as it was read: `files` is a pattern of files in the sandbox that have its rows.

    `as_of` is when its carrier says that the rows are from, None where it does not say. `is_packed`
    says that they are copies of the upstream's own files, compressed where those are.
    """

    files: str = ""
    as_of: datetime | None = None
    is_packed: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """The pipeline with production's upstreams and the sandbox's limits; what was read of it.

    `recorded` has the primary under '', and every lookup that could be read.
    """

    loaded: LoadedConfig
    batch: str
    recorded: Mapping[str, Recorded]
    rows: int

    @property
    def quarter(self) -> int:
        """A quarter of the recorded batch, in rows; at least one."""
        return max(1, -(-self.rows // 4))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one case works, below the sandbox's folder."""

    sandbox: Path
    number: int

    @property
    def folder(self) -> Path:
        """The case's own folder."""
        return self.sandbox / "cases" / f"{self.number:04d}"

    @property
    def published(self) -> Path:
        """What the case publishes to."""
        return self.folder / "published"

    @property
    def work(self) -> Path:
        """The working directory of the case's process."""
        return self.folder / "work"

    @property
    def ended(self) -> Path:
        """What the run said of its end, for those that cannot answer any more."""
        return self.folder / "ended.json"

    def recorded(self, name: str) -> Path:
        """The recorded table of the primary ('') or of a lookup."""
        return self.sandbox / "recorded" / f"{name or 'primary'}{'.lookup' if name else ''}.arrow"


def ground_in(folder: Path) -> Ground:
    """What the sandbox's opener wrote down; nobody else can write there."""
    ground: Ground = pickle.loads((folder / "ground.pickle").read_bytes())  # noqa: S301 - our own, in a folder of mode 0700
    return ground


def private() -> None:
    """Files of this process are for this user alone."""
    os.umask(0o077)
