"""A chunk that killed its worker twice: scored in pieces, without the rows that kill by themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seawall.chunk import left_out, score_piece
from seawall.contracts import ChunkRef, Executor, WorkerDeath
from seawall.errors import InterruptedRunError, SeawallError, SoftwareError
from seawall.outcome import ChunkFailure, ChunkReport
from seawall.plan import Plan
from seawall.quarantine.source import QuarantineSource
from seawall.running.order import StopRequest
from seawall.running.piece import in_pieces, piece_of
from seawall.running.whole import put_together
from seawall.stages.allowance import Allowance
from seawall.staging import Workspace

__all__ = ["Rescue", "dead", "may_be_rescued"]

_HALVINGS = 2
"""How often a chunk is halved for its size alone, where no row may leave."""
_MOST_DEATHS = 64
"""How many workers a chunk may kill while its rows are searched: each takes a second or two to start."""
_REASON = "killed its worker"


def may_be_rescued(plan: Plan, death: WorkerDeath) -> bool:
    """Whether the size of the chunk, or some of its rows, may be what killed the worker.

    A worker that is killed may have had too little memory; one that crashes or hangs has not. The
    rows of a replay are few, and are not searched.
    """
    return death.cause == "killed" and not isinstance(plan.source, QuarantineSource)


def dead(ref: ChunkRef, reason: str, *, todo: str = "") -> SoftwareError:
    """The error of rows that kill their worker whatever is tried."""
    return SoftwareError(
        "a chunk killed its worker twice, the second time alone",
        f"chunk {ref.name}, rows {ref.first_row:,} to {ref.first_row + ref.rows:,} of the batch",
        reason,
        todo=todo
        or "if memory ran out: smaller chunk_rows or fewer workers; else look for a crash in C code",
    )


@dataclass(slots=True)
class Rescue:
    """Scores one chunk in halves, each alone in work; what kills again is halved in turn.

    Without a budget that goes down to quarters, which is enough where memory was short. With one it
    goes on down to single rows: those that kill leave for quarantine.
    """

    plan: Plan
    workspace: Workspace
    executor: Executor
    threads: int
    stop: StopRequest
    _deaths: int = field(default=0)
    _gone: int = field(default=0)

    def outcome(self, ref: ChunkRef) -> ChunkReport | ChunkFailure:
        """The whole chunk's report, stored with its receipt, or why it has failed."""
        try:
            pieces = list(self._halves(ref, ref, _HALVINGS))
            return put_together(self.plan, self.workspace, ref, pieces)
        except SeawallError as error:
            return ChunkFailure(ref.name, error)

    def _halves(self, whole: ChunkRef, piece: ChunkRef, halvings: int) -> Iterator[ChunkReport]:
        """The reports of both halves, or of what they had to be cut into; in the order of the rows."""
        start, middle = piece.first_row - whole.first_row, piece.rows // 2
        for first, last in ((0, middle), (middle, piece.rows)):
            half = piece_of(whole, start + first, start + last)
            if half.rows:
                yield from self._scored(whole, half, halvings)

    def _scored(self, whole: ChunkRef, piece: ChunkRef, halvings: int) -> Iterator[ChunkReport]:
        threads = self.threads
        seen = self._tried(whole, piece, functools.partial(score_piece, threads=threads))
        if not isinstance(seen, WorkerDeath):
            yield seen
            return
        self._deaths += 1
        if seen.cause != "killed" or self._deaths > _MOST_DEATHS:
            raise dead(piece, seen.reason)
        spared = self._allowance.declared
        if piece.rows == 1 and spared:
            yield self._left_out(whole, piece, seen.reason)
        elif piece.rows > 1 and (halvings > 1 or spared):
            yield from self._halves(whole, piece, halvings - 1)
        else:
            todo = "smaller chunk_rows or fewer workers; or let single rows leave: "
            raise dead(
                piece, seen.reason, todo=f"{todo}limits: {{quarantined_rows: {{share: 1%}}}}"
            )

    def _left_out(self, whole: ChunkRef, piece: ChunkRef, reason: str) -> ChunkReport:
        """The row is in quarantine; SoftwareError where not so many may leave."""
        self._gone += 1
        if self._gone > self._allowance.left(filtered=0, quarantined=0):
            todo = "mend what kills it; or, if such rows may be left out, declare a larger budget"
            raise dead(piece, f"rows that kill by themselves: {self._gone:,}; {reason}", todo=todo)
        work = functools.partial(left_out, reason=_REASON, note=reason)
        seen = self._tried(whole, piece, work)
        if isinstance(seen, WorkerDeath):
            raise dead(piece, seen.reason)
        return seen

    def _tried(
        self, whole: ChunkRef, piece: ChunkRef, work: Callable[..., ChunkReport | ChunkFailure]
    ) -> ChunkReport | WorkerDeath:
        """What the work makes of the piece, alone; what went wrong with it is raised."""
        call = functools.partial(work, in_pieces(self.plan, whole), self.workspace)
        outcomes = list(self.executor.outcomes(call, [piece], self.stop, tries=1))
        if not outcomes:
            what = "stopped while a chunk was scored in pieces"
            raise InterruptedRunError(what, self.stop.signal_number)
        (seen,) = outcomes
        if isinstance(seen, ChunkFailure):
            raise seen.error
        return seen

    @property
    def _allowance(self) -> Allowance:
        return Allowance(self.plan.config.limits.quarantined_rows, self.plan.rows)
