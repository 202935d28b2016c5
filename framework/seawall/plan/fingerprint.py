"""What changes values, as digests by group; what only changes how a run is done is left out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seawall.config.models import PipelineConfig
from seawall.contracts import Fragment
from seawall.models import ModelPin
from seawall.plan.code import modules_behind, uses

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
    """Everything that changes values, one entry each, named `group.what`. No secret is among them."""
    found = {f"config.{path}": value for path, value in _flat(config) if _counts(path)}
    named = uses(config)
    for name, file in sorted(modules_behind(named, root).items()):
        found[f"code.{name}"] = hashlib.sha256(file.read_bytes()).hexdigest()
    found["model.sha256"] = model.sha256 or model.path
    found |= {f"input.{Path(f.path).name}#{n}": f.sha256 for n, f in enumerate(fragments)}
    found |= {f"software.{name}": importlib.metadata.version(name) for name in _LIBRARIES}
    found |= {f"software.{name}": version for name, version in _plugins(named, root)}
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
        elif path.endswith(".url") and isinstance(value, str):
            yield path, json.dumps(_without_secrets(value))
        else:
            yield path, json.dumps(value)


def _counts(path: str) -> bool:
    return (
        path.partition(".")[0] not in _HOW
        and path not in _HOW_PATHS
        and not (path.startswith("validate.columns.") and path.endswith(".description"))
    )


def _plugins(named: Iterable[str], root: Path) -> Iterable[tuple[str, str]]:
    """The versions of the distributions from which steps outside the project come."""
    outside = {
        use.partition(":")[0].partition(".")[0] for use in named if not modules_behind([use], root)
    }
    known = importlib.metadata.packages_distributions() if outside else {}
    for package in sorted(outside):
        for distribution in sorted(set(known.get(package, []))):
            yield distribution, importlib.metadata.version(distribution)


def _without_secrets(url: str) -> str:
    """The URL without user, password and the values of its query."""
    return re.sub(r"([?&;][^=&;]*=)[^&;]*", r"\1***", re.sub(r"://.*@", "://***@", url))


def _short(value: str | None) -> str:
    text = "absent" if value is None else value
    return text if len(text) <= 24 else f"{text[:8]}…"  # noqa: PLR2004 - a digest or a long value
