"""Cases in processes of their own, two at a time, each within its time."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from seawall.config.ingest import Ingest
from seawall.config.models import PipelineConfig
from seawall.config.sources import FilesSource
from seawall.drills.answers import Answer, answer_of
from seawall.drills.ground import Spot
from seawall.drills.scaled import DEADLINE_S, RUN_S
from seawall.drills.upstreams import LATE_S, Section, is_unbounded
from seawall.drills.values import OTHER_BYTES, SAME_BYTES, Case, Ended
from seawall.errors import Exit, InterruptedRunError, SoftwareError
from seawall.secrets import Redaction

if TYPE_CHECKING:
    from seawall.drills.sandbox import Sandbox

__all__ = ["HEALTHY", "carried", "carry_out"]

HEALTHY = Case("run", "healthy")
AGAIN = Case("run", "again")
_HANDLER = "seawall.drills.process:carry_out_here"
_AT_ONCE = 2
_SPARE_S = 20.0
_LEAST_S = 2.0
_LATE = ("hang", "drip")
_CRASHES = ("kill", "sigterm", "disk_full")

Stop = Callable[[], bool]


def carry_out(
    sandbox: Sandbox, cases: Sequence[Case], *, seconds: float = 300, stop: Stop
) -> Iterator[Ended]:
    """How each case ended, in their order; those that the time left out are not there.

    Raises InterruptedRunError when a signal came, or `stop()` turned true.
    """
    until = time.monotonic() + seconds

    def halted() -> bool:
        return stop() or sandbox.stop()

    def one(number: int, case: Case) -> Ended | None:
        if halted() or time.monotonic() > until:
            return None
        return carried(sandbox, case, number, stop=halted).ended

    with ThreadPoolExecutor(_AT_ONCE, "case") as pool:
        waiting = deque(pool.submit(one, number, case) for number, case in enumerate(cases, 1))
        try:
            for _ in cases:
                ended = waiting.popleft().result()
                if halted():
                    raise _stopped(sandbox)
                if ended is not None:
                    yield ended
        finally:
            _cancel(waiting)


def carried(sandbox: Sandbox, case: Case, number: int, *, stop: Stop) -> Answer:
    """How the case ended; its folder is gone, unless it is the healthy one.

    No text of it has a secret of the pipeline's. Raises InterruptedRunError when it was stopped.
    """
    spot = Spot(sandbox.folder, number)
    answer = _called(sandbox, case, spot, stop=stop, rerun=False)
    if case == AGAIN:
        answer = replace(answer, ended=replace(answer.ended, rerun=_rerun(spot, answer)))
    elif case.part == "run" and case.fault in _CRASHES:
        second = _called(sandbox, case, spot, stop=stop, rerun=True)
        answer = replace(answer, ended=replace(answer.ended, rerun=_rerun(spot, second)))
    if case != HEALTHY:
        shutil.rmtree(spot.folder, ignore_errors=True)
    return answer


def _called(sandbox: Sandbox, case: Case, spot: Spot, *, stop: Stop, rerun: bool) -> Answer:
    """What the case's process answered, or how it ended without."""
    document = {
        "case": asdict(case),
        "number": spot.number,
        "rerun": rerun,
        "row": sandbox.poison,
    }
    timeout_s = _bound_s(sandbox, case)
    folder = sandbox.folder
    reply = sandbox.calls.call(_HANDLER, document, folder=folder, timeout_s=timeout_s, stop=stop)
    if stop():
        raise _stopped(sandbox)
    answer = answer_of(reply, case, spot, sandbox.healthy)
    return _redacted(_noticed(answer, sandbox.loaded.config), sandbox.redaction)


def _noticed(answer: Answer, config: PipelineConfig) -> Answer:
    """The answer as production gives it: a run outlives code that ends a worker process, and says 70.

    Here every run has threads.
    """
    is_gone = isinstance(answer.error, SoftwareError) and answer.ended.exit == Exit.OK
    if not is_gone or config.execution.executor != "processes":
        return answer
    return replace(answer, ended=replace(answer.ended, exit=int(Exit.SOFTWARE)))


def _redacted(answer: Answer, redaction: Redaction) -> Answer:
    """The answer without secrets. The case's own run knows none: its upstreams are replayed."""
    shown = redaction.value(answer.ended)
    ended = replace(shown, case=answer.ended.case, outcome=answer.ended.outcome)
    return Answer(ended, None if answer.error is None else redaction.error(answer.error))


def _rerun(spot: Spot, answer: Answer) -> str:
    """What the run after a crash came to: its outcome, and whether it has the healthy run's bytes."""
    from seawall.drills.compared import published_file

    ours, healthy = published_file(spot), published_file(Spot(spot.sandbox, 0))
    if ours is None or healthy is None:
        return f"{answer.ended.outcome}, exit {answer.ended.exit}: {answer.ended.message}"
    same = ours.read_bytes() == healthy.read_bytes()
    return f"{answer.ended.outcome}, {SAME_BYTES if same else OTHER_BYTES}"


def _bound_s(sandbox: Sandbox, case: Case) -> float:
    """How long the case may take before it counts as hung: more than whatever bounds it."""
    if case == HEALTHY:
        return max(sandbox.until - time.monotonic(), 0.0)
    usual = max(_LEAST_S, 3 * sandbox.healthy.seconds)
    if case.fault not in _LATE:
        return usual + _SPARE_S
    config = sandbox.loaded.config
    name, section = _section(config.ingest, case)
    bounds = [LATE_S if case.fault == "drip" and isinstance(section, FilesSource) else 0.0]
    if not is_unbounded(name, section):
        bounds.append(DEADLINE_S)
    if config.limits.run_deadline is not None:
        bounds.append(RUN_S)
    return usual + max(bounds) + 1


def _section(ingest: Ingest, case: Case) -> tuple[str, Section]:
    """The name and the section of the upstream that the case breaks."""
    name = case.part.partition("=")[2]
    return name, ingest.lookups[name] if name else ingest.primary


def _stopped(sandbox: Sandbox) -> InterruptedRunError:
    return InterruptedRunError("the drill was stopped", sandbox.stop.signal_number or 15)


def _cancel(waiting: deque[Future[Ended | None]]) -> None:
    for future in waiting:
        future.cancel()
