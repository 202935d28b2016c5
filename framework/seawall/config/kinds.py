"""What `drift` says that columns are, held against their contracts; and lists of them that say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seawall.config.contract import Dtype
from seawall.config.drift import Kind, Watched
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.places import Places
from seawall.shown import shown

__all__ = ["kind_faults", "kinds_for"]

_KINDS: dict[Dtype, tuple[Kind, ...]] = {
    "bool": ("boolean", "categorical"),
    "timestamp": ("timestamp",),
    "string": ("text", "categorical"),
    "category": ("categorical", "text"),
}
_NUMBERS: tuple[Kind, ...] = ("ordered", "categorical")


def kinds_for(dtype: Dtype) -> tuple[Kind, ...]:
    """The kinds that a column of the contract may have by its type, the plainest first."""
    return _KINDS.get(dtype, _NUMBERS)


def kind_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Kinds that no value of the column has, lists of no columns, and columns that are listed twice."""
    if config.drift is None:
        return
    columns = config.drift.columns
    if not columns and "columns" in config.drift.model_fields_set:
        path: KeyPath = ("drift", "columns")
        allowed, todo = "one column at least", "leave it out to compare all features and outputs"
        yield Fault(places.key(path), dotted(path), "no column is listed", "none", allowed, todo)
    if not isinstance(columns, dict):
        yield from _twice("columns", columns, places)
    yield from _twice("segments", config.drift.segments, places)
    for name, watched in columns.items() if isinstance(columns, dict) else ():
        yield from _kind(config, name, watched, places)


def _twice(key: str, names: Sequence[str], places: Places) -> Iterator[Fault]:
    for number, name in enumerate(names):
        if name in names[:number]:
            path: KeyPath = ("drift", key, number)
            what = f"{shown(name)} is listed twice"
            yield Fault(places.value(path), dotted(path), what, todo="leave one of them out")


def _kind(config: PipelineConfig, column: str, watched: Watched, places: Places) -> Iterator[Fault]:
    contract, kind = config.validate_.columns.get(column), watched.kind
    if contract is None or kind in {None, "key", *kinds_for(contract.dtype)}:
        return  # a key is refused as one
    path: KeyPath = ("drift", "columns", column, "kind")
    what = f"another kind than the contract's dtype {contract.dtype} can have"
    allowed = " or ".join(kinds_for(contract.dtype))
    todo = "say one of these, or leave the kind out: the type tells"
    yield Fault(places.value(path), dotted(path), what, str(kind), allowed, todo)
