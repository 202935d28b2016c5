"""What changes values, as digests by group; what only changes how a run is done is left out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seawall.config.models import PipelineConfig
from seawall.config.plugged import MODELS, offers
from seawall.config.predicting import PluginModel
from seawall.contracts import Fragment
from seawall.models import ModelPin
from seawall.models.packages import versions
from seawall.plan.code import modules_behind, uses
from seawall.plan.plugged import plugged, plugged_steps

__all__ = ["SAME_BATCH", "changed", "content", "details", "groups"]

SCHEMA = "1"
"""Raised when the framework itself computes other values from the same inputs."""
SAME_BATCH = ("config", "code", "model", "input")
"""The groups that make a published version the one that a new run would make."""

_HOW = {"description", "execution", "limits", "alerts", "profile", "drift", "plugins", "drill"}
_HOW_PATHS = ("ingest.primary.chunk_rows", "publish.keep_versions", "publish.path")
_PATIENCE = (
    "attempt_timeout",
    "caps",
    "circuit_breaker",
    "deadline",
    "on_unchanged_input",
    "retry",
    "wait_for",
)
"""Keys of a source that say how patiently it is read."""
_HIDDEN = ("headers", "params", "storage", "with")
"""Keys of a source below which a secret may be written out: only a digest is kept of these."""
_Place = tuple[str, str | None, str | None]
"""A path, with what stood there and what stands there now."""
_JSON = ('"', "[", "{")
_DIGEST, _LONGEST = 24, 60
"""From how many characters on a text that is no value of the file is a digest; how much of a value is shown."""
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
    found |= {"model.golden": model.golden} if model.golden else {}
    found |= {"model.fallback": "in use"} if model.fallback else {}
    found |= {f"input.{Path(f.path).name}#{n}": f.sha256 for n, f in enumerate(fragments)}
    found |= {f"software.{name}": importlib.metadata.version(name) for name in _LIBRARIES}
    found |= {f"software.{name}": version for name, version in _plugins(named, root)}
    found |= {f"software.{name}": version for name, version in _plugged(config)}
    for declared in (config.predict.model, config.predict.fallback):
        used = versions(declared.type) if declared else {}
        found |= {f"software.{name}": version for name, version in used.items()}
    if config.validate_.pandera:
        found["software.pandera"] = importlib.metadata.version("pandera")
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


def content(fragments: Iterable[Fragment]) -> str:
    """A digest of what is in the files, whatever they are called: the same for two batches of one feed."""
    digests = [fragment.sha256 for fragment in fragments]
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What is different, in words: `model sha256 8f2c… is now 91aa…`; '' when nothing is."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    places = [place for n in names for place in _differing(n, before.get(n), now.get(n))]
    shown = [
        f"{name.replace('.', ' ', 1)} {_short(was)} is now {_short(is_)}"
        for name, was, is_ in places[:3]
    ]
    more = [f"and {len(places) - 3} more"] if len(places) > 3 else []  # noqa: PLR2004 - three are enough to read
    return ", ".join([*shown, *more])


def _differing(name: str, before: str | None, now: str | None) -> Iterator[_Place]:
    """The places within two values where they differ: elements of lists, keys of what is nested."""
    was, is_ = _inner(before), _inner(now)
    places = [
        place
        for key in {**was, **is_}
        if was.get(key) != is_.get(key)
        for place in _differing(f"{name}.{key}", was.get(key), is_.get(key))
    ]
    grown = len(was) != len(is_) and str(before).startswith("[")
    if grown:  # what came or went moves the others: these are no differences
        places = _came_and_went(name, was, is_)
    yield from places if places and was and is_ else [(name, before, now)]


def _came_and_went(name: str, was: Mapping[str, str], is_: Mapping[str, str]) -> list[_Place]:
    gone = [(f"{name}.{n}", text, None) for n, text in was.items() if text not in is_.values()]
    new = [(f"{name}.{n}", None, text) for n, text in is_.items() if text not in was.values()]
    return [*gone, *new]


def _inner(value: str | None) -> dict[str, str]:
    """What a list or mapping holds, by place; nothing of any other text, such as a digest."""
    nested = json.loads(value) if value and value.startswith(("[", "{")) else []
    entries = nested.items() if isinstance(nested, dict) else enumerate(nested)
    return {str(key): json.dumps(entry) for key, entry in entries}


def _flat(config: PipelineConfig) -> Iterable[tuple[str, str]]:
    document = _document(config)
    pending: list[tuple[str, Any]] = [("", document)]
    while pending:
        path, value = pending.pop(0)
        if isinstance(value, dict) and value:
            pending += [(f"{path}.{key}".lstrip("."), inner) for key, inner in value.items()]
        elif path.endswith(".url") and isinstance(value, str):
            yield path, json.dumps(_without_secrets(value))
        else:
            yield path, json.dumps(value)


def _document(config: PipelineConfig) -> dict[str, Any]:
    """The file's values without those of `ingest` that change no row, or that nobody may see."""
    document = config.model_dump(mode="json", by_alias=True)
    ingest = document["ingest"]
    del ingest["rehearsal"]
    for source in (ingest["primary"], *ingest["lookups"].values()):
        for key in _PATIENCE:
            source.pop(key, None)
        for key in set(_HIDDEN) & set(source):
            source[key] = {name: _digest(value) for name, value in source[key].items()}
    return document


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


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
    } - {"seawall"}  # whose values have a version of their own
    known = importlib.metadata.packages_distributions() if outside else {}
    for package in sorted(outside):
        for distribution in sorted(set(known.get(package, []))):
            yield distribution, importlib.metadata.version(distribution)


def _plugged(config: PipelineConfig) -> Iterable[tuple[str, str]]:
    """The versions of the distributions from which plug-ins come."""
    points = [point for _, section in plugged(config) for point in offers(section.type)]
    points += [point for _, step in plugged_steps(config) for point in offers(step.use, step.group)]
    models = (config.predict.model, config.predict.fallback)
    named = [model.type for model in models if isinstance(model, PluginModel)]
    points += [point for name in named for point in offers(name, MODELS)]
    for point in points:
        if point.dist is not None:
            yield point.dist.name, point.dist.version


def _without_secrets(url: str) -> str:
    """The URL without user, password and the values of its query."""
    return re.sub(r"([?&;][^=&;]*=)[^&;]*", r"\1***", re.sub(r"://.*@", "://***@", url))


def _short(value: str | None) -> str:
    text = "absent" if value is None else value
    if len(text) > _DIGEST and not text.startswith(_JSON):
        return f"{text[:8]}…"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
