"""What a clean run pays for saying who served each row: python -m benchmarks.provenance.

A year of flights (337,000) is scored by the shipped pipeline, by one worker, with a clock around
every step that asks which link served a row, keeps the answer beside the rows, or writes it down.
Their seconds are set against those of all chunks.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.scoring.cases import CASES, Seawall
from benchmarks.scoring.dataset import BATCH, build

__all__ = ["main"]

ALLOWED, ROUNDS, MILLIONS = 0.02, 3, 0.337
_STEPS = ("clean", "marked", "of", "counts", "column", "degraded_rows")


class Clock:
    """Seconds that were spent in what it was put around."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same, timed."""

        @functools.wraps(work)
        def timed(*args: Any, **values: Any) -> Any:
            begun = time.perf_counter()
            try:
                return work(*args, **values)
            finally:
                self.seconds += time.perf_counter() - begun

        return timed


class Chunks:
    """An event sink that adds up the seconds of chunks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def emit(self, event: Any) -> None:
        """A chunk's seconds are added."""
        if event.name == "chunk finished":
            self.seconds += event.seconds


def main() -> int:
    """The shares are printed; 1 when the least of them is above what is allowed."""
    with tempfile.TemporaryDirectory() as work:
        project, rows = build(Path(work), MILLIONS)
        shares = measured(project)
    print(f"{rows:,} rows: {', '.join(f'{each:.2%}' for each in shares)}, allowed {ALLOWED:.0%}")
    return int(min(shares) > ALLOWED)


def measured(project: Path) -> list[float]:
    """The share of each of several runs in the project."""
    case = CASES["seawall-1x1"]
    assert isinstance(case, Seawall)
    with (project / "provenance.yaml").open("w") as file:
        YAML().dump(case.pipeline(), file)
    os.chdir(project)
    sys.path.insert(0, str(project))
    clock = _clock()
    return [share(clock) for _ in range(ROUNDS)]


def share(clock: Clock) -> float:
    """The share of the chunks' seconds that a clean run spent on provenance."""
    import seawall

    clock.seconds, chunks = 0.0, Chunks()
    result = seawall.run("provenance.yaml", batch=BATCH, force=True, events=chunks)
    assert result.state == "published", result.message
    assert not result.degraded_rows
    return clock.seconds / chunks.seconds


def _clock() -> Clock:
    """A clock around each step of provenance."""
    from seawall.lookups.table import LookupTable
    from seawall.stages.provenance import Provenance

    clock = Clock()
    LookupTable.served = clock.around(LookupTable.served)  # type: ignore[method-assign]
    for name in _STEPS:
        step = vars(Provenance)[name]
        if isinstance(step, classmethod):
            setattr(Provenance, name, classmethod(clock.around(step.__func__)))
        elif isinstance(step, property):
            setattr(Provenance, name, property(clock.around(step.__get__)))
        else:
            setattr(Provenance, name, clock.around(step))
    return clock


if __name__ == "__main__":
    sys.exit(main())
