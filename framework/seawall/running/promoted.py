"""The live reads of a published run become the last known good."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from seawall.config.lookups import LastKnownGood, Lookup
from seawall.config.models import PipelineConfig
from seawall.contracts import StoredFile
from seawall.errors import StorageError
from seawall.failpoints import reach
from seawall.lookups.last_known_good import Snapshot, keep
from seawall.lookups.pin import pin
from seawall.lookups.serving import LINK
from seawall.plan import PinnedLookup
from seawall.running.claimed import committed_plans
from seawall.running.staged import Staged
from seawall.sinks.files.lock import hold_patiently
from seawall.sinks.files.sink import Claim
from seawall.staging import REPLAYED, Workspace

__all__ = ["promote", "promote_left", "promote_plan"]


@dataclass(frozen=True, slots=True)
class _Published:
    """What of a published plan is needed here."""

    run_id: str
    batch: str
    as_of: datetime
    lookups: Sequence[PinnedLookup]
    workspace: Workspace


def promote(staged: Staged, claim: Claim) -> None:
    """Each lookup that was live and whole is what later runs may fall back on (7e).

    Only those are kept whose chain has a last known good, and never in place of a later one: a
    backfill leaves today's where it is.
    """
    plan, context = staged.plan, staged.plan.context
    run = _Published(
        claim.holder.run_id, context.batch, context.as_of, plan.lookups, staged.workspace
    )
    _promote(run, plan.config, claim)
    reach("7e")


def promote_left(config: PipelineConfig, claim: Claim) -> None:
    """What runs were killed over after their commit is promoted now."""
    for workspace in committed_plans(claim):
        with suppress(StorageError):  # it is no reason not to run
            promote_plan(workspace, config, claim)


def promote_plan(workspace: Workspace, config: PipelineConfig, claim: Claim) -> None:
    """As `promote`, for a plan that was committed by an earlier process.

    Nothing of a replay's: its lookups were asked for a few keys alone.
    """
    document = workspace.plan()
    try:
        lookups = TypeAdapter(tuple[PinnedLookup, ...]).validate_python(document["lookups"])
        as_of = datetime.fromisoformat(document["as_of"])
        run = _Published(document["run_id"], claim.batch, as_of, lookups, workspace)
        replayed = REPLAYED in document["details"]
    except (ValidationError, KeyError, ValueError, TypeError):
        return  # of another version, or torn: the next published run has newer rows
    if not replayed:
        _promote(run, config, claim)
        reach("7e")


def _promote(run: _Published, config: PipelineConfig, claim: Claim) -> None:
    sink = claim.sink
    for pinned in run.lookups:
        lookup = config.ingest.lookups.get(pinned.name)
        if not pinned.good or lookup is None or not _falls_back_on_it(lookup):
            continue
        live, schema = _live(pinned, run.workspace)
        if not run.workspace.verify(live):
            continue
        snapshot = Snapshot(
            pinned.name,
            sha256=live.sha256,
            bytes=live.bytes,
            rows=live.rows,
            as_of=min(pinned.as_of or run.as_of, run.as_of),
            kept_at=sink.clock(),
            run_id=run.run_id,
            batch=run.batch,
            schema={field.name: str(field.type) for field in schema},
        )
        # Runs of other batches promote at the same time.
        with hold_patiently(sink.disk, sink.layout.lock(".snapshots"), claim.holder):
            keep(sink.disk, sink.layout.snapshots(pinned.name), snapshot, run.workspace.path(live))


def _falls_back_on_it(lookup: Lookup) -> bool:
    return any(isinstance(link, LastKnownGood) for link in lookup.fallback)


def _live(pinned: PinnedLookup, workspace: Workspace) -> tuple[StoredFile, pa.Schema]:
    """The live rows alone as a file of the plan, and its columns."""
    with pa.memory_map(str(workspace.path(pinned.file))) as file:
        table = pa.ipc.open_file(file).read_all()
    if pinned.serving.clean:
        return pinned.file, table.schema
    table = table.filter(pc.equal(table.column(LINK), 0))
    table = table.select([name for name in table.column_names if not name.startswith(LINK)])
    return pin(pinned.name, table, workspace), table.schema
