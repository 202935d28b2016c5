"""The lookups of a plan, read, resolved through their chains, and pinned in the plan's folder."""

from __future__ import annotations

import time

import pyarrow as pa

from seawall.config.lookups import Lookup
from seawall.conform import arrow_type
from seawall.contracts import StoredFile
from seawall.events import LookupRead
from seawall.lookups.fetch import fetch
from seawall.lookups.pin import pin, typed
from seawall.plan import PinnedLookup, Plan
from seawall.running.tell import Teller
from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["look_up", "tell_lookup"]


def look_up(
    plan: Plan, workspace: Workspace, claim: Claim, world: World
) -> tuple[PinnedLookup, ...]:
    """Every joined lookup, in the file's order; the error of the first that nothing answers for."""
    del claim
    order, teller = world.order, world.teller
    found = []
    for name, lookup in plan.config.ingest.joined.items():
        begun = time.monotonic()
        table = fetch(name, lookup, root=plan.root, batch=order.batch, env=order.env)
        contracts = plan.config.validate_.columns
        table = typed(name, lookup, table, keys=_key_types(plan, lookup), contracts=contracts)
        stored = pin(name, lookup, table, workspace)
        tell_lookup(teller, PinnedLookup(name, stored), time.monotonic() - begun, reused=False)
        found.append(PinnedLookup(name, stored))
    return tuple(found)


def _key_types(plan: Plan, lookup: Lookup) -> dict[str, pa.DataType]:
    """The types in which the lookup's keys are compared, by the primary's names."""
    schema = plan.source.schema(plan.fragments)
    contracts, types = plan.config.validate_.columns, {}
    for name in lookup.join_columns:
        have = schema.field(name).type
        keeps = name not in contracts or (
            contracts[name].dtype == "timestamp"
            and not contracts[name].timezone
            and pa.types.is_timestamp(have)
        )
        types[name] = have if keeps else arrow_type(contracts[name])
    return types


def tell_lookup(teller: Teller, pinned: PinnedLookup, seconds: float, *, reused: bool) -> None:
    """It was told what the lookup came to."""
    stored: StoredFile = pinned.file
    teller.tell(
        LookupRead,
        lookup=pinned.name,
        rows=stored.rows,
        sha256=stored.sha256,
        seconds=seconds,
        reused=reused,
        served_by=pinned.serving.links,
        as_of=pinned.as_of,
    )
