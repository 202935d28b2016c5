"""The rows of a primary, looked through chunk by chunk for what could be promised of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from seawall.config.contract import Validate
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.places import plain
from seawall.contracts import ChunkedSource
from seawall.errors import DataError
from seawall.events import Event
from seawall.infer.draft import Terms
from seawall.infer.proposal import Proposal, proposed
from seawall.infer.views import View, views_of
from seawall.plan.make import columns_read, fetched, source_of
from seawall.running.deadline import Deadline
from seawall.running.order import Order
from seawall.running.reading import reading
from seawall.running.spooled import fetch
from seawall.running.tell import Teller
from seawall.secrets import Redaction

__all__ = ["Inferred", "infer"]


@dataclass(frozen=True, slots=True)
class Inferred:
    """What is proposed for each column, and of which rows; `refused` records could not be read."""

    proposals: tuple[Proposal, ...]
    batches: tuple[str, ...]
    rows: int
    refused: int


def infer(orders: Sequence[Order]) -> Inferred:
    """A contract that the rows of these batches keep, read chunk by chunk.

    Values are taken as the source gives them, and as the file declares them where it does. Lookups
    are not read. A primary that has to be fetched is fetched into a temporary folder. Raises what a
    run raises that cannot read its primary.
    """
    loaded = orders[0].loaded
    look, batches = _Look(_declared(loaded)), tuple(order.batch for order in orders)
    for order in orders:
        bare = replace(order, loaded=_without_contract(loaded))
        with _primary(bare) as source:
            look.batch(source, bare.loaded.config)
    if not look.rows:
        raise DataError("nothing to infer from: there are no rows", f"batch {', '.join(batches)}")
    found = (*_of_primary(look, loaded), *_of_lookups(look, loaded))
    return Inferred(found, batches, look.rows, look.refused)


@dataclass(slots=True)
class _Look:
    """The views of each column so far."""

    declared: Mapping[str, Mapping[str, Any]]
    views: dict[str, list[View]] = field(default_factory=dict)
    rows: int = 0
    refused: int = 0

    def batch(self, source: ChunkedSource, bare: PipelineConfig) -> None:
        """All rows of a batch were looked at."""
        fragments, columns = source.fragments(), columns_read(bare)
        for ref in source.chunks(fragments, bare.ingest.primary.chunk_rows):
            read = source.read(fragments, ref, columns)
            self.rows += read.table.num_rows
            self.refused += sum(entry.rows for entry in read.refused)
            for name in read.table.column_names:
                self._add(name, read.table.column(name))
        for views in self.views.values():
            for view in views:
                view.stats.end_batch()

    def _add(self, name: str, values: pa.ChunkedArray) -> None:
        if name not in self.views:
            self.views[name] = views_of(values.type, self.declared.get(name))
        for view in self.views[name]:
            view.add(values)


def _declared(loaded: LoadedConfig) -> dict[str, dict[str, Any]]:
    """The contract as the file writes it."""
    node = loaded.places.node(("validate", "columns"))
    found: dict[str, dict[str, Any]] = {} if node is None else plain(node)
    return found


def _without_contract(loaded: LoadedConfig) -> LoadedConfig:
    """The pipeline as if nothing was declared, so that every value comes as its source has it."""
    return replace(loaded, config=loaded.config.model_copy(update={"validate_": Validate()}))


@contextmanager
def _primary(order: Order) -> Iterator[ChunkedSource]:
    """The batch's rows as files that can be read chunk by chunk."""
    config = order.loaded.config
    if not fetched(config.ingest.primary):
        yield source_of(order.loaded, order.batch)
        return
    teller = Teller(order.run_id, _Nobody(), order.now, Redaction.of(config, order.env))
    with (
        tempfile.TemporaryDirectory(prefix="seawall-infer-") as folder,
        reading(order, teller, Deadline()) as world,
    ):
        spool = Path(folder) / "primary.parquet"
        fetch(spool, world)
        yield source_of(order.loaded, order.batch, spool)


class _Nobody:
    """Nobody is told: it is no run."""

    def emit(self, event: Event) -> None:
        """Nothing happens."""


def _of_primary(look: _Look, loaded: LoadedConfig) -> Iterator[Proposal]:
    config, read = loaded.config, columns_read(loaded.config)
    primary = config.ingest.primary
    typeless = getattr(primary, "type", "") == "csv" or getattr(primary, "format", "") == "csv"
    terms = Terms(primary.key, typeless, bool(config.validate_.filters))
    added = {new for way in config.ingest.joined.values() for new in way.added_columns.values()}
    for name, views in look.views.items():
        if name not in added:  # its name is taken: it cannot be read
            declared = look.declared.get(name)
            contract, notes = proposed(name, views, terms, declared)
            yield Proposal(name, contract, notes, read is None or name in read, declared)


def _of_lookups(look: _Look, loaded: LoadedConfig) -> Iterator[Proposal]:
    """The file's own contracts of columns that lookups add."""
    for lookup, way in loaded.config.ingest.joined.items():
        for name in way.added_columns.values():
            declared = look.declared.get(name)
            note = f"of the lookup {lookup}, which is not read here"
            yield Proposal(name, declared or {}, (note,), True, declared, lookup)
