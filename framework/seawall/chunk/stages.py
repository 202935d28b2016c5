"""A chunk through the five stages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pandas as pd

from seawall.contracts import ChunkRef, Made, Scalar
from seawall.lookups.table import LookupTable
from seawall.outcome import StageSeen
from seawall.plan import Plan
from seawall.profiles import Profile, measure
from seawall.runtime import Runtime
from seawall.stages.allowance import Allowance
from seawall.stages.check_output import check_output
from seawall.stages.featurize import featurize
from seawall.stages.freshness import newest, times_of
from seawall.stages.ingest import Ingested, ingest
from seawall.stages.predict import add_outputs
from seawall.stages.provenance import Provenance
from seawall.stages.sifting import Sieve
from seawall.stages.unseen import unseen_values
from seawall.stages.validate import Validated, filtered, validate
from seawall.staging import Shapes

__all__ = ["Passed", "Watch", "ingested_into", "passed", "sieve_of", "through_stages"]


def passed(plan: Plan, ref: ChunkRef, runtime: Runtime) -> Passed:
    """The chunk behind its last stage; nothing is stored."""
    return through_stages(plan, ref, runtime, Watch())


@dataclass(slots=True)
class Watch:
    """Notes what each stage took and saw."""

    stages: list[StageSeen] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, sieve: Sieve) -> Iterator[dict[str, Scalar]]:
        """A stage's rows and seconds; the values that it saw go into the yielded dict."""
        seen: dict[str, Scalar] = {}
        rows, begun = len(sieve.frame), time.perf_counter()
        yield seen
        seconds = time.perf_counter() - begun
        self.stages.append(StageSeen(name, rows, len(sieve.frame), seconds, seen))


@dataclass(frozen=True, slots=True)
class Passed:
    """A chunk behind its last stage: the rows that stay, and what was seen of them."""

    sieve: Sieve
    validated: Validated
    live_profile: Profile
    provenance: Provenance
    degraded_profile: Profile | None
    newest: datetime | None
    conversions: Mapping[str, int]
    made: Mapping[str, Made]
    unseen: Mapping[str, int] = field(default_factory=dict)


def through_stages(plan: Plan, ref: ChunkRef, runtime: Runtime, watch: Watch) -> Passed:
    """The chunk behind its last stage; the watch knows what each stage took and saw."""
    key = plan.primary.key
    sieve = sieve_of(plan, ref)
    with watch.stage("ingest", sieve) as seen:
        ingested, misses = ingested_into(sieve, plan, runtime.tables, ref)
        provenance = ingested.provenance
        seen.update({**misses, **provenance.counts()})
    with watch.stage("validate", sieve) as seen:
        filtered(sieve, runtime.tests.filters)
        _leave_unmatched(sieve, plan, ingested)
        validated = validate(sieve, runtime.tests)
        seen.update({**sieve.filtered, **sieve.quarantined, **validated.warned})
        times = times_of(sieve.frame, plan.config.validate_.freshness)
    with watch.stage("featurize", sieve) as seen:
        makers = featurize(sieve, runtime.steps)
        seen["columns"] = len(sieve.frame.columns)
    with watch.stage("predict", sieve):
        add_outputs(
            sieve,
            runtime.model,
            batch_rows=plan.rows,
            infinite=_may_be_infinite(plan),
            taken=makers.taken,
        )
    unseen = unseen_values(sieve.frame, runtime.model.categories)
    with watch.stage("check output", sieve) as seen:
        beyond = check_output(sieve, runtime.output_tests, key=key)
        provenance = provenance.of(sieve.frame.index)
        if plan.model.fallback:
            provenance = provenance.all_marked("model=fallback")
        live, apart = _measured(sieve.frame, provenance, runtime.shapes)
        seen.update(_figures(live if apart is None else live + apart))
    validated = replace(validated, warned={**validated.warned, **beyond})
    made = makers.types(sieve.frame, runtime.model.outputs)
    latest = newest(times, sieve.frame.index, plan.config.timezone)
    return Passed(
        sieve, validated, live, provenance, apart, latest, ingested.conversions, made, unseen
    )


def sieve_of(plan: Plan, ref: ChunkRef) -> Sieve:
    """A sieve for the chunk's rows, before they are read."""

    def place(number: int) -> str:
        where = plan.source.place(plan.fragments, ref, number - ref.first_row)
        return f"{where}, row {number:,} of the batch"

    allowance = Allowance(plan.config.limits.quarantined_rows, plan.rows)
    rows = pd.DataFrame(index=range(ref.rows))
    return Sieve(rows, key=plan.primary.key, place=place, allowance=allowance)


def _may_be_infinite(plan: Plan) -> frozenset[str]:
    columns = plan.config.validate_.columns
    return frozenset(name for name, contract in columns.items() if contract.infinities)


def ingested_into(
    sieve: Sieve, plan: Plan, tables: Mapping[str, LookupTable], ref: ChunkRef
) -> tuple[Ingested, dict[str, Scalar]]:
    """The sieve holds the chunk's rows; what ingest gave, and how many had no match, by lookup."""
    result = ingest(plan.reading, ref, tables)
    sieve.frame, sieve.original, sieve.numbers = result.frame, result.original, result.numbers
    sieve.refuse(result.refused, ref.first_row)
    for entry in result.untyped:
        numbers = result.numbers[entry.rows]
        sieve.leave_out(numbers, entry.reason, entry.column, entry.notes)
    seen: dict[str, Scalar] = dict(sieve.quarantined)
    for name, missed in result.missed.items():
        seen[f"no match in {name}"] = int(np.count_nonzero(missed))
    return result, seen


def _leave_unmatched(sieve: Sieve, plan: Plan, ingested: Ingested) -> None:
    """Of the rows that belong to the job, those without a match have left where that is declared."""
    for name, missed in ingested.missed.items():
        lookup = plan.config.ingest.lookups[name]
        if lookup.on_missing_key == "quarantine":
            bad = missed[ingested.frame.index.get_indexer(sieve.frame.index)]
            sieve.set_aside(
                bad, "ingest", f"no match in {name}", looked_at=list(lookup.join_columns)
            )


def _measured(
    frame: pd.DataFrame, provenance: Provenance, shapes: Shapes
) -> tuple[Profile, Profile | None]:
    """The profile of the rows that no fallback served, and that of the others; None without any."""
    if not provenance.degraded_rows:
        return measure(frame, shapes.columns, shapes.segments), None
    degraded = np.asarray(provenance.degraded)
    live, apart = (
        measure(frame[rows], shapes.columns, shapes.segments) for rows in (~degraded, degraded)
    )
    return live, apart


def _figures(profile: Profile) -> dict[str, Scalar]:
    return {
        f"{column} {name}": value
        for column, described in profile.columns.items()
        for name, value in described.summary().items()
        if name != "rows"
    }
