"""One attempt at a claimed batch: stage, score, judge, publish."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from seawall.contracts import Account, Finding, LogEntry
from seawall.errors import (
    DataError,
    HeldError,
    InputChangedError,
    SeawallError,
    StoppedError,
    StorageError,
    TemporaryError,
)
from seawall.events import (
    InputChanged,
    LookupRehearsed,
    RunProfiled,
    VersionPublished,
    ViewFailed,
)
from seawall.failpoints import reach
from seawall.plan import Plan
from seawall.plan.ahead import refuse_future
from seawall.plan.make import context_of, make_plan
from seawall.plan.plugged import refuse_misfits
from seawall.plan.referenced import NamedReference, reference_of
from seawall.plan.upstreams import refuse_unserved
from seawall.running.arrivals import refuse_arrivals
from seawall.running.claimed import end_committed_plans, same_batch
from seawall.running.deadline import Deadline
from seawall.running.describing import described
from seawall.running.fold import Fold
from seawall.running.held import Origin, held, keep
from seawall.running.history import previous
from seawall.running.judged import judged
from seawall.running.noticed import noticed
from seawall.running.order import Order, State
from seawall.running.promoted import promote, promote_left
from seawall.running.proven import prove
from seawall.running.reading import reading
from seawall.running.reasons import tell_reasons
from seawall.running.rehearsed import rehearse
from seawall.running.scoring import score_all
from seawall.running.shaped import with_shapes
from seawall.running.spooled import Spool, spooled
from seawall.running.staged import Staged, stage
from seawall.running.tell import Teller
from seawall.running.waiting import Wait, await_files
from seawall.running.world import World
from seawall.sinks.files.log import Draft
from seawall.sinks.files.rollback import rolled_back
from seawall.sinks.files.sink import Claim

__all__ = ["Attempt", "empty"]

_ENDINGS = {HeldError: "held", StoppedError: "stopped", DataError: "failed"}
"""How a plan ends with an error; any other leaves it interrupted, for the next run to resume."""


@dataclass(slots=True)
class Attempt:
    """What an attempt knows so far; whatever ends it, the result tells this much."""

    order: Order
    teller: Teller
    state: State = "published"
    version: int = 0
    path: str = ""
    account: Account = field(default_factory=Account)
    degraded_rows: int = 0
    degradations: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    chunks: int = 0
    reused_chunks: int = 0
    rehearsals: tuple[LookupRehearsed, ...] = ()
    replayed: Account | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    behind: str = ""
    reference: NamedReference | None = None

    def carry_out(self, claim: Claim, deadline: Deadline) -> None:
        """The batch is published, or was already; any other end is raised."""
        if claim.base is not None:
            self.version = claim.base.version
            self.path = str(claim.sink.layout.view(claim.base))
        claim.sweep()
        self._refresh_view(claim)
        promote_left(self.order.loaded.config, claim)
        if not self.behind:
            end_committed_plans(claim)
        refuse_unserved(self.order.loaded, self.order.env)
        self.reference = reference_of(self.order.loaded, self.order.batch)
        with reading(self.order, self.teller, deadline) as world:
            self._work(claim, world)

    def _work(self, claim: Claim, world: World) -> None:
        await_files(Wait(self.order, self.teller))
        try:
            self._read_and_publish(claim, world)
        except InputChangedError as change:
            self.teller.tell(InputChanged, problem=str(change))
            await_files(Wait(self.order, self.teller))
            self._read_and_publish(claim, world)

    def _read_and_publish(self, claim: Claim, world: World) -> None:
        order = self.order
        refuse_misfits(order.loaded, world.reader.calls)
        context = context_of(order.loaded.config, order.batch, now=order.now)
        refuse_future(context, order.now())
        with spooled(claim, world) as spool:
            self._plan_and_publish(claim, world, spool)

    def _plan_and_publish(self, claim: Claim, world: World, spool: Spool | None) -> None:
        order, path = self.order, None if spool is None else spool.path
        before = functools.partial(previous, claim.sink, order.batch)
        plan = make_plan(order.loaded, order.batch, now=order.now, spool=path, before=before)
        if not order.force and self._is_published(plan, claim):
            return
        if not plan.rows:
            raise empty(plan)
        claim.require_room(plan.rows)
        self.findings = noticed(plan, claim)
        proven = prove(plan, order)
        self.findings = (*self.findings, *proven.findings)
        staged = stage(plan, claim, world, spool)
        self._finish(replace(staged, model=proven.model, reference=self.reference), claim, world)

    def _finish(self, staged: Staged, claim: Claim, world: World) -> None:
        """The plan is scored and published; where it ends otherwise, its folder says how."""
        world.reader.rest()
        try:
            self._publish(with_shapes(staged, claim, world), claim, world)
        except FileNotFoundError as error:
            raise _swept(error) from error
        except SeawallError as error:
            if type(error) in _ENDINGS:
                with suppress(StorageError):  # a full disk may not hide why the run ended
                    staged.workspace.put_outcome(_ENDINGS[type(error)])
            raise

    def _is_published(self, plan: Plan, claim: Claim) -> bool:
        """Whether the live version comes from the same inputs; one that was rolled back is refused."""
        entries = claim.entries()
        for refused in rolled_back(entries):
            if same_batch(plan.fingerprint, refused.fingerprint):
                raise _rolled_back(refused, entries[-1])
        if claim.base is None or not same_batch(plan.fingerprint, claim.base.fingerprint):
            return False
        try:
            claim.require_file(claim.base)
        except StorageError as error:  # readers have nothing whole to read: make it anew
            self.teller.tell(ViewFailed, version=claim.base.version, message=str(error))
            return False
        self.state, self.account = "already published", claim.base.account
        self.degraded_rows = claim.base.degraded_rows
        self.degradations = claim.base.degradations
        return True

    def _publish(self, staged: Staged, claim: Claim, world: World) -> None:
        self.chunks, self.reused_chunks = len(staged.plan.chunks), len(staged.finished)
        fold = Fold(staged.plan, staged.workspace, claim)
        try:
            score_all(staged, fold, self.order, self.teller)
            refuse_arrivals(staged.plan)
            entry = claim.commit(self._draft(staged, fold, claim))
        except BaseException:
            fold.abandon()
            raise
        finally:
            self.account, self.degraded_rows = fold.account, fold.degraded_rows
            self.degradations, self.reasons = fold.degraded, self._reasons(staged, fold)
            tell_reasons(self.teller, fold)
        self._after_commit(entry, staged, claim, world)

    def _reasons(self, staged: Staged, fold: Fold) -> dict[str, int]:
        """Why rows are in quarantine, with their numbers."""
        del staged
        return dict(fold.quarantined)

    def _draft(self, staged: Staged, fold: Fold, claim: Claim) -> Draft:
        """What the gate lets pass, with its file complete."""
        plan, totals = staged.plan, fold.totals
        self.teller.tell(
            RunProfiled,
            rows=totals.account.published,
            columns=totals.profile.summary(),
            degraded=fold.degraded_profile.summary(),
        )
        payload = described(staged, fold, self.order.run_id).stored()
        staged.workspace.put_profile(payload)
        reach("5")
        verdict = judged(fold, claim, staged.reference)
        self.findings = (*self.findings, *verdict.findings)
        origin = self._origin(plan)
        if isinstance(verdict.error, HeldError):
            with suppress(StorageError):  # a full disk may not hide why the run ended
                keep(held(fold, claim, origin, self.findings), staged.workspace)
        if verdict.error is not None:
            raise verdict.error
        return Draft(
            kind="publish",
            commit_id=secrets.token_hex(8),
            run_id=self.order.run_id,
            file=fold.joined(),
            account=totals.account,
            fingerprint=origin.fingerprint,
            committed_at=self.order.now(),
            findings=self.findings,
            degraded_rows=totals.degraded_rows,
            degradations=dict(totals.degraded),
            lookups=origin.lookups,
            input_schema=origin.input_schema,
            added_to=origin.added_to,
            profile=claim.keep_profile(payload),
        )

    def _origin(self, plan: Plan) -> Origin:
        """What the version is made from."""
        return Origin.of_plan(plan)

    def _after_commit(self, entry: LogEntry, staged: Staged, claim: Claim, world: World) -> None:
        """What can be done again if it fails: the view, snapshots, the plan's ending, garbage."""
        self.version, self.path = entry.version, str(claim.sink.layout.view(entry))
        world.deadline.meet()
        reach("7a")
        self._refresh_view(claim, entry)
        reach("7b")
        self.teller.tell(
            VersionPublished,
            version=entry.version,
            path=self.path,
            account=entry.account,
            degraded_rows=entry.degraded_rows,
            degradations=entry.degradations,
        )
        try:
            self._follow_up(staged, claim, world)
            if not self.behind:  # else the next run ends it, once readers see the version
                staged.workspace.put_outcome("committed")
            reach("7c")
            claim.collect_garbage(self.order.now())
        except StorageError as error:
            self.teller.tell(ViewFailed, version=entry.version, message=str(error))

    def _follow_up(self, staged: Staged, claim: Claim, world: World) -> None:
        """Fallback chains are rehearsed, and what was read live is what later runs may fall back on."""
        self.rehearsals = rehearse(staged, claim, world)
        promote(staged, claim)

    def _refresh_view(self, claim: Claim, entry: LogEntry | None = None) -> None:
        """Readers see the newest version; if that fails it is said, and the next command tries again."""
        self.behind = ""
        try:
            claim.refresh_view()
        except (StorageError, TemporaryError) as error:
            self.behind = str(error)
            version = self.version if entry is None else entry.version
            self.teller.tell(ViewFailed, version=version, message=self.behind)


def empty(plan: Plan) -> DataError:
    """The error for an input that is there and has no rows."""
    return DataError(
        "the input has no rows",
        ", ".join(fragment.shown for fragment in plan.fragments[:3]),
        f"{len(plan.fragments):,} files, 0 rows",
        "at least one row",
        "find out why its writer wrote none; the published version stays as it is",
    )


def _swept(error: FileNotFoundError) -> TemporaryError:
    """The error for a file of the plan that is gone: the lock did not hold, as on a shared disk."""
    return TemporaryError(
        "a file of this run is gone: another run of the batch took its plan over, or somebody removed it",
        str(error.filename or ""),
        str(error),
        "one run a batch at a time",
        "run again; what is live now may already be what you want",
    )


def _rolled_back(refused: LogEntry, live: LogEntry) -> DataError:
    word = f"{live.kind} by {live.by}: {live.reason}" if live.by else f"run {live.run_id}"
    return DataError(
        f"the run would give version {refused.version} again, which was rolled back",
        f"batch {refused.batch}",
        f"its config, code, model and input; version {live.version} is live ({word})",
        "something that has changed since",
        "mend what was wrong; or run with --force to publish it again",
    )
