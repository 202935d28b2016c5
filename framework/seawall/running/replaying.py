"""One attempt at a replay: rows that a version left in quarantine are run again, and added to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from seawall.contracts import Account, Finding
from seawall.errors import UsageError
from seawall.events import ReplayBegins
from seawall.plan import Plan
from seawall.plan.plugged import refuse_misfits
from seawall.quarantine.source import Chosen
from seawall.running.attempt import Attempt
from seawall.running.chosen import chosen_rows, refuse_unknown
from seawall.running.fold import Fold
from seawall.running.held import Origin
from seawall.running.proven import prove
from seawall.running.replay_plan import differences, replay_plan
from seawall.running.replay_stage import stage_replay
from seawall.running.staged import Staged
from seawall.running.standing import Standing, standing
from seawall.running.world import World
from seawall.sinks.files.log import Draft
from seawall.sinks.files.sink import Claim

__all__ = ["Replaying"]


class _NonePassedError(Exception):
    """Every row of the replay is in quarantine again: the version stays as it is."""


@dataclass(slots=True)
class Replaying(Attempt):
    """An attempt of which the version that is live, `live`, becomes a part."""

    live: Standing | None = None

    def _work(self, claim: Claim, world: World) -> None:
        order, replay = self.order, self.order.replay
        if replay is None:
            raise UsageError("no run is named to replay")
        live = self.live = standing(claim, replay)
        refuse_unknown(live, replay.reason)
        self._as_it_was(live)
        chosen = chosen_rows(live, replay.reason, key=order.loaded.config.ingest.primary.key)
        plan = replay_plan(order, live, chosen)
        again = plan.chunks[len(live.chunks) :]
        if not again:
            self.findings = (_nothing(live, chosen),)
            return
        self.findings = differences(plan, live)
        refuse_misfits(order.loaded, world.reader.calls)
        rows = sum(ref.rows for ref in again)
        self.replayed = Account(read=rows)
        self._begin(live, rows)
        proven = prove(plan, order)
        self.findings = (*self.findings, *proven.findings)
        staged = stage_replay(plan, live, chosen, claim, world)
        staged = replace(staged, model=proven.model, reference=self.reference)
        self._finish_or_leave(staged, claim, world)

    def _begin(self, live: Standing, rows: int) -> None:
        entry = live.entry
        self.teller.tell(
            ReplayBegins,
            version=entry.version,
            by_run=entry.run_id,
            rows=rows,
            left=entry.account.quarantined - rows,
        )

    def _finish_or_leave(self, staged: Staged, claim: Claim, world: World) -> None:
        """The version with the rows is published; if none left the quarantine, all stays as it was."""
        try:
            self._finish(staged, claim, world)
        except _NonePassedError:
            staged.workspace.put_outcome("abandoned")
            if self.live is not None:
                self._as_it_was(self.live)

    def _as_it_was(self, live: Standing) -> None:
        """Until a version is published, the result is the one that is live."""
        entry = live.entry
        self.state, self.account = "nothing to replay", entry.account
        self.degraded_rows, self.degradations = entry.degraded_rows, entry.degradations

    def _draft(self, staged: Staged, fold: Fold, claim: Claim) -> Draft:
        """As for a run; but what the version was made from is what it still is made from."""
        if self.live is None:
            raise UsageError("no version is there to add rows to")
        entry = self.live.entry
        self.replayed = went = _went(fold.account, entry.account, self.replayed or Account())
        changed = _other_types(entry.version, fold.types.changed)
        self.findings = (*self.findings, *changed, _told(entry.version, went))
        if not went.published and not went.filtered:
            raise _NonePassedError
        draft = Attempt._draft(self, staged, fold, claim)  # noqa: SLF001 - super() knows no slots
        self.state = "published"
        return replace(draft, kind="replay")

    def _origin(self, plan: Plan) -> Origin:
        """What the version that is live was made from, and that it is added to."""
        if self.live is None:
            return Origin.of_plan(plan)
        entry = self.live.entry
        return Origin(entry.fingerprint, entry.lookups, entry.input_schema, entry.version)

    def _reasons(self, staged: Staged, fold: Fold) -> dict[str, int]:
        """Why replayed rows are in quarantine again: what the whole has more than the rows before."""
        if self.live is None:
            return {}
        earlier = [staged.finished[ref.name] for ref in staged.plan.chunks[: len(self.live.chunks)]]
        before = sum((Counter(report.quarantined) for report in earlier), Counter[str]())
        return dict(Counter(fold.quarantined) - before)

    def _follow_up(self, staged: Staged, claim: Claim, world: World) -> None:
        """Nothing is rehearsed or kept: the lookups were asked for a few keys alone."""


def _went(now: Account, before: Account, replayed: Account) -> Account:
    """Where the replayed rows went: what the whole has more of."""
    published, filtered = now.published - before.published, now.filtered - before.filtered
    again = replayed.read - published - filtered
    return Account(replayed.read, published, again, filtered)


def _told(version: int, went: Account) -> Finding:
    seen = (
        f"{went.published:,} published, {went.quarantined:,} in quarantine again, "
        f"{went.filtered:,} filtered"
    )
    message = f"of {went.read:,} rows that version {version} left in quarantine: {seen}"
    return Finding(
        "replay", "ok" if went.published or went.filtered else "warn", None, seen, "", message
    )


def _other_types(version: int, changed: str) -> tuple[Finding, ...]:
    """A warning where stages now make other columns, none of which is published."""
    if not changed:
        return ()
    message = f"columns that are made on the way differ from those of version {version}: {changed}"
    return (Finding("replay", "warn", None, changed, "the types of the version", message),)


def _nothing(live: Standing, chosen: Chosen) -> Finding:
    """Why there is nothing to do, as a warning: somebody has expected otherwise."""
    kept, meant = live.entry.account.quarantined, chosen.reason
    seen = f"{kept:,} rows in quarantine"
    seen += f", none for {meant!r} that can be run again" if meant and kept else ""
    if chosen.others:
        seen += f"; the keys of {len(chosen.others):,} are published already"
    message = f"version {live.entry.version} left no row that can be run again: {seen}"
    return Finding("replay", "warn", None, seen, "rows that could be read", message)
