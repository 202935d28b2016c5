"""A result that the gate refused, published on a person's word: nothing is read or scored for it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from seawall.contracts import Account, EventSink, Finding, LogEntry, StoredFile
from seawall.errors import Exit, SeawallError, StorageError
from seawall.events import RunEnded, RunStarted, VersionPublished, ViewFailed
from seawall.failpoints import reach
from seawall.plan.fingerprint import changed
from seawall.plan.make import groundwork
from seawall.running.execute import sink_of, within_the_project
from seawall.running.held import Held, require_as_judged
from seawall.running.joined import Joined
from seawall.running.order import Order, Release, RunResult, State
from seawall.running.promoted import promote_plan
from seawall.running.releasable import committed, held_result, lost_rows, refuse_stale
from seawall.running.tell import Teller
from seawall.secrets import Redaction
from seawall.sinks.files import Claim, Draft, Holder
from seawall.staging import Workspace

__all__ = ["begin", "begun_at", "release"]


def release(order: Order, word: Release, events: EventSink, *, known: str = "") -> RunResult:
    """What came of the release of the run that the order names; a refusal is in the result.

    `known` is the state that the ledger has of the run, '' where it has none. Raises nothing but bugs.
    """
    begun = time.monotonic()
    redaction = Redaction.of(order.loaded.config, order.env)
    releasing = Releasing(order, word, Teller(order.run_id, events, order.now, redaction), known)
    error: SeawallError | None = None
    try:
        sink = sink_of(order.loaded.config, order.loaded.root, order.disk)
        sink.preflight()
        holder = Holder(order.run_id, order.pid, order.host, order.now())
        with sink.claim(order.batch, holder) as claim:
            releasing.carry_out(claim)
    except SeawallError as raised:
        error = redaction.error(raised)
    except Exception as bug:
        redaction.error(bug)
        raise
    result = releasing.result(error, time.monotonic() - begun)
    if error is None:
        _tell_end(result, word, releasing.teller)
        reach("7d")
    return result


def begin(order: Order, begun: datetime, events: EventSink) -> None:
    """The run, which began then, is known to those who keep a record of runs and have lost theirs."""
    Teller(order.run_id, events, lambda: begun).tell(
        RunStarted,
        pipeline=order.loaded.config.pipeline,
        batch=order.batch,
        config_path=within_the_project(order.loaded),
        host=order.host,
        pid=order.pid,
    )


def begun_at(order: Order) -> datetime:
    """When the run began, as its plan has it; now where that is gone."""
    sink = sink_of(order.loaded.config, order.loaded.root)
    holder = Holder(order.run_id, order.pid, order.host, order.now())
    workspace = Claim(sink, order.batch, holder, None).plan_of(order.run_id)
    begun = None if workspace is None else workspace.begun_at()
    return begun or order.now()


@dataclass(slots=True)
class Releasing:
    """What a release knows so far."""

    order: Order
    word: Release
    teller: Teller
    known: str
    state: State = "not released"
    entry: LogEntry | None = None
    live: LogEntry | None = None
    path: str = ""
    chunks: int = 0
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    def carry_out(self, claim: Claim) -> None:
        """The result is the batch's live version, or was released already; any other end is raised."""
        self.live = claim.base
        if claim.base is not None:
            self.path = str(claim.sink.layout.view(claim.base))
        claim.sweep()
        entry = committed(claim, self.order)
        if entry is not None:
            self.entry, self.state, self.findings = entry, "already released", entry.findings
            self._follow_up(claim, entry, claim.plan_of(self.order.run_id))
            return
        workspace, result = held_result(claim, self.order, self.known)
        refuse_stale(claim, workspace, result)
        require_as_judged(result, workspace)
        self.chunks = len(result.chunks)
        self.findings = (*result.findings, *_changes(self.order, workspace))
        sink = replace(claim.sink, format=result.format, escape_formulas=result.escape_formulas)
        self._publish(replace(claim, sink=sink), result, workspace)

    def _publish(self, claim: Claim, result: Held, workspace: Workspace) -> None:
        joined = Joined(workspace, claim, result.key, result.columns)
        try:
            for chunk in result.chunks:
                joined.add(chunk.part, last=chunk is result.chunks[-1])
            entry = claim.commit(self._draft(claim, result, _closed(joined, result), workspace))
        except BaseException:
            joined.abandon()
            raise
        self.entry, self.state = entry, "released"
        self.path = str(claim.sink.layout.view(entry))
        self._follow_up(claim, entry, workspace)

    def _draft(self, claim: Claim, result: Held, file: StoredFile, workspace: Workspace) -> Draft:
        """What a passing gate would have let be said, and who has published it instead, and why."""
        redaction = self.teller.redaction
        return Draft(
            kind="release",
            commit_id=secrets.token_hex(8),
            run_id=result.run_id,
            file=file,
            account=result.account,
            fingerprint=result.fingerprint,
            committed_at=self.order.now(),
            findings=self.findings,
            degraded_rows=result.degraded_rows,
            degradations=result.degradations,
            lookups=result.lookups,
            input_schema=result.input_schema,
            added_to=result.added_to,
            profile=claim.keep_profile(workspace.disk.read(workspace.path(result.profile))),
            reason=redaction.text(self.word.reason),
            by=redaction.text(self.word.by),
        )

    def _follow_up(self, claim: Claim, entry: LogEntry, workspace: Workspace | None) -> None:
        """What can be done again if it fails: the view, snapshots, the plan's ending, garbage."""
        try:
            claim.refresh_view()
        except StorageError as error:
            self.teller.tell(ViewFailed, version=entry.version, message=str(error))
        self.teller.tell(
            VersionPublished,
            version=entry.version,
            path=self.path,
            account=entry.account,
            degraded_rows=entry.degraded_rows,
            degradations=entry.degradations,
        )
        with suppress(StorageError):  # the next run of the batch does it
            if workspace is not None and workspace.outcome() == "held":
                promote_plan(workspace, self.order.loaded.config, claim)
                workspace.put_outcome("committed")
            claim.collect_garbage(self.order.now())

    def result(self, error: SeawallError | None, seconds: float) -> RunResult:
        """What came of it, `seconds` after it began."""
        order, entry, live = self.order, self.entry, self.entry or self.live
        return RunResult(
            run_id=order.run_id,
            pipeline=order.loaded.config.pipeline,
            batch=order.batch,
            state=self.state,
            exit=Exit.OK if error is None else error.exit,
            version=0 if live is None else live.version,
            path=self.path,
            account=Account() if entry is None else entry.account,
            findings=self.findings,
            chunks=self.chunks,
            reused_chunks=self.chunks,
            seconds=seconds,
            error=error,
            degraded_rows=0 if entry is None else entry.degraded_rows,
            degradations={} if entry is None else entry.degradations,
        )


def _closed(joined: Joined, result: Held) -> StoredFile:
    """The joined file, complete; nothing is published of which a row is in no place."""
    file = joined.close()
    if not result.account.balanced or file.rows != result.account.published:
        raise lost_rows(result, file)
    return file


def _changes(order: Order, workspace: Workspace) -> Iterator[Finding]:
    """A warning that says how config, code and model differ now from those that were judged."""
    before = _but_input(workspace.plan()["details"])
    try:
        seen = changed(before, _but_input(groundwork(order.loaded, order.batch)))
    except SeawallError as error:
        seen = f"what they are now cannot be told: {error.what}"
    if seen:
        message = f"what is released was made by the config, code and model of then: {seen}"
        yield Finding("release", "warn", None, seen, "what was judged", message)


def _but_input(details: Mapping[str, str]) -> dict[str, str]:
    own = ("input.", "replay.")
    return {name: value for name, value in details.items() if not name.startswith(own)}


def _tell_end(result: RunResult, word: Release, teller: Teller) -> None:
    teller.tell(
        RunEnded,
        pipeline=result.pipeline,
        batch=result.batch,
        state=result.state,
        exit=int(result.exit),
        version=result.version,
        path=result.path,
        account=result.account,
        findings=result.findings,
        message=f"released by {word.by}: {word.reason}",
        seconds=result.seconds,
        degraded_rows=result.degraded_rows,
        degradations=result.degradations,
    )
