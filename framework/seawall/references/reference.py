"""A profile that batches are compared with, and where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from seawall.drift.values import Past
from seawall.profiles import ColumnProfile, Profile

__all__ = ["Reference", "schema_hash"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A pipeline's columns as they are meant to be.

    `origin` says in words what it was made from, `batches` names those that were added up, none for
    a table. `past` is how far each of them was from the others, the oldest first. `distinct` has
    the estimated number of different values by column: the sketch behind it is made of the values'
    hashes, and does not leave the machine. `remade` are columns that stages had made into something
    else than their contract says.
    """

    pipeline: str
    origin: str
    created_at: datetime
    profile: Profile
    batches: tuple[str, ...] = ()
    past: tuple[Past, ...] = ()
    distinct: Mapping[str, int] = field(default_factory=dict)
    remade: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """A digest of the columns' names and kinds."""
        return schema_hash(self.profile.columns)


def schema_hash(columns: Mapping[str, ColumnProfile]) -> str:
    """The sha256 of the names and kinds of columns, in whatever order."""
    kinds = {name: column.shape.kind for name, column in columns.items()}
    return hashlib.sha256(json.dumps(kinds, sort_keys=True).encode()).hexdigest()
