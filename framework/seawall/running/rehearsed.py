"""The fallback chains of a healthy run, tried out on a sample of its rows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from seawall.chunk import Passed, passed
from seawall.config.lookups import LastKnownGood, Link, Lookup
from seawall.errors import InterruptedRunError, SeawallError
from seawall.events import LookupRehearsed
from seawall.lookups.answers import Answer, Wanted, coverage
from seawall.lookups.asked import Asked, asked_keys
from seawall.lookups.blend import Blend
from seawall.lookups.chain import words
from seawall.lookups.links import UnreadError, Upstreams, link_answer, link_name
from seawall.lookups.measures import exact, percent
from seawall.lookups.table import LookupTable
from seawall.plan import Plan
from seawall.reads import LOOKUP, Terms, terms_of
from seawall.running.admitted import Admissions
from seawall.running.asking import Asking
from seawall.running.crew import crew_of
from seawall.running.looked_up import wanted_of
from seawall.running.sampled import sampled
from seawall.running.staged import Staged
from seawall.running.world import World
from seawall.runtime import Runtime, runtime_of, tests_of
from seawall.sinks.files.sink import Claim
from seawall.stages.ingest import readable

__all__ = ["rehearse"]

_TIME_S = 60.0
"""All links together; behind it the rest is said not to be rehearsed."""
_READ_S = 10.0
"""A replica is asked for real, once, for at most so long: the batch stays locked meanwhile."""


def rehearse(staged: Staged, claim: Claim, world: World) -> tuple[LookupRehearsed, ...]:
    """What each link of each chain would have done to this healthy run; it is told, and never raises.

    A run in which a fallback served anything has had more than a rehearsal.
    """
    plan = staged.plan
    well = all(pinned.serving.clean and pinned.good for pinned in plan.lookups)
    healthy = well and not plan.model.fallback
    chained = [name for name, way in plan.config.ingest.joined.items() if way.fallback]
    if not (healthy and chained and plan.config.ingest.rehearsal.rows):
        return ()
    scratch = staged.workspace.folder / "rehearsal"
    scratch.mkdir(exist_ok=True)
    try:
        admissions, wanted = Admissions(world.order), wanted_of(plan)
        asking = Asking(plan, claim, world, scratch, wanted, admissions, terms=_hurried)
        stage = _Stage.of_run(staged, world, asking)
        return tuple(stage.events(chained))
    except Exception as error:  # noqa: BLE001 - a rehearsal never hurts the run that it follows
        failed = _Seen(f"not rehearsed: {_short(error)}")
        return tuple(_told(world, name, "chain", failed) for name in chained)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _hurried(lookup: Lookup) -> Terms:
    usual = terms_of(lookup, LOOKUP)
    limit = min(usual.attempt_timeout_s, _READ_S)
    return replace(usual, attempt_timeout_s=limit, deadline_s=limit, max_attempts=1, bounded=True)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What came of one link on the sample."""

    problem: str = ""
    rows: int = 0
    age_s: float | None = None
    coverage: float | None = None
    mean_change: float | None = None
    p99_change: float | None = None
    within_budget: bool = False


@dataclass(frozen=True, slots=True)
class _Stage:
    """The sample, the run's own result on it, and how the links of its chains are reached."""

    plan: Plan
    world: World
    runtime: Runtime
    before: Passed
    upstreams: Upstreams
    wanted: dict[str, Wanted]
    asked: dict[str, Asked]
    until: float = field(default_factory=lambda: time.monotonic() + _TIME_S)

    @classmethod
    def of_run(cls, staged: Staged, world: World, asking: Asking) -> _Stage:
        """The sample is drawn and scored as the run scored it."""
        plan = sampled(staged.plan, staged.plan.config.ingest.rehearsal.rows)
        threads, wanted = crew_of(plan, world.order).inner_threads, dict(asking.wanted)
        runtime = runtime_of(staged.plan, staged.workspace, threads=threads, model=staged.model)
        runtime = replace(runtime, tests=tests_of(plan))  # rows of a sample have other numbers
        table = readable(plan.reading, plan.chunks[0]).table
        types = {name: one.keys for name, one in wanted.items()}
        before = passed(plan, plan.chunks[0], runtime)
        return cls(
            plan, world, runtime, before, asking.upstreams(), wanted, asked_keys([table], types)
        )

    def events(self, names: list[str]) -> Iterator[LookupRehearsed]:
        """Each link of each chain, in the file's order."""
        for name in names:
            for link in self.wanted[name].lookup.fallback:
                why = self._hindrance()
                seen = _Seen(f"not rehearsed: {why}") if why else self._tried(name, link)
                yield _told(self.world, name, link_name(link), seen)

    def _hindrance(self) -> str:
        """Why nothing more is tried; '' when there is time."""
        if self.world.order.stop():
            return "the run was asked to stop"
        return "out of time" if time.monotonic() > self.until else ""

    def _tried(self, name: str, link: Link) -> _Seen:
        wanted, asked = self.wanted[name], self.asked[name]
        try:
            answer = link_answer(wanted, link, self.upstreams, asked)
            after = self._scored(name, link, answer)
        except Exception as error:  # noqa: BLE001 - the border of a link
            cause = error.error if isinstance(error, UnreadError) else error
            if isinstance(cause, InterruptedRunError):
                return _Seen(f"not rehearsed: {self._hindrance()}")
            problem = words(cause) if isinstance(cause, SeawallError) else _short(cause)
            return _Seen(problem, len(self.before.sieve.frame))
        covered = coverage(answer.has(asked.keys))
        seen = _Seen(
            problem=_problem(wanted.lookup, covered, self.before, after),
            rows=len(after.sieve.frame),
            age_s=self._age_s(link, answer),
            coverage=float(covered),
            within_budget=_within(self.plan, after),
        )
        mean, p99 = self._change(after)
        return replace(seen, mean_change=mean, p99_change=p99)

    def _age_s(self, link: Link, answer: Answer) -> float | None:
        if not isinstance(link, LastKnownGood) or answer.as_of is None:
            return None
        return (self.plan.context.as_of - answer.as_of).total_seconds()

    def _scored(self, name: str, link: Link, answer: Answer) -> Passed:
        """The sample as it would have been with this link alone behind the lookup."""
        wanted = self.wanted[name]
        blend = Blend(wanted, self.asked[name], None)
        blend.take(link_name(link), answer)
        way = wanted.lookup
        table = LookupTable(
            name,
            blend.table(),
            join=way.join_columns,
            added=way.added_columns,
            serving=blend.serving(outage=True),
        )
        runtime = replace(self.runtime, tables={**self.runtime.tables, name: table})
        return passed(self.plan, self.plan.chunks[0], runtime)

    def _change(self, after: Passed) -> tuple[float, float] | tuple[None, None]:
        """The mean and the 99th percentile of what the first output changes by, over rows in both."""
        output = self.plan.config.predict.output_columns[0]
        both = pd.DataFrame(
            {"before": self.before.sieve.frame[output], "after": after.sieve.frame[output]}
        ).dropna()
        if not len(both) or not all(map(pd.api.types.is_numeric_dtype, both.dtypes)):
            return None, None
        moved = np.abs(both["after"].to_numpy(float) - both["before"].to_numpy(float))
        return float(moved.mean()), float(np.quantile(moved, 0.99))


def _problem(lookup: Lookup, covered: Fraction, before: Passed, after: Passed) -> str:
    """Why this link alone would not have done; '' when it would."""
    least = lookup.expect.min_key_coverage
    if least is not None and covered < exact(least):
        return f"it has {percent(float(covered))} of the keys, and {percent(least)} are needed"
    if not covered:
        return "it has none of the keys"
    lost = len(before.sieve.frame) - len(after.sieve.frame)
    return f"{lost:,} more rows would leave for quarantine" if lost > 0 else ""


def _within(plan: Plan, after: Passed) -> bool:
    """Whether so much degradation could have been published."""
    limits, rows = plan.config.limits, len(after.sieve.frame)
    share = limits.degraded_rows
    fits = share is None or after.provenance.degraded_rows <= exact(share) * rows
    return fits and limits.degraded_lookups != 0


def _told(world: World, lookup: str, link: str, seen: _Seen) -> LookupRehearsed:
    values: dict[str, Any] = {name: getattr(seen, name) for name in _Seen.__slots__}
    teller = world.teller
    event = LookupRehearsed(
        run_id=teller.run_id, at=teller.now(), lookup=lookup, link=link, **values
    )
    teller.tell(LookupRehearsed, **event.values())
    return event


def _short(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
