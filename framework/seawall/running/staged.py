"""The plan in its folder: an interrupted one taken up again, or a new one with all that it pins."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from seawall.events import ResumeRefused
from seawall.models import Model
from seawall.outcome import ChunkReport
from seawall.plan import Plan
from seawall.plan.referenced import NamedReference
from seawall.running.claimed import document_of, finished_chunks, resumed
from seawall.running.looked_up import look_up, tell_links, tell_lookup
from seawall.running.repeats import hold_unique
from seawall.running.spooled import Spool
from seawall.running.tell import Teller
from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["Staged", "stage", "taken_up"]


@dataclass(frozen=True, slots=True)
class Staged:
    """A plan with its lookups pinned, its folder, and the chunks that are finished already.

    `model` is the plan's, where this process has loaded it; `reference` is what its columns are
    compared with, or the anchor of that, where the pipeline file names a file.
    """

    plan: Plan
    workspace: Workspace
    finished: Mapping[str, ChunkReport]
    model: Model | None = None
    reference: NamedReference | None = None


def stage(plan: Plan, claim: Claim, world: World, spool: Spool | None) -> Staged:
    """The newest interrupted plan of the batch if it is this one, else a new one.

    Interrupted plans that are not this one are given up, and it is said what has changed. Raises
    UnavailableError or DataError when a lookup cannot be read or used, DataError when a column that
    has to be unique is not.
    """
    earlier = taken_up(plan, claim.plans(), claim, world.teller)
    if earlier is not None:
        return earlier
    workspace = claim.open_plan(secrets.token_hex(6)) if spool is None else spool.workspace
    lookups = look_up(plan, workspace, claim, world)
    plan = hold_unique(plan.with_lookups(lookups), workspace, world)
    document = document_of(plan, world.order, claim.base)
    if spool is not None:
        document["spool"] = asdict(spool.file)
    workspace.put_plan(document)
    return Staged(plan, workspace, {})


def taken_up(
    plan: Plan, interrupted: Iterable[Workspace], claim: Claim, teller: Teller
) -> Staged | None:
    """The first of the interrupted plans that is this one; those before it are given up."""
    for workspace in interrupted:
        document = workspace.plan()
        earlier, difference = resumed(plan, workspace)
        if earlier is not None:
            taken = claim.open_plan(workspace.plan_id)
            taken.sweep()
            for lookup in earlier.lookups:
                tell_links(teller, lookup.name, lookup)
                tell_lookup(teller, lookup, 0.0, reused=True)
            return Staged(earlier, taken, finished_chunks(earlier, taken))
        teller.tell(ResumeRefused, earlier_run=str(document.get("run_id", "")), changed=difference)
        workspace.put_outcome("abandoned")
    return None
