"""The lookups of a plan, read, resolved through their chains, and pinned in the plan's folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from seawall.config.lookups import Lookup
from seawall.conform import arrow_type
from seawall.contracts import StoredFile
from seawall.durable import make_folders
from seawall.errors import InterruptedRunError, SeawallError
from seawall.events import LinkTried, LookupRead
from seawall.lookups.answers import Wanted
from seawall.lookups.chain import Exhausted, Resolved, resolve, words
from seawall.lookups.pin import content_of, pin
from seawall.plan import PinnedLookup, Plan
from seawall.running.admitted import Admissions
from seawall.running.asking import Asking
from seawall.running.tell import Teller
from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["look_up", "tell_links", "tell_lookup", "wanted_of"]

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _End:
    """What came of one lookup, after so many seconds."""

    outcome: PinnedLookup | Exhausted
    seconds: float


def look_up(
    plan: Plan, workspace: Workspace, claim: Claim, world: World
) -> tuple[PinnedLookup, ...]:
    """Every joined lookup, in the file's order; all are asked, several at the same time.

    Raises the error of the first that nothing answers for; the others are named in it.
    """
    wanted = wanted_of(plan)
    with _scratch(workspace) as scratch:
        admissions = Admissions(world.order)
        asking = Asking(plan, claim, world, scratch, wanted, admissions)
        ends = _at_the_same_time(asking, workspace) if wanted else []
        admissions.settle()
    found, failures = [], {}
    for name, end in zip(wanted, ends, strict=True):
        tell_links(world.teller, name, end.outcome)
        if isinstance(end.outcome, Exhausted):
            failures[name] = end.outcome.error
        else:
            found.append(end.outcome)
            tell_lookup(world.teller, end.outcome, end.seconds, reused=False)
    if failures:
        raise _together(failures)
    return tuple(found)


def wanted_of(plan: Plan) -> dict[str, Wanted]:
    """What the plan needs of each joined lookup, in the file's order."""
    contracts = plan.config.validate_.columns
    return {
        name: Wanted(name, lookup, _key_types(plan, lookup), contracts)
        for name, lookup in plan.config.ingest.joined.items()
    }


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
        served_by=pinned.serving.links if pinned.content else pinned.serving.links[1:],
        as_of=pinned.as_of,
    )


def _at_the_same_time(asking: Asking, workspace: Workspace) -> list[_End]:
    """What came of each lookup, in the file's order, once all have ended.

    A stop of the run is raised first, then whatever else has nothing to do with an upstream.
    """
    with ThreadPoolExecutor(min(len(asking.wanted), _AT_ONCE), "lookup") as pool:
        pending = [pool.submit(_one, asking, name, workspace) for name in asking.wanted]
    raised = [error for error in map(Future.exception, pending) if error is not None]
    raised.sort(key=lambda error: not isinstance(error, InterruptedRunError))
    if raised:
        raise raised[0]
    return [future.result() for future in pending]


def _one(asking: Asking, name: str, workspace: Workspace) -> _End:
    begun = time.monotonic()
    resolved = resolve(asking.wanted[name], asking.upstreams(), lambda: asking.keys(name))
    if isinstance(resolved, Resolved):
        outcome: PinnedLookup | Exhausted = _pinned(name, resolved, workspace)
    else:
        outcome = resolved
    return _End(outcome, time.monotonic() - begun)


def _pinned(name: str, resolved: Resolved, workspace: Workspace) -> PinnedLookup:
    stored = pin(name, resolved.table, workspace)
    content = ""
    if resolved.live is not None:
        content = stored.sha256 if resolved.table is resolved.live else content_of(resolved.live)
    return PinnedLookup(
        name,
        stored,
        resolved.serving,
        resolved.tried,
        content=content,
        as_of=resolved.dated,
        good=resolved.good,
        held=resolved.held,
        unchanged=resolved.unchanged,
    )


def tell_links(teller: Teller, name: str, outcome: PinnedLookup | Exhausted) -> None:
    """Every link that was asked was told, unless there is nothing to say but that live is well."""
    if len(outcome.tried) > 1 or any(one.problem for one in outcome.tried):
        for one in outcome.tried:
            teller.tell(LinkTried, lookup=name, **asdict(one))


def _together(failures: Mapping[str, SeawallError]) -> SeawallError:
    """The first failure; when there are several, all are in its text."""
    errors = list(failures.values())
    first = errors[0]
    if len(errors) == 1:
        return first
    seen = "; ".join(f"{name}: {words(error)}" for name, error in failures.items())
    what = f"{len(errors)} lookups have no answer: {', '.join(failures)}"
    error = type(first)(what, "ingest.lookups", seen, todo=first.todo)
    error.__cause__ = first
    return error


@contextmanager
def _scratch(workspace: Workspace) -> Iterator[Path]:
    """A folder for what upstreams hand over; it is gone afterwards."""
    folder = workspace.folder / "reads"
    shutil.rmtree(folder, ignore_errors=True)
    make_folders(workspace.disk, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
