"""What is promised of predictions, held against what is predicted."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.outputs import Distribution
from seawall.config.places import Places
from seawall.shown import listed, shown

__all__ = ["interval_faults", "output_faults"]


def output_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Checks of outputs that nobody predicts."""
    outputs = config.predict.output_columns
    for path, column in _named(config):
        if column not in outputs:
            place = places.value(path) if isinstance(path[-1], int) else places.key(path)
            allowed, todo = listed(outputs), did_you_mean(column, outputs)
            yield Fault(place, dotted(path), "not an output", shown(column), allowed, todo)


def interval_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Intervals whose lower end is above the upper one."""
    for column, promised in config.check_output.distribution.items():
        for keys, (low, high) in _intervals(promised):
            if low > high:
                path: KeyPath = ("check_output", "distribution", column, *keys)
                seen, allowed = f"{low:g} above {high:g}", "[lowest, highest]"
                yield Fault(places.value(path), dotted(path), "an empty interval", seen, allowed)


def _named(config: PipelineConfig) -> Iterator[tuple[KeyPath, str]]:
    """Every place that names an output, with its name."""
    checks = config.check_output
    for column in checks.bounds:
        yield ("check_output", "bounds", column), column
    for number, law in enumerate(checks.rows):
        kind = "increasing" if law.sum is None else "sum"
        for place, column in enumerate(law.columns):
            yield ("check_output", "rows", number, kind, place), column
    for column in checks.distribution:
        yield ("check_output", "distribution", column), column


def _intervals(promised: Distribution) -> Iterator[tuple[KeyPath, tuple[float, float]]]:
    """Every interval of an output, with its keys below the output's name."""
    for name in ("mean", "std"):
        interval = getattr(promised, name)
        if interval is not None:
            yield (name,), interval
    for section in ("quantiles", "labels"):
        for name, interval in getattr(promised, section).items():
            yield (section, name), interval
