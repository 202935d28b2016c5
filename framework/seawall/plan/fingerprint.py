"""What changes values, as digests by group; what only changes how a run is done is left out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seawall.config.models import PipelineConfig
from seawall.contracts import Fragment
from seawall.models import ModelPin

__all__ = ["SAME_BATCH", "changed", "details", "groups"]

SCHEMA = "1"
"""Raised when the framework itself computes other values from the same inputs."""
SAME_BATCH = ("config", "code", "model", "input")
"""The groups that make a published version the one that a new run would make."""

_HOW = {"description", "execution", "limits", "alerts", "profile", "plugins"}
_HOW_PATHS = ("ingest.primary.chunk_rows", "publish.keep_versions", "publish.path")
_LIBRARIES = ("numpy", "pandas", "pyarrow", "scikit-learn")


def details(
    config: PipelineConfig, root: Path, model: ModelPin, fragments: Iterable[Fragment]
) -> dict[str, str]:
    """Everything that changes values, one entry each, named `group.what`. No secret is among them.

    Call it when the project's modules have been imported: their source text is part of it.
    """
    found = {f"config.{path}": value for path, value in _flat(config) if _counts(path)}
    found |= {f"code.{name}": digest for name, digest in _project_modules(root)}
    found["model.sha256"] = model.sha256 or model.path
    found |= {f"input.{Path(f.path).name}#{n}": f.sha256 for n, f in enumerate(fragments)}
    found |= {f"software.{name}": importlib.metadata.version(name) for name in _LIBRARIES}
    found["software.seawall values"] = SCHEMA
    return found


def groups(found: Mapping[str, str]) -> dict[str, str]:
    """One digest a group."""
    names = sorted({name.partition(".")[0] for name in found})
    members = {g: {k: v for k, v in found.items() if k.startswith(f"{g}.")} for g in names}
    return {
        group: hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
        for group, entries in members.items()
    }


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What is different, in words: `model sha256 8f2c… is now 91aa…`; '' when nothing is."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    shown = [
        f"{name.replace('.', ' ', 1)} {_short(before.get(name))} is now {_short(now.get(name))}"
        for name in names[:3]
    ]
    more = [f"and {len(names) - 3} more"] if len(names) > 3 else []  # noqa: PLR2004 - three are enough to read
    return ", ".join([*shown, *more])


def _flat(config: PipelineConfig) -> Iterable[tuple[str, str]]:
    document = config.model_dump(mode="json", by_alias=True)
    pending: list[tuple[str, Any]] = [("", document)]
    while pending:
        path, value = pending.pop(0)
        if isinstance(value, dict) and value:
            pending += [(f"{path}.{key}".lstrip("."), inner) for key, inner in value.items()]
        else:
            yield path, json.dumps(value)


def _counts(path: str) -> bool:
    return (
        path.partition(".")[0] not in _HOW
        and path not in _HOW_PATHS
        and not path.endswith(".description")
    )


def _project_modules(root: Path) -> Iterable[tuple[str, str]]:
    """Modules below the project root that are imported now, libraries and seawall itself aside."""
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path is None or name.partition(".")[0] == "seawall" or "site-packages" in path:
            continue
        if Path(path).is_relative_to(root) and Path(path).suffix == ".py" and name != "__main__":
            yield name, hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _short(value: str | None) -> str:
    text = "absent" if value is None else value
    return text if len(text) <= 24 else f"{text[:8]}…"  # noqa: PLR2004 - a digest or a long value
