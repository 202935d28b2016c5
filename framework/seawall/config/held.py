"""What the rest of the file says of a column, held against the column's contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seawall.config.contract import ColumnContract
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.judging import Step
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.places import Places
from seawall.shown import listed, shown

__all__ = ["held_faults"]

_OF_VALUES = {"value_in", "required_if"}
"""The built-in tests with a `column` and its values."""


def held_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """A key that could be null or doubled, and tests for values that the contract lets nobody have."""
    key = config.ingest.primary.key
    if key in config.validate_.columns:
        yield from _of_key(key, config.validate_.columns[key], places)
    steps: dict[str, Sequence[Step]] = {
        "filters": config.validate_.filters,
        "rules": config.validate_.rules,
    }
    for section, tests in steps.items():
        for number, test in enumerate(tests):
            path = ("validate", section, number, "with")
            yield from _of_test(path, test, config, places)


def _of_key(key: str, contract: ColumnContract, places: Places) -> Iterator[Fault]:
    for name, wrong in (("nullable", True), ("unique", False)):
        if name in contract.model_fields_set and getattr(contract, name) is wrong:
            path = ("validate", "columns", key, name)
            what, seen = f"{shown(key)} is the key", f"{name}: {str(wrong).lower()}"
            allowed = "a key without nulls, of which no value stands twice"
            yield Fault(places.value(path), dotted(path), what, seen, allowed, "leave it out")


def _of_test(path: KeyPath, test: Step, config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Values outside the column's choices, where they end the run or there are no others."""
    column, values = test.with_.get("column"), test.with_.get("one_of")
    contract = config.validate_.columns.get(str(column))
    if test.use not in _OF_VALUES or contract is None or not isinstance(values, list | tuple):
        return
    if contract.one_of is None or contract.max_new_share is not None:
        return
    outside = [number for number, value in enumerate(values) if value not in contract.one_of]
    if contract.on_violation != "fail" and len(outside) < len(values):
        return
    for number in outside:
        at, value = (*path, "one_of", number), values[number]
        what = f"a value that the contract of {shown(column)} lets nobody have"
        todo = did_you_mean(str(value), list(map(str, contract.one_of)))
        allowed = listed(contract.one_of)
        yield Fault(places.value(at), dotted(at), what, shown(value), allowed, todo)
