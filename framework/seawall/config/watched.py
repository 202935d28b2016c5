"""What `drift` says, held against itself and against the rest of the file."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.drift import Drift, Watched
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.places import Places
from seawall.shown import shown

__all__ = ["drift_faults"]

_NO_SEGMENT = ("float32", "float64", "timestamp")
"""Types whose values do not cut a batch into a few parts."""
_SEEDED = ("alarms", "floors", "season")
"""What the rule ks-p-value never looks at."""


def drift_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Columns that cannot be compared, and words without an effect beside the others."""
    if config.drift is None:
        return
    yield from _columns(config, config.drift, places)
    yield from _segments(config, config.drift, places)
    yield from _rule(config.drift, places)
    yield from _waiting(config.drift, places)


def _columns(config: PipelineConfig, drift: Drift, places: Places) -> Iterator[Fault]:
    named = isinstance(drift.columns, dict)
    for number, name in enumerate(drift.columns):
        path: KeyPath = ("drift", "columns", name if named else number)
        if name == config.ingest.primary.key:
            what = f"{shown(name)} is a key: its values are others in every batch"
            yield Fault(places.key(path), dotted(path), what, todo="leave it out")


def _segments(config: PipelineConfig, drift: Drift, places: Places) -> Iterator[Fault]:
    contracts = config.validate_.columns
    for number, name in enumerate(drift.segments):
        path: KeyPath = ("drift", "segments", number)
        contract = contracts.get(name)
        if name == config.ingest.primary.key:
            what = f"{shown(name)} is the key: every row would be a segment"
            yield Fault(places.value(path), dotted(path), what, todo="leave it out")
        elif contract is not None and contract.dtype in _NO_SEGMENT:
            what = f"{shown(name)} does not cut the batch into a few parts"
            allowed = "a column with few values: category, string, int64, bool"
            seen = contract.dtype
            yield Fault(places.value(path), dotted(path), what, seen, allowed, "choose another")


def _rule(drift: Drift, places: Places) -> Iterator[Fault]:
    """Each rule has words of its own."""
    said = drift.model_fields_set
    idle = ("p_value",) if drift.rule == "seawall" else _SEEDED
    for name in idle:
        if name in said:
            path = ("drift", name)
            what = f"{name} has no effect with rule: {drift.rule}"
            other = "rule: ks-p-value" if name == "p_value" else "rule: seawall"
            yield Fault(places.key(path), dotted(path), what, allowed=other, todo="leave one out")


def _waiting(drift: Drift, places: Places) -> Iterator[Fault]:
    """How many runs a hold waits for, and a hold itself, where nothing is ever held."""
    waits = drift.for_ > 1 and drift.on_fail == "warn" and not _held(drift)
    if waits and _together(("drift",), places):
        yield _idle(("drift", "for"), "for", "on_fail: warn", places)
    columns = drift.columns if isinstance(drift.columns, dict) else {}
    for name, watched in columns.items():
        path: KeyPath = ("drift", "columns", name)
        if watched.severity == "warn" and watched.on_fail == "hold":
            yield _idle((*path, "on_fail"), "on_fail: hold", "severity: warn", places)
        if watched.for_ is None:
            continue
        if watched.severity == "warn":
            yield _idle((*path, "for"), "for", "severity: warn", places)
        elif watched.on_fail == "warn" and _together(path, places):
            yield _idle((*path, "for"), "for", "on_fail: warn", places)


def _together(path: KeyPath, places: Places) -> bool:
    """Whether `for` and `on_fail` stand beside each other in one file: `--set` is how a hold is ended."""
    waits, acts = (places.value((*path, name)) for name in ("for", "on_fail"))
    return waits.file == acts.file


def _held(drift: Drift) -> bool:
    """Whether a column of its own may hold a run."""
    columns = drift.columns if isinstance(drift.columns, dict) else {}
    return any(_may_hold(drift, watched) for watched in columns.values())


def _may_hold(drift: Drift, watched: Watched) -> bool:
    return watched.severity == "fail" and (watched.on_fail or drift.on_fail) == "hold"


def _idle(path: KeyPath, what: str, beside: str, places: Places) -> Fault:
    told = f"{what} has no effect beside {beside}: nothing is held"
    return Fault(places.key(path), dotted(path), told, allowed="on_fail: hold", todo="leave it out")
