"""The parts of a pipeline that a drill breaks, and what `drill.expect` says of none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seawall.config.drilling import ANY, faults_of
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.places import Places
from seawall.shown import listed, shown

__all__ = ["STANDS_IN", "TOGETHER", "drill_faults", "parts_of", "stage_names", "stand_ins"]

STANDS_IN = "a lookup that only stands in for others is not broken alone"
TOGETHER = "break the lookup that it serves, or all of them: run all_lookups_down"


def parts_of(config: PipelineConfig) -> tuple[str, ...]:
    """The pipeline's parts in the order of the flow: `primary`, `lookup=weather`, …, `run`."""
    return (
        "primary",
        *(f"lookup={name}" for name in config.ingest.joined),
        *(f"stage={name}" for name in stage_names(config)),
        "model",
        "run",
    )


def stand_ins(config: PipelineConfig) -> frozenset[str]:
    """The names that parts would have which only stand in for others: they fail with all lookups alone."""
    return frozenset(f"lookup={name}" for name in config.ingest.replicas)


def stage_names(config: PipelineConfig) -> tuple[str, ...]:
    """A name for each stage of `featurize`, in order: what `use` ends with, numbered from the second on."""
    counts: Counter[str] = Counter()
    names = []
    for stage in config.featurize:
        name = stage.use.rpartition(":")[2]
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name}.{counts[name]}")
    return tuple(names)


def drill_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Expectations of what is no part of the pipeline, or no fault of the part."""
    known = (*parts_of(config), ANY)
    for part, expected in config.drill.expect.items():
        path: KeyPath = ("drill", "expect", part)
        if part in known:
            yield from _unknown_faults(part, tuple(expected), path, places)
        else:
            what, todo = "not a part of the pipeline", did_you_mean(part, known)
            if part in stand_ins(config):
                what, todo = STANDS_IN, TOGETHER
            yield Fault(places.key(path), dotted(path), what, shown(part), listed(known), todo)


def _unknown_faults(
    part: str, faults: tuple[str, ...], path: KeyPath, places: Places
) -> Iterator[Fault]:
    known = (*faults_of(part), ANY)
    for fault in faults:
        if fault not in known:
            what = "not a fault" if part == ANY else f"not a fault of {part}"
            at, todo = (*path, fault), did_you_mean(fault, known)
            yield Fault(places.key(at), dotted(at), what, shown(fault), listed(known), todo)
