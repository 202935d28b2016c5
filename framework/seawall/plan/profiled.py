"""Which columns a run describes, and which of them it compares."""

from __future__ import annotations

from collections.abc import Iterable

from seawall.config.drift import Kind
from seawall.config.kinds import kinds_for
from seawall.config.models import PipelineConfig
from seawall.profiles.shape import Shape

__all__ = ["bare_shape", "columns_of", "compared_columns", "kinds_of", "may_have", "needs_features"]


def needs_features(config: PipelineConfig) -> bool:
    """Whether the model has to be asked which columns those are."""
    drift = config.drift
    return config.profile.columns == "model" or (drift is not None and not drift.columns)


def columns_of(config: PipelineConfig, features: Iterable[str]) -> tuple[str, ...]:
    """What is described: what the file wants, and what is compared or judged; the key never."""
    wanted, drift = config.profile.columns, config.drift
    names = [*config.predict.output_columns, *features] if needs_features(config) else []
    names += () if isinstance(wanted, str) else wanted
    names += () if drift is None else (*drift.columns, *drift.segments)
    names += config.check_output.distribution
    return tuple(name for name in dict.fromkeys(names) if name != config.ingest.primary.key)


def compared_columns(config: PipelineConfig, features: Iterable[str]) -> tuple[str, ...]:
    """What drift is looked for in, predictions first: the listed columns, else outputs and features."""
    drift, outputs = config.drift, config.predict.output_columns
    if drift is None:
        return ()
    listed = tuple(drift.columns) or (*outputs, *features)
    first = [name for name in outputs if name in listed]
    key = config.ingest.primary.key
    return tuple(name for name in dict.fromkeys([*first, *listed]) if name != key)


def kinds_of(config: PipelineConfig) -> dict[str, Kind]:
    """The kinds that the file states, by column."""
    drift = config.drift
    stated = {} if drift is None else {name: drift.watched(name).kind for name in drift.columns}
    return {name: kind for name, kind in stated.items() if kind is not None}


def may_have(config: PipelineConfig, column: str, kind: str) -> bool:
    """Whether the file lets the column have values of this kind."""
    stated = kinds_of(config).get(column)
    if stated is not None:
        return kind == stated
    contract = config.validate_.columns.get(column)
    return contract is None or kind in kinds_for(contract.dtype)


def bare_shape(config: PipelineConfig, column: str) -> Shape:
    """How a column is counted of which nothing is known but what the file says."""
    contract = config.validate_.columns.get(column)
    likely: Kind = "ordered" if contract is None else kinds_for(contract.dtype)[0]
    return Shape(kinds_of(config).get(column, likely))
