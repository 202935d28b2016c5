"""The reference file that `drift` names: it is there, whole, and of this pipeline's columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seawall.config.drift import RollingReference
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.templates import fill
from seawall.errors import ConfigError, DataError

if TYPE_CHECKING:
    from seawall.references import Reference

__all__ = ["NamedReference", "reference_faults", "reference_of"]


@dataclass(frozen=True, slots=True)
class NamedReference:
    """A reference as it was read; `anchor`: it stands beside a rolling one, and only warns."""

    name: str
    reference: Reference
    anchor: bool


def reference_of(loaded: LoadedConfig, batch: str) -> NamedReference | None:
    """The batch's reference, or its anchor; None where the file names neither.

    Raises ConfigError when it is missing, damaged, or not of this pipeline's columns.
    """
    named = _named(loaded)
    if named is None:
        return None
    path, template = named
    try:
        reference = _read(loaded, fill(template, batch))
    except DataError as error:
        raise ConfigError([_refused(loaded, path, error)]) from None
    faults = list(_misfits(loaded, path, reference))
    if faults:
        raise ConfigError(faults)
    anchor = path[-1] == "anchor"
    words = "the anchor" if anchor else "the reference"
    return NamedReference(f"{words} {fill(template, batch)}", reference, anchor)


def reference_faults(loaded: LoadedConfig) -> list[Fault]:
    """What keeps every batch from being compared; nothing of a file that is another for each batch."""
    named = _named(loaded)
    if named is None or "{batch}" in named[1]:
        return []
    try:
        reference_of(loaded, "")
    except ConfigError as error:
        return list(error.faults)
    return []


def _named(loaded: LoadedConfig) -> tuple[KeyPath, str] | None:
    """Where the pipeline file names a reference, and the path that it gives."""
    drift = loaded.config.drift
    if drift is None:
        return None
    if not isinstance(drift.reference, RollingReference):
        return ("drift", "reference"), str(drift.reference)
    anchor = drift.reference.anchor
    return None if anchor is None else (("drift", "reference", "anchor"), str(anchor))


def _read(loaded: LoadedConfig, path: str) -> Reference:
    from seawall.references import read_reference

    return read_reference(loaded.root / path)


def _refused(loaded: LoadedConfig, path: KeyPath, error: DataError) -> Fault:
    place, seen = loaded.places.value(path), ": ".join(filter(None, [error.where, error.seen]))
    return Fault(place, dotted(path), error.what, seen, error.allowed, error.todo)


def _misfits(loaded: LoadedConfig, path: KeyPath, reference: Reference) -> Iterator[Fault]:
    """At the column's own place, where `drift` names it, else at the reference's."""
    from seawall.references import misfits

    for misfit in misfits(reference, loaded.config):
        what = f"{misfit.what}: {misfit.column}" if misfit.column else misfit.what
        told = (misfit.seen, misfit.allowed, misfit.todo)
        yield Fault(loaded.places.value(path), dotted(path), what, *told)
