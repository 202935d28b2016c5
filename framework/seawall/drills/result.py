"""What came of a drill."""

from __future__ import annotations

from dataclasses import dataclass

from seawall.contracts import Finding
from seawall.drills.expected import Difference
from seawall.drills.left_out import LeftOut
from seawall.drills.values import Case, Ended
from seawall.drills.weak import Weakness, is_silent, is_warned, warnings

__all__ = ["DIFFERS", "Drilled"]

DIFFERS = 1
"""The exit code when an expectation does not hold: the one that tests and linters have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What came of a drill. `rows` were recorded of the batch; `untried` are cases without time left.

    `left_out` are faults that were asked for and cannot be tried, or not be judged, with the reason.
    `scaled` says how the sandbox's waits and limits differ from the file's.
    """

    config: str
    pipeline: str
    batch: str
    rows: int
    healthy: Ended
    ended: tuple[Ended, ...]
    weaknesses: tuple[Weakness, ...]
    differences: tuple[Difference, ...]
    untried: tuple[Case, ...]
    left_out: tuple[LeftOut, ...] = ()
    scaled: tuple[str, ...]
    seconds: float

    @property
    def exit(self) -> int:
        """DIFFERS where an expectation does not hold, else 0: a weakness alone is no failure."""
        return DIFFERS if self.differences else 0

    @property
    def is_weak(self) -> bool:
        """Whether a fault is published silently, hangs, or blames the wrong one."""
        return any(weak.kind != "no fallback" for weak in self.weaknesses)

    def is_silent(self, ended: Ended) -> bool:
        """Whether the case was published with other rows and nothing says so."""
        return is_silent(self.healthy, ended)

    def is_warned(self, ended: Ended) -> bool:
        """Whether the case was published with other rows and a new finding says so."""
        return is_warned(self.healthy, ended)

    def warnings(self, ended: Ended) -> tuple[Finding, ...]:
        """What warned of the case, and not of the healthy run."""
        return warnings(self.healthy, ended)
