"""Before the first chunk: the rows that repeat a value which may stand once are found and pinned."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa

from seawall.contracts import ChunkRef, StoredFile, WorkerDeath
from seawall.errors import DataError, InterruptedRunError, SeawallError, SoftwareError
from seawall.events import RepeatsCounted
from seawall.outcome import ChunkFailure
from seawall.plan import Plan
from seawall.running.belonging import Seen, belonging, marks_of
from seawall.running.crew import crew_of
from seawall.running.marks import Marks, Repeats
from seawall.running.world import World
from seawall.shown import shown
from seawall.stages.repeats import unique_columns
from seawall.staging import Workspace
from seawall.workers import open_executor

__all__ = ["hold_unique"]


def hold_unique(plan: Plan, workspace: Workspace, world: World) -> Plan:
    """The plan with the rows that repeat an earlier one pinned; the same where no column is unique.

    Held to it are the rows that were read and that no filter drops, whatever becomes of them later, by
    their number in the batch: the result is the same for any chunks and workers. Costs a second
    reading: of the unique columns alone, where nothing else decides which rows stay. Raises
    DataError about the first pair of a column whose repeats fail the run.
    """
    columns = unique_columns(plan.config)
    if not columns:
        return plan
    begun = time.monotonic()
    with _files(list(columns), workspace) as files:
        rows = _spread(plan, workspace, world, files)
        found = {name: marks.settle() for name, marks in files.items()}
    world.teller.tell(
        RepeatsCounted,
        rows=rows,
        repeats={name: len(repeats.rows) for name, repeats in found.items()},
        seconds=time.monotonic() - begun,
    )
    for name, repeats in found.items():
        if columns[name] == "fail" and repeats.pair is not None:
            raise _repeated(plan, workspace, name, repeats, repeats.pair)
    return plan.with_repeats(_pinned(found, workspace))


@contextmanager
def _files(columns: list[str], workspace: Workspace) -> Iterator[dict[str, Marks]]:
    """A file for the marks of each column; they are gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="unique-", dir=workspace.folder) as folder,
        ExitStack() as opened,
    ):
        files = {}
        for number, name in enumerate(columns):
            files[name] = Marks(Path(folder) / str(number), workspace.disk)
            opened.callback(files[name].close)
        yield files


def _spread(plan: Plan, workspace: Workspace, world: World, files: Mapping[str, Marks]) -> int:
    """How many rows belong to the job; their marks are in the files."""
    order, crew, rows = world.order, crew_of(plan, world.order), 0
    failures: dict[str, SeawallError] = {}
    work = functools.partial(marks_of, plan, workspace, tuple(files))
    with open_executor(
        crew.kind,
        workers=crew.workers,
        inner_threads=crew.inner_threads,
        notify=lambda item, reason: world.teller.retried(plan.chunks[item].name, reason),
    ) as executor:
        for outcome in executor.outcomes(work, plan.chunks, lambda: order.stop() or bool(failures)):
            if isinstance(outcome, Seen):
                rows += outcome.rows
                for name, marks in outcome.marks.items():
                    files[name].add(marks)
            else:
                failure = _failure(outcome, plan)
                failures[failure.chunk] = failure.error
    if failures:
        raise failures[min(failures)]
    if order.stop():
        raise InterruptedRunError(
            "stopped while unique columns were read", order.stop.signal_number
        )
    return rows


def _failure(outcome: ChunkFailure | WorkerDeath, plan: Plan) -> ChunkFailure:
    if isinstance(outcome, ChunkFailure):
        return outcome
    name = plan.chunks[outcome.item].name
    what = "a chunk killed its worker twice while its unique columns were read"
    return ChunkFailure(name, SoftwareError(what, f"chunk {name}", outcome.reason))


def _pinned(found: Mapping[str, Repeats], workspace: Workspace) -> StoredFile:
    """The rows as a file of the plan: one column for each that has repeats, of one list."""
    table = pa.table(
        {
            name: pa.array([repeats.rows], pa.large_list(pa.int64()))
            for name, repeats in found.items()
            if len(repeats.rows)
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    count = sum(len(repeats.rows) for repeats in found.values())
    return workspace.put_repeats(sink.getvalue(), rows=count)


def _repeated(
    plan: Plan, workspace: Workspace, name: str, repeats: Repeats, pair: tuple[int, int]
) -> DataError:
    first, again = (_place(plan, row) for row in pair)
    value = belonging(plan, workspace, (name,), _chunk_of(plan, pair[1])).at[pair[1], name]
    key = name == plan.primary.key
    return DataError(
        f"{'the key' if key else 'column'} {shown(name)} is not unique",
        f"{again}; before it {first}",
        f"{shown(value)}; {len(repeats.rows):,} rows repeat an earlier row's value",
        "values that stand once in the batch",
        f"mend the source; or declare {'on_duplicate_key' if key else 'on_violation'}: quarantine "
        "with a budget",
    )


def _chunk_of(plan: Plan, row: int) -> ChunkRef:
    return max((ref for ref in plan.chunks if ref.first_row <= row), key=lambda ref: ref.first_row)


def _place(plan: Plan, row: int) -> str:
    ref = _chunk_of(plan, row)
    place = plan.source.place(plan.fragments, ref, row - ref.first_row)
    return f"{place}, row {row:,} of the batch"
