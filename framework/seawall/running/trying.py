"""A few rows of a batch through every stage and the gate, for a look: nothing is published or kept."""

from __future__ import annotations

import functools
import secrets
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from seawall.config.contract import RowCount
from seawall.config.judging import Quota
from seawall.contracts import EventSink
from seawall.errors import SeawallError
from seawall.gate import Verdict, concluded
from seawall.part import published_columns
from seawall.plan import Plan
from seawall.plan.make import make_plan
from seawall.running.attempt import Attempt, empty
from seawall.running.deadline import within_deadline
from seawall.running.execute import result_of, sink_of
from seawall.running.fold import Fold
from seawall.running.history import previous
from seawall.running.judged import judged
from seawall.running.looked_up import look_up
from seawall.running.noticed import noticed
from seawall.running.order import Order, RunResult
from seawall.running.proven import prove
from seawall.running.repeats import hold_unique
from seawall.running.sampled import sampled
from seawall.running.scoring import score_all
from seawall.running.shaped import with_shapes
from seawall.running.spooled import Spool
from seawall.running.staged import Staged
from seawall.running.tell import Teller
from seawall.running.world import World
from seawall.secrets import Redaction
from seawall.sinks.files import Claim, FilesSink, Holder

__all__ = ["Trial", "try_out"]

_SHOWN = 10
_FEW = 100
"""Of fewer rows no share is held against what is promised of a batch."""
_SHARES = frozenset(
    {"null share", "new share", "unseen", "top share", "distinct values", "label share"}
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run would come to on a sample, and the first of the rows that it would publish."""

    result: RunResult
    rows: pa.Table | None


def try_out(order: Order, rows: int, events: EventSink) -> Trial:
    """The batch is tried on so many of its rows, taken evenly from all over it.

    What a run would publish, keep or remember goes into a folder that is gone afterwards; what
    batches are compared with and fall back on is that of the pipeline's own sink. How many rows a
    batch must have, and of fewer than a hundred what share of them, is not asked of a sample. Named errors are in the result; others are bugs and raised.
    """
    begun = time.monotonic()
    redaction = Redaction.of(order.loaded.config, order.env)
    real = sink_of(order.loaded.config, order.loaded.root)
    holder = Holder(order.run_id, order.pid, order.host, order.now())
    base = next(iter(reversed(real.entries(order.batch))), None)
    teller = Teller(order.run_id, events, order.now, redaction)
    trying = Trying(order, teller, past=Claim(real, order.batch, holder, base), most=rows)
    error: SeawallError | None = None
    with tempfile.TemporaryDirectory(prefix="seawall-trial-") as folder:
        sandbox = FilesSink(Path(folder) / "out", real.format, handover_s=0)
        try:
            with (
                within_deadline(order, str) as deadline,
                sandbox.claim(order.batch, holder) as own,
            ):
                trying.carry_out(own, deadline)
        except SeawallError as raised:
            error = redaction.error(raised)
    result = result_of(trying, error, time.monotonic() - begun)
    return Trial(replace(result, account=trying.account), trying.rows)


@dataclass(slots=True)
class Trying(Attempt):
    """An attempt on `most` rows. `past` is the pipeline's own sink, which is only read."""

    past: Claim | None = None
    most: int = 0
    rows: pa.Table | None = None

    def _plan_and_publish(self, claim: Claim, world: World, spool: Spool | None) -> None:
        order, past = self.order, self.past or claim
        path = None if spool is None else spool.path
        before = functools.partial(previous, past.sink, order.batch)
        plan = make_plan(order.loaded, order.batch, now=order.now, spool=path, before=before)
        if not plan.rows:
            raise empty(plan)
        self.findings = noticed(plan, past)
        proven = prove(plan, order)
        self.findings = (*self.findings, *proven.findings)
        workspace = claim.open_plan(secrets.token_hex(6)) if spool is None else spool.workspace
        plan = _of_any_size(sampled(plan, self.most))
        plan = plan.with_lookups(look_up(plan, workspace, past, world))
        plan = hold_unique(plan, workspace, world)
        staged = Staged(plan, workspace, {}, proven.model, self.reference)
        self._finish(staged, claim, world)

    def _finish(self, staged: Staged, claim: Claim, world: World) -> None:
        """The sample is scored and judged; what the gate says is raised or found."""
        past = self.past or claim
        world.reader.rest()
        staged = with_shapes(staged, past, world)
        fold = Fold(staged.plan, staged.workspace, claim)
        try:
            score_all(staged, fold, self.order, self.teller)
            self.rows = _first(fold)
            verdict = _of_few(judged(fold, past, self.reference), fold)
        finally:
            fold.abandon()
            self.account, self.degraded_rows = fold.account, fold.degraded_rows
            self.degradations, self.reasons = fold.degraded, dict(fold.quarantined)
        self.findings, self.state = (*self.findings, *verdict.findings), "tried"
        if verdict.error is not None:
            raise verdict.error


def _of_any_size(plan: Plan) -> Plan:
    """The plan without what is said of the number of a batch's rows, and with a quota that few rows keep."""
    judged = plan.config.validate_.model_copy(update={"rows": RowCount()})
    config = plan.config.model_copy(update={"validate_": judged})
    if plan.rows < _FEW and config.limits.quarantined_rows is not None:
        limits = config.limits.model_copy(update={"quarantined_rows": Quota(rows=plan.rows)})
        config = config.model_copy(update={"limits": limits})
    return replace(plan, config=config)


def _of_few(verdict: Verdict, fold: Fold) -> Verdict:
    """The verdict on a sample: shares of few rows prove nothing, and are called too few to tell."""
    if fold.totals.staying >= _FEW:
        return verdict
    findings = tuple(
        replace(one, severity="insufficient", message=f"too few rows to tell: {one.message}")
        if one.severity == "fail" and one.check in _SHARES
        else one
        for one in verdict.findings
    )
    return concluded(findings, degraded_rows=fold.totals.degraded_rows)


def _first(fold: Fold) -> pa.Table | None:
    """The first of the rows that would be published."""
    found = next(fold.tables(published_columns(fold.plan)), None)
    return None if found is None else found.slice(0, _SHOWN)
