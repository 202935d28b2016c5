"""Faults that were asked for and are not tried, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seawall.config.drilling import faults_of
from seawall.config.models import PipelineConfig
from seawall.drills.catalogue import Chosen, is_local, unjudged
from seawall.drills.values import Case

__all__ = ["LeftOut", "left_out"]

_UNCHANGED = {
    "times_1000": "no column that a run reads has numbers to multiply",
    "type": "no column that a run reads has numbers",
    "stale": "no column tells when the rows are from",
    "all_lookups_down": "the pipeline has no lookups",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A fault that was not tried of a part, and why."""

    part: str
    fault: str
    why: str


def left_out(
    config: PipelineConfig, what: Chosen, planned: Iterable[Case], *, share: float
) -> tuple[LeftOut, ...]:
    """What was chosen and is no case; `share` is how much of the batch is drilled."""
    tried = {(case.part, case.fault) for case in planned}
    return tuple(
        LeftOut(part, fault, _why(config, part, fault, share))
        for part, fault in _asked(what)
        if (part, fault) not in tried
    )


def _asked(what: Chosen) -> Iterator[tuple[str, str]]:
    """The chosen faults of the chosen parts that can have them."""
    for part in what.parts:
        for fault in faults_of(part):
            if what.has(part, fault):
                yield part, fault


def _why(config: PipelineConfig, part: str, fault: str, share: float) -> str:
    if unjudged(config, part, fault, share):
        return "validate.rows.change is not judged on a sample"
    if fault == "error_then_fine" and is_local(config, part):
        return "files of this machine are read once, and not asked again"
    return _UNCHANGED.get(fault, "it would change nothing of these rows")
