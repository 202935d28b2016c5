"""A pipeline file as checked values, or every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seawall.config.crosscheck import cross_faults
from seawall.config.documents import read
from seawall.config.faults import Fault, Place
from seawall.config.later import later_faults
from seawall.config.models import PipelineConfig
from seawall.config.near import near
from seawall.config.places import Places, Table, plain
from seawall.config.references import reference_faults, resolve
from seawall.config.schemas import schema_faults
from seawall.config.shapes import keys, shape
from seawall.config.signatures import use_faults
from seawall.config.templates import batch_key, batch_warnings, fill
from seawall.config.translate import translated
from seawall.config.yaml import Text, parsed
from seawall.errors import ConfigError

__all__ = [
    "LoadedConfig",
    "batch_key",
    "batch_warnings",
    "fill",
    "load",
    "load_unfinished",
    "project_root",
    "resolve",
]

# stands in for a faulty section, so that the checks of the others can be made
_STAND_INS: dict[str, Any] = {
    "pipeline": "stand-in",
    "ingest": {"primary": {"type": "parquet", "path": "stand-in", "key": "stand-in"}},
    "predict": {"model": {"type": "sklearn", "path": "stand-in"}, "outputs": ["stand-in"]},
    "publish": {"type": "files", "path": "stand-in"},
}
_BEHIND = """
predict: {model: {type: sklearn, path: stand-in}, outputs: [stand-in]}
publish: {type: files, path: stand-in}
"""


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A pipeline file without a fault: its values, itself, its project's root, each value's place."""

    config: PipelineConfig
    path: Path
    root: Path
    places: Places


def load(path: Path, *, sets: Sequence[str] = (), env: Mapping[str, str]) -> LoadedConfig:
    """The file's values, those of the files it extends and of `--set`; ConfigError with every fault.

    Nothing of the user's is imported, and no value of `env` is kept.
    """
    table, faults = read(path, sets)
    return _loaded(path, table, faults, env)


def load_unfinished(
    path: Path, *, sets: Sequence[str] = (), env: Mapping[str, str]
) -> LoadedConfig:
    """As `load`, for what only looks at the rows: `predict` and `publish` may be missing.

    In their place stands what leads nowhere.
    """
    table, faults = read(path, sets)
    behind, _ = parsed(Text(_BEHIND, str(path)))
    if table is not None and isinstance(behind, Table):
        table = Table(table.place, behind.entries | table.entries, table.size)
    return _loaded(path, table, faults, env)


def _loaded(
    path: Path, table: Table | None, faults: list[Fault], env: Mapping[str, str]
) -> LoadedConfig:
    root = project_root(path)
    if table is None:
        raise ConfigError(faults)
    config, more = _checked(table, root, env)
    faults = _in_order([*faults, *_elsewhere(more, faults)], str(path))
    if config is None or faults:
        raise ConfigError(faults)
    return LoadedConfig(config, path, root, Places(table))


def project_root(path: Path) -> Path:
    """The nearest folder above the file with a pyproject.toml or a `.seawall/`, else the file's own."""
    folder = path.resolve().parent
    for above in (folder, *folder.parents):
        if (above / "pyproject.toml").is_file() or (above / ".seawall").is_dir():
            return above
    return folder


def _checked(
    table: Table, root: Path, env: Mapping[str, str]
) -> tuple[PipelineConfig | None, list[Fault]]:
    """The values, where there are any, and what is wrong with them."""
    references = list(reference_faults(table, env))
    config, wrong = _validated(table)
    faults = [*references, *_elsewhere(wrong, references)]
    faulty = _faulty(wrong, table)
    sound = config or _with_stand_ins(table, faulty)
    later = list(later_faults(table))
    if sound is not None:
        faults += _above(cross_faults(sound, Places(table), faulty), later)
        if "plugins" not in faulty:
            faults += use_faults(table, root, sound.plugins.allow)
            faults += schema_faults(table, root, sound.plugins.allow)
    return config, [*faults, *_elsewhere(later, faults)]


def _validated(table: Table) -> tuple[PipelineConfig | None, list[Fault]]:
    try:
        return PipelineConfig.model_validate(plain(table)), []
    except ValidationError as error:
        return None, translated(error, table)


def _faulty(wrong: Iterable[Fault], table: Table) -> set[str]:
    """The top sections that cannot be relied upon; a misspelt one is the one that it means."""
    tops = {fault.path.partition(".")[0] for fault in wrong}
    known = keys(shape((), table))
    meant = {near(top, known) for top in tops if top in table.entries and top not in known}
    absent = set(_STAND_INS) - set(table.entries)
    return tops | absent | {section for section in meant if section is not None}


def _with_stand_ins(table: Table, faulty: Iterable[str]) -> PipelineConfig | None:
    """The values of the sound sections."""
    sound = {key: entry for key, entry in table.entries.items() if key not in faulty}
    values = {**_STAND_INS, **plain(Table(table.place, sound))}
    try:
        return PipelineConfig.model_validate(values)
    except ValidationError:
        return None


def _elsewhere(faults: Iterable[Fault], known: Iterable[Fault]) -> list[Fault]:
    """The faults at places where none is known yet: one cause, one fault."""
    places = {(fault.place.file, fault.place.line, fault.place.column) for fault in known}
    return [f for f in faults if (f.place.file, f.place.line, f.place.column) not in places]


def _above(faults: Iterable[Fault], later: Iterable[Fault]) -> list[Fault]:
    """The faults outside of what has to go anyway."""
    planned = tuple(f"{fault.path}." for fault in later)
    return [fault for fault in faults if not f"{fault.path}.".startswith(planned)]


def _in_order(faults: Iterable[Fault], main: str) -> list[Fault]:
    """The main file's faults by line and column, then those of other files and of `--set`."""

    def position(fault: Fault) -> tuple[bool, str, int, int]:
        place: Place = fault.place
        return place.file != main, place.file, place.line, place.column

    return sorted(faults, key=position)
