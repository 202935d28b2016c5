"""The plan in its folder: an interrupted one taken up again, or a new one with its lookups pinned."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from seawall.config.ingest import Lookup
from seawall.conform import arrow_type
from seawall.contracts import StoredFile
from seawall.events import LookupRead, ResumeRefused
from seawall.lookups.fetch import fetch
from seawall.lookups.pin import pin, typed
from seawall.outcome import ChunkReport
from seawall.plan import PinnedLookup, Plan
from seawall.running.claimed import document_of, finished_chunks, resumed
from seawall.running.order import Order
from seawall.running.tell import Teller
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["Staged", "stage"]


@dataclass(frozen=True, slots=True)
class Staged:
    """A plan with its lookups pinned, its folder, and the chunks that are finished already."""

    plan: Plan
    workspace: Workspace
    finished: Mapping[str, ChunkReport]


def stage(plan: Plan, claim: Claim, order: Order, teller: Teller) -> Staged:
    """The newest interrupted plan of the batch if it is this one, else a new one.

    Interrupted plans that are not this one are given up, and it is said what has changed. Raises
    UnavailableError or DataError when a lookup cannot be read or used.
    """
    for workspace in claim.plans():
        document = workspace.plan()
        earlier, difference = resumed(plan, workspace)
        if earlier is not None:
            taken = claim.open_plan(workspace.plan_id)
            taken.sweep()
            for lookup in earlier.lookups:
                _tell_lookup(teller, lookup.name, lookup.file, 0.0, reused=True)
            return Staged(earlier, taken, finished_chunks(earlier, taken))
        teller.tell(ResumeRefused, earlier_run=document["run_id"], changed=difference)
        workspace.put_outcome("abandoned")
    workspace = claim.open_plan(secrets.token_hex(6))
    plan = plan.with_lookups(tuple(_pinned(plan, workspace, order, teller)))
    workspace.put_plan(document_of(plan, order, claim.base))
    return Staged(plan, workspace, {})


def _pinned(plan: Plan, workspace: Workspace, order: Order, teller: Teller) -> list[PinnedLookup]:
    found = []
    for name, lookup in plan.config.ingest.lookups.items():
        begun = time.monotonic()
        table = fetch(name, lookup, root=plan.root, batch=order.batch, env=order.env)
        contracts = plan.config.validate_.columns
        table = typed(name, lookup, table, keys=_key_types(plan, lookup), contracts=contracts)
        stored = pin(name, lookup, table, workspace)
        _tell_lookup(teller, name, stored, time.monotonic() - begun, reused=False)
        found.append(PinnedLookup(name, stored))
    return found


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


def _tell_lookup(
    teller: Teller, name: str, stored: StoredFile, seconds: float, *, reused: bool
) -> None:
    teller.tell(
        LookupRead,
        lookup=name,
        rows=stored.rows,
        sha256=stored.sha256,
        seconds=seconds,
        reused=reused,
    )
