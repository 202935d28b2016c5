"""What would have refused predictions that no healthy run makes, by what that run made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seawall.config.faults import KeyPath
from seawall.config.load import LoadedConfig
from seawall.drills.measured import measured, share_above
from seawall.drills.remedy import Remedy, at
from seawall.drills.spoil import is_number
from seawall.shown import listed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["of_predictions"]

_MOST = 0.9
"""A value with more of the rows than this leaves no round share between it and all of them."""


def of_predictions(loaded: LoadedConfig, fault: str, predictions: pa.Table) -> Remedy:
    """By `check_output`; `predictions` are what the healthy run published."""
    output = loaded.config.predict.output_columns[0]
    if fault == "constant":
        return _of_variety(loaded, output, predictions)
    if fault == "out_of_bounds":
        return _of_bounds(loaded, output, predictions)
    return at(loaded, ("limits", "run_deadline"), "limits: {run_deadline: 30m}")


def _of_variety(loaded: LoadedConfig, output: str, predictions: pa.Table) -> Remedy:
    """By how much of the rows one value may have: at least twice what it has in the healthy run."""
    path: KeyPath = ("check_output", "distribution", output)
    promised = loaded.config.check_output.distribution.get(output)
    counted = promised is not None and "min_distinct" in promised.model_fields_set
    top = measured(predictions, output).top_share
    if counted or top > _MOST:
        todo = f"distribution: {{{output}: {{min_distinct: 2}}}}"
        return at(loaded, (*path, "min_distinct"), todo)
    share = share_above(max(2 * top, 0.5))
    todo = f"distribution: {{{output}: {{max_top_share: {share}}}}}"
    return at(loaded, (*path, "max_top_share"), todo)


def _of_bounds(loaded: LoadedConfig, output: str, predictions: pa.Table) -> Remedy:
    path: KeyPath = ("check_output", "bounds", output)
    if not is_number(predictions.schema.field(output).type):
        labels = listed(sorted(map(str, set(predictions[output].drop_null().to_pylist()))))
        return at(loaded, path, f"bounds: {{{output}: {{one_of: [{labels}]}}}}")
    seen = measured(predictions, output)
    low, high = seen.room
    todo = (
        f"bounds: {{{output}: {{min: {low:g}, max: {high:g}}}}}; "
        f"the healthy run's are from {seen.lowest:.3g} to {seen.highest:.3g}"
    )
    return at(loaded, path, todo)
