"""Where a pipeline publishes, for commands that only look at it or turn it back."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.errors import UsageError

if TYPE_CHECKING:
    from seawall.config.load import LoadedConfig
    from seawall.config.models import Publish
    from seawall.sinks.files import FilesSink

__all__ = ["ANY_NAME", "Publication", "publication", "published_by"]


class _AnyName(UserDict[str, str]):
    """An environment in which every reference stands: these commands open no source."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __missing__(self, _name: str) -> str:
        return ""


ANY_NAME = _AnyName()


@dataclass(frozen=True, slots=True)
class Publication:
    """A pipeline file, where it publishes to, and the ledger that its runs are recorded in."""

    loaded: LoadedConfig
    sink: FilesSink
    ledger: str

    @property
    def config_path(self) -> str:
        """The pipeline file's path as runs record it."""
        return str(self.loaded.path.resolve().relative_to(self.loaded.root.resolve()))


def published_by(config: Path, *, sets: Sequence[str], batch: str | None) -> FilesSink:
    """The sink that the pipeline file names; `batch` fills its path where that holds {batch}."""
    return publication(config, sets=sets, batch=batch).sink


def publication(config: Path, *, sets: Sequence[str], batch: str | None) -> Publication:
    """As `published_by`, with the file and its ledger."""
    from seawall.cli.project import ledger_location
    from seawall.config.load import batch_key, load

    if batch is not None:
        batch_key(batch)
    loaded = load(config, sets=sets, env=ANY_NAME)
    sink = _sink(loaded.config.publish, loaded.root, batch)
    return Publication(loaded, sink, ledger_location(loaded.root))


def _sink(publish: Publish, root: Path, batch: str | None) -> FilesSink:
    from seawall.config.load import fill
    from seawall.sinks.files import FilesSink

    if publish.type != "files":
        raise UsageError(f"publish type {publish.type} has no such command yet", allowed="files")
    if "{batch}" in publish.path and batch is None:
        raise UsageError("publish.path holds {batch}", todo="name the batch: --batch KEY")
    path = publish.path if batch is None else fill(publish.path, batch)
    return FilesSink(
        root / path,
        publish.format,
        publish.keep_versions,
        escape_formulas=publish.escape_formulas,
    )
