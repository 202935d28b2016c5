"""Files whose names say that they are packed in a way that nothing here unpacks."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.places import Places
from seawall.config.sources import COMPRESSED, FilesSource

__all__ = ["packing_faults"]

_PACKED = (".7z", ".br", ".lz4", ".rar", ".snappy", ".tar", ".tgz", ".z", ".zip")


def packing_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Paths that end like archives or like compressions that cannot be read."""
    ingest = config.ingest
    sections: dict[KeyPath, object] = {("ingest", "primary"): ingest.primary}
    sections |= {("ingest", "lookups", name): way for name, way in ingest.lookups.items()}
    for path, section in sections.items():
        if isinstance(section, FilesSource) and _is_packed(section):
            at: KeyPath = (*path, "path")
            what, allowed = "files that nothing here unpacks", ", ".join(COMPRESSED)
            seen = f"*{section.path[section.path.rindex('.') :]}"
            todo = "have them written so, or plain; if just the name is wrong, declare compression"
            yield Fault(places.value(at), dotted(at), what, seen, allowed, todo)


def _is_packed(section: FilesSource) -> bool:
    return section.compression == "by name" and section.path.lower().endswith(_PACKED)
