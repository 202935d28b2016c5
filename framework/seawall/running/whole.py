"""A chunk that was scored in pieces, as if it had been scored at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from seawall.contracts import Account, ChunkRef, Made, StoredFile
from seawall.errors import DataError, SoftwareError
from seawall.outcome import ChunkReport, StageSeen, to_receipt
from seawall.plan import Plan
from seawall.profiles import Profile
from seawall.quarantine import KeptRows, kept_rows, serialized
from seawall.running.alike import Alike
from seawall.staging import Workspace

__all__ = ["put_together"]


def put_together(
    plan: Plan, workspace: Workspace, ref: ChunkRef, pieces: Sequence[ChunkReport]
) -> ChunkReport:
    """The report of the whole chunk, whose part and receipt are stored.

    Raises SoftwareError where a column has another type in another piece, DataError where a key
    stands in two of them.
    """
    types = Alike()
    made: dict[str, Made] = {}
    for number, piece in enumerate(pieces):
        types.add(f"{ref.name}, piece {number}", piece.made)
        made |= {name: column for name, column in piece.made.items() if name not in made}
    report = replace(
        _added(pieces, made),
        chunk=ref.name,
        key=plan.chunk_key(ref),
        part=_part(plan, workspace, ref, pieces),
        quarantine=_quarantine(workspace, ref, pieces),
    )
    workspace.put_receipt(ref.name, to_receipt(report))
    workspace.unmark(ref.name)
    return report


def _added(pieces: Sequence[ChunkReport], made: Mapping[str, Made]) -> ChunkReport:
    """The first report with the figures of all of them."""

    def counts(of: Callable[[ChunkReport], Mapping[str, int]]) -> dict[str, int]:
        total: Counter[str] = Counter()
        for piece in pieces:
            total.update(of(piece))  # zeros stay
        return dict(total)

    apart = [piece.degraded_profile for piece in pieces if piece.degraded_profile is not None]
    return replace(
        pieces[0],
        account=sum((piece.account for piece in pieces), Account()),
        filtered=counts(lambda piece: piece.filtered),
        quarantined=counts(lambda piece: piece.quarantined),
        warned=counts(lambda piece: piece.warned),
        nulls=counts(lambda piece: piece.nulls),
        live_profile=sum((piece.live_profile for piece in pieces), Profile(0, {})),
        stages=_stages(pieces),
        seconds=sum(piece.seconds for piece in pieces),
        degraded=counts(lambda piece: piece.degraded),
        degraded_rows=sum(piece.degraded_rows for piece in pieces),
        degraded_profile=sum(apart, Profile(0, {})) if apart else None,
        conversions=counts(lambda piece: piece.conversions),
        foreign=counts(lambda piece: piece.foreign),
        unseen=counts(lambda piece: piece.unseen),
        newest=max((p.newest for p in pieces if p.newest is not None), default=None),
        examples=tuple(example for piece in pieces for example in piece.examples),
        made=made,
    )


def _stages(pieces: Sequence[ChunkReport]) -> tuple[StageSeen, ...]:
    """Rows and seconds of each stage; what it saw of a piece is not told."""
    total: dict[str, StageSeen] = {}
    for seen in (seen for piece in pieces for seen in piece.stages):
        before = total.get(seen.stage, StageSeen(seen.stage, 0, 0, 0.0, {}))
        rows = before.rows_in + seen.rows_in, before.rows_out + seen.rows_out
        total[seen.stage] = StageSeen(seen.stage, *rows, before.seconds + seen.seconds, {})
    return tuple(total.values())


def _part(
    plan: Plan, workspace: Workspace, ref: ChunkRef, pieces: Sequence[ChunkReport]
) -> StoredFile:
    tables = [_table(workspace, piece.part) for piece in pieces]
    shaped = [table for table in tables if table.num_columns]
    if not shaped:
        what = "no row of a chunk can be scored: each of them kills its worker"
        raise SoftwareError(what, f"chunk {ref.name}", todo="look for a crash in C code")
    table = pa.concat_tables([t for t in shaped if t.num_rows] or shaped[:1])
    keys = table.column(plan.primary.key)
    if pc.count_distinct(keys).as_py() < len(keys):
        what, allowed = "a key stands twice in a chunk", "a key that stands once in the batch"
        raise DataError(what, f"chunk {ref.name}", allowed=allowed, todo="mend the source")
    table = table.unify_dictionaries().combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return workspace.put_part(ref.name, sink.getvalue(), rows=table.num_rows)


def _table(workspace: Workspace, part: StoredFile) -> pa.Table:
    with pa.OSFile(str(workspace.path(part))) as file:
        return pa.ipc.open_file(file).read_all()


def _quarantine(
    workspace: Workspace, ref: ChunkRef, pieces: Sequence[ChunkReport]
) -> StoredFile | None:
    files = [piece.quarantine for piece in pieces if piece.quarantine is not None]
    if not files:
        return None
    kept = [kept_rows(workspace.path(file)) for file in files]
    given = pa.concat_tables([rows.given for rows in kept], promote_options="permissive")
    whole = KeptRows(given, pa.concat_tables([rows.told for rows in kept]))
    return workspace.put_quarantine(ref.name, serialized(whole), rows=len(whole))
