"""The plan: what every chunk needs to know, frozen and picklable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from seawall.config.ingest import Primary
from seawall.config.models import PipelineConfig
from seawall.contracts import ChunkedSource, ChunkRef, Context, Fragment, StoredFile
from seawall.lookups.serving import PinnedLookup
from seawall.models import ModelPin
from seawall.sources.refused import CORRUPT, FOREIGN, MALFORMED
from seawall.stages.ingest import Reading

__all__ = ["PinnedLookup", "Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a chunk's result depends on, and how the batch is cut into chunks.

    `columns` are read from the source, None for all of them. `fingerprint` maps each group of what
    changes values (config, code, model, input, software) to a digest; `details` is what is behind
    the digests, so that a difference can be named. `input_schema` has the primary's columns with
    their types, in its order, also those that are not read. `repeats` has the rows that repeat
    a value which may stand once; None where no column is unique. `shapes` says how columns are
    counted; None before that is fixed.
    """

    config: PipelineConfig
    config_path: Path
    root: Path
    context: Context
    source: ChunkedSource
    columns: tuple[str, ...] | None
    fragments: tuple[Fragment, ...]
    chunks: tuple[ChunkRef, ...]
    model: ModelPin
    fingerprint: Mapping[str, str]
    details: Mapping[str, str]
    lookups: tuple[PinnedLookup, ...] = ()
    input_schema: Mapping[str, str] = field(default_factory=dict)
    repeats: StoredFile | None = None
    shapes: StoredFile | None = None

    @property
    def rows(self) -> int:
        """How many rows the batch has."""
        return sum(ref.rows for ref in self.chunks)

    @property
    def primary(self) -> Primary:
        """The primary source as the file declares it."""
        return self.config.ingest.primary

    @property
    def reading(self) -> Reading:
        """What ingest needs of the plan."""
        contracts = self.config.validate_.columns
        ingest = self.config.ingest
        return Reading(
            self.source, self.fragments, self.columns, ingest, contracts, spared=self._spared
        )

    @property
    def _spared(self) -> frozenset[str]:
        """Why a record that cannot be read may go to quarantine: its number is bounded."""
        if self.config.limits.quarantined_rows is None:
            return frozenset()
        whole = self.primary.on_corrupt_fragment == "quarantine"
        return frozenset({MALFORMED, FOREIGN, *([CORRUPT] if whole else [])})

    def with_lookups(self, lookups: tuple[PinnedLookup, ...]) -> Self:
        """The plan with its upstream state pinned."""
        return replace(self, lookups=lookups)

    def with_repeats(self, repeats: StoredFile) -> Self:
        """The plan with the rows pinned that repeat an earlier one."""
        return replace(self, repeats=repeats)

    def with_shapes(self, shapes: StoredFile) -> Self:
        """The plan with the way pinned in which columns are counted."""
        return replace(self, shapes=shapes)

    def chunk_key(self, ref: ChunkRef) -> str:
        """The sha256 of everything that the chunk's result depends on; a receipt holds for one key."""
        parts = [
            dict(self.fingerprint),
            [lookup.file.sha256 for lookup in self.lookups],
            *(None if file is None else file.sha256 for file in (self.repeats, self.shapes)),
            [self.fragments[span.fragment].sha256 for span in ref.spans],
            asdict(ref),
            self.context.as_of.isoformat(),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
