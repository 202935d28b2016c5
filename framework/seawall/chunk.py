"""One chunk through the five stages, in whichever worker it runs."""

from __future__ import annotations

import itertools
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pandas as pd

from seawall.contracts import Account, ChunkRef, Made, Scalar, StoredFile
from seawall.errors import SeawallError
from seawall.outcome import ChunkFailure, ChunkReport, StageSeen, to_receipt
from seawall.part import part_of
from seawall.plan import Plan
from seawall.profiles import Profile, measure
from seawall.quarantine import KeptRows, Origin, described, examples, serialized
from seawall.runtime import Runtime, runtime_of
from seawall.stages.allowance import Allowance
from seawall.stages.check_output import check_output
from seawall.stages.featurize import featurize
from seawall.stages.freshness import newest, times_of
from seawall.stages.ingest import Ingested, ingest
from seawall.stages.memory import out_of_memory
from seawall.stages.predict import add_outputs
from seawall.stages.provenance import DEGRADED, Provenance
from seawall.stages.sifting import Sieve
from seawall.stages.validate import Validated, filtered, validate
from seawall.staging import Shapes, Workspace

__all__ = ["DEGRADED", "Passed", "passed", "score", "sources_of"]


def score(
    plan: Plan, workspace: Workspace, ref: ChunkRef, *, threads: int = 1
) -> ChunkReport | ChunkFailure:
    """The chunk is scored, its part and its receipt are stored; a failure comes back as a value.

    The model computes with so many threads a call.
    """
    try:
        workspace.mark_started(ref.name)
        report = _scored(plan, workspace, ref, runtime_of(plan, workspace, threads=threads))
        workspace.put_receipt(ref.name, to_receipt(report))
        workspace.unmark(ref.name)
    except SeawallError as error:
        return ChunkFailure(ref.name, error)
    except MemoryError as error:
        where = f"chunk {ref.name}, {ref.rows:,} rows"
        return ChunkFailure(ref.name, out_of_memory(where, error, ref.rows))
    except Exception as error:  # noqa: BLE001 - the border of a chunk: a worker returns values
        what = f"{type(error).__name__}: {error}"
        return ChunkFailure(
            ref.name, SeawallError(what, f"chunk {ref.name}"), traceback.format_exc()
        )
    return report


def passed(plan: Plan, ref: ChunkRef, runtime: Runtime) -> Passed:
    """The chunk behind its last stage; nothing is stored."""
    return _through_stages(plan, ref, runtime, _Watch())


@dataclass(slots=True)
class _Watch:
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


def _scored(plan: Plan, workspace: Workspace, ref: ChunkRef, runtime: Runtime) -> ChunkReport:
    begun, watch = time.perf_counter(), _Watch()
    seen = _through_stages(plan, ref, runtime, watch)
    sieve, provenance = seen.sieve, seen.provenance
    away, rows = sum(sieve.quarantined.values()), len(sieve.frame)
    origin = _origin(plan, ref, sieve)
    refused = described(sieve.aside, origin)
    doubtful = described(sieve.doubtful, origin)
    return ChunkReport(
        chunk=ref.name,
        key=plan.chunk_key(ref),
        account=Account(ref.rows, rows, away, sum(sieve.filtered.values())),
        filtered=sieve.filtered,
        quarantined=sieve.quarantined,
        warned=seen.validated.warned,
        nulls=seen.validated.nulls,
        part=workspace.put_part(ref.name, part_of(sieve.frame, plan, provenance), rows=rows),
        quarantine=None if refused is None else _kept(refused, workspace, ref),
        live_profile=seen.live_profile,
        stages=tuple(watch.stages),
        seconds=time.perf_counter() - begun,
        degraded=provenance.counts(),
        degraded_rows=provenance.degraded_rows,
        degraded_profile=seen.degraded_profile,
        newest=seen.newest,
        conversions=seen.conversions,
        made=seen.made,
        foreign=seen.validated.foreign,
        examples=tuple(
            shown for rows in (refused, doubtful) for shown in examples(rows, key=plan.primary.key)
        ),
    )


def _origin(plan: Plan, ref: ChunkRef, sieve: Sieve) -> Origin:
    """Where the source has the chunk's rows."""

    def places(numbers: Sequence[int]) -> Sequence[str]:
        rows = [number - ref.first_row for number in numbers]
        return plan.source.places(plan.fragments, ref, rows)

    return Origin(sieve.original, sieve.numbers, sources_of(plan, ref), places)


def _kept(rows: KeptRows, workspace: Workspace, ref: ChunkRef) -> StoredFile:
    return workspace.put_quarantine(ref.name, serialized(rows), rows=len(rows))


def _through_stages(plan: Plan, ref: ChunkRef, runtime: Runtime, watch: _Watch) -> Passed:
    key = plan.primary.key
    sieve = _sieve(plan, ref)
    with watch.stage("ingest", sieve) as seen:
        ingested, misses = _ingested(sieve, plan, runtime, ref)
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
    return Passed(sieve, validated, live, provenance, apart, latest, ingested.conversions, made)


def _sieve(plan: Plan, ref: ChunkRef) -> Sieve:
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


def _ingested(
    sieve: Sieve, plan: Plan, runtime: Runtime, ref: ChunkRef
) -> tuple[Ingested, dict[str, Scalar]]:
    """The sieve holds the chunk's rows; what ingest gave, and how many had no match, by lookup."""
    result = ingest(plan.reading, ref, runtime.tables)
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


def sources_of(plan: Plan, ref: ChunkRef) -> list[tuple[int, str]]:
    """Where each file of the chunk begins: the number of its first row in the batch, its path."""
    rows = itertools.accumulate((span.rows for span in ref.spans), initial=ref.first_row)
    return [
        (row, plan.fragments[span.fragment].shown)
        for row, span in zip(rows, ref.spans, strict=False)
    ]


def _figures(profile: Profile) -> dict[str, Scalar]:
    return {
        f"{column} {name}": value
        for column, described in profile.columns.items()
        for name, value in described.summary().items()
        if name != "rows"
    }
