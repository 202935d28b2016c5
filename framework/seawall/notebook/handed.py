"""A reference as people hand it over: a frame, a profile, or one that was kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, Union

from seawall.drift.values import Past
from seawall.notebook.looks import Look, look_of
from seawall.references import Reference, read_reference

__all__ = ["Given", "Handed", "handed"]

Given: TypeAlias = Union[Look, Reference, str, "os.PathLike[str]"]


@dataclass(frozen=True, slots=True)
class Handed:
    """A reference, its name in words, and how far batches were from it."""

    name: str
    look: Look
    past: tuple[Past, ...] = ()


def handed(reference: Given) -> Handed:
    """The reference that was handed over; a path is read, which may raise DataError."""
    if isinstance(reference, str | os.PathLike):
        read = read_reference(Path(reference))
        return Handed(f"the reference {os.fspath(reference)}", read.profile, read.past)
    if isinstance(reference, Reference):
        return Handed(f"the reference of {reference.pipeline}", reference.profile, reference.past)
    return Handed("the reference", look_of(reference, "reference"))
