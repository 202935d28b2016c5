"""The one live read of a drill: every upstream asked once, with production's terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.config.ingest import Primary
from seawall.config.load import LoadedConfig
from seawall.config.lookups import Lookup
from seawall.config.sources import FilesSource
from seawall.config.templates import fill
from seawall.conform import ConversionError, conformed
from seawall.drills.ground import Recorded, Spot
from seawall.drills.written import copied, dated, put_table, table_in, write_rows
from seawall.errors import SeawallError
from seawall.isolation import Isolation
from seawall.lookups.pin import typed
from seawall.plan import Plan
from seawall.plan.make import context_of, fetched, make_plan
from seawall.reads import LOOKUP, Reader, Unread, error_of, terms_of
from seawall.running.asking import request_of
from seawall.running.deadline import Deadline
from seawall.running.looked_up import wanted_of
from seawall.running.order import Order, StopRequest, new_run_id
from seawall.running.sampled import sampled
from seawall.running.spooled import fetch
from seawall.running.tell import Teller
from seawall.running.world import World
from seawall.secrets import Redaction
from seawall.sources.files import below

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.events import Event

__all__ = ["Recorder", "Recording"]


@dataclass(frozen=True, slots=True)
class Recording:
    """The rows that were read; `share` is how much of the batch the primary's are."""

    primary: pa.Table
    share: float
    tables: Mapping[str, pa.Table]
    recorded: Mapping[str, Recorded]


class _Deaf:
    """Nobody is told of the live read."""

    def emit(self, event: Event) -> None:
        del event


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What the live read needs; what it reads stands in `folder` afterwards."""

    loaded: LoadedConfig
    batch: str
    folder: Path
    calls: Isolation
    env: Mapping[str, str]
    now: Callable[[], datetime]
    stop: StopRequest

    def record(self, rows: int, tell: Callable[[str], None]) -> Recording:
        """The primary's rows, at most so many, and every lookup; what a read failed of is raised.

        A lookup that only stands in for others may be down: it is then in every case.
        """
        world = self._world()
        tell("reading the primary")
        plan = self._plan(world)
        primary = _rows(plan, rows)
        recorded = {"": self._kept("", plan.primary, primary, None)}
        if plan.primary.type == "csv":
            primary = _typed_primary(primary, plan)
        self._put("", primary)
        tables = {}
        for name, lookup in self.loaded.config.ingest.lookups.items():
            tell(f"reading the lookup {name}")
            try:
                table, recorded[name] = self._lookup(name, lookup, world)
            except SeawallError as error:
                if name in self.loaded.config.ingest.joined or self.stop():
                    raise
                tell(f"{name} cannot be read, and is down in every case: {error}")
                continue
            tables[name] = _typed_lookup(name, table, plan)
            self._put(name, tables[name])
        share = primary.num_rows / max(plan.rows, 1)
        return Recording(primary, share, tables, recorded)

    def _put(self, name: str, table: pa.Table) -> None:
        put_table(table, Spot(self.folder, 0).recorded(name))

    def _kept(
        self, name: str, section: Primary | Lookup, table: pa.Table, as_of: datetime | None
    ) -> Recorded:
        """The rows as healthy runs read them: in the upstream's own files, or in one that is made."""
        folder = self.folder / "files" / (name or "primary")
        if name and isinstance(section, FilesSource) and not section.remote:
            pattern = below(self.loaded.root, fill(section.path, self.batch))
            return Recorded(copied(pattern, folder), as_of, is_packed=True)
        local = isinstance(section, FilesSource) and not (section.remote or section.compressed)
        path = folder / f"rows.{section.type if local else 'parquet'}"
        write_rows(table, path, getattr(section, "csv", None))
        dated(path, as_of)
        return Recorded(str(path), as_of)

    def _world(self) -> World:
        redaction = Redaction.of(self.loaded.config, self.env)
        order = Order(
            self.loaded,
            self.batch,
            new_run_id(self.now()),
            env=self.env,
            now=self.now,
            stop=self.stop,
        )
        teller = Teller(order.run_id, _Deaf(), self.now, redaction)
        reader = Reader(
            self.env, teller.tell, calls=self.calls, stop=self.stop, redaction=redaction
        )
        return World(order, teller, reader, Deadline())

    def _plan(self, world: World) -> Plan:
        """The plan of production's run, with every column of the source."""
        spool = None
        if fetched(self.loaded.config.ingest.primary):
            spool = self.folder / "spool" / "primary.parquet"
            spool.parent.mkdir()
            fetch(spool, world)
        return make_plan(self.loaded, self.batch, now=self.now, spool=spool)

    def _lookup(self, name: str, lookup: Lookup, world: World) -> tuple[pa.Table, Recorded]:
        """The lookup's rows as its upstream has them now."""
        loaded = self.loaded
        context = context_of(loaded.config, self.batch, now=self.now)
        request = request_of(lookup, context, loaded.root)
        into = self.folder / f"{name}.read.arrow"
        read = world.reader.read(
            lookup, request, name=name, into=into, terms=terms_of(lookup, LOOKUP)
        )
        if isinstance(read, Unread):
            raise error_of(f"lookup {name}", read)
        table = table_in(into)
        return table, self._kept(name, lookup, table, read.as_of)


def _rows(plan: Plan, rows: int) -> pa.Table:
    """All rows of the batch, or an even sample of so many."""
    import pyarrow as pa

    whole = replace(plan, columns=None)
    if plan.rows > rows:
        table: pa.Table = sampled(whole, rows).source.rows  # type: ignore[attr-defined]
        return table
    read = (whole.source.read(whole.fragments, ref, None).table for ref in whole.chunks)
    return pa.concat_tables(read, promote_options="permissive")


def _typed_primary(table: pa.Table, plan: Plan) -> pa.Table:
    """Columns of text in the types that the contract gives them, where every value can have it."""
    import pyarrow.types as pt

    for name, contract in plan.config.validate_.columns.items():
        if name not in table.column_names or not pt.is_string(table.schema.field(name).type):
            continue
        place = table.column_names.index(name)
        try:
            values = conformed(table.column(name), contract)
        except ConversionError:
            continue
        if not pt.is_dictionary(values.type):
            table = table.set_column(place, name, values)
    return table


def _typed_lookup(name: str, table: pa.Table, plan: Plan) -> pa.Table:
    """As `_typed_primary`: the values of a lookup in CSV as the run types them."""
    wanted = wanted_of(plan).get(name)
    if wanted is None or wanted.lookup.type != "csv":
        return table
    try:
        return typed(name, wanted.lookup, table, keys=wanted.keys, contracts=wanted.contracts)
    except SeawallError:  # the healthy run will say so
        return table
