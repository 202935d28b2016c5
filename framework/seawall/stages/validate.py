"""Validate: rows that don't belong leave, and what stays keeps the contract and the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from seawall.config.judging import OnViolation
from seawall.conform import bare
from seawall.stages.column_tests import ColumnTest
from seawall.stages.contract import keep, violated
from seawall.stages.needs import looked_at
from seawall.stages.pandera_schema import PanderaSchema
from seawall.stages.poison import passing
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound, mask

__all__ = ["Tests", "Validated", "filtered", "validate"]


@dataclass(frozen=True, slots=True)
class Tests:
    """Everything that validate holds a chunk to, compiled once.

    Nulls of the columns in `counted` are counted; those of the columns in `nullable` may stay.
    """

    filters: Sequence[Bound]
    columns: Sequence[ColumnTest]
    rules: Sequence[tuple[Bound, OnViolation]]
    counted: Sequence[str] = ()
    nullable: Collection[str] = ()
    schema: PanderaSchema | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """How many rows broke a test that warns, by test; how many nulls there were, by column.

    `foreign` counts the values outside `one_of` that a share is allowed of.
    """

    warned: Mapping[str, int]
    nulls: Mapping[str, int]
    foreign: Mapping[str, int] = field(default_factory=dict)


def filtered(sieve: Sieve, filters: Sequence[Bound]) -> None:
    """Only rows that belong to the job stay; the others are counted by the filter's name."""
    for bound in filters:
        sieve.drop(mask(bound, sieve.frame), bound.short)


def validate(sieve: Sieve, tests: Tests) -> Validated:
    """Contract, schema and rules hold for the rows that stay; integers without nulls are numpy's again.

    Nulls are counted before any row leaves for them: in all rows that belong to the job. Raises
    DataError at the first violation of a test whose `on_violation` is fail.
    """
    nulls = {name: int(sieve.frame[name].isna().sum()) for name in tests.counted}
    kept = keep(sieve, tests.columns)
    sieve.frame = _settled(sieve.frame, tests.nullable)
    warned = {**kept.warned, **(tests.schema.hold(sieve) if tests.schema else {})}
    for bound, on_violation in tests.rules:
        bad = ~passing(bound, sieve, spare=on_violation != "fail")
        name = bound.short
        if not bad.any():
            continue
        if on_violation == "fail":
            columns = looked_at(bound, sieve.frame)
            raise violated(sieve, bad, name, "the rule", looked_at=columns)
        if on_violation == "quarantine":
            sieve.set_aside(bad, "validate", name, looked_at=looked_at(bound, sieve.frame))
            continue
        warned[name] = warned.get(name, 0) + int(np.count_nonzero(bad))
        sieve.show(bad, "validate", name, looked_at=looked_at(bound, sieve.frame))
    return Validated(warned, nulls, kept.foreign)


def _settled(frame: pd.DataFrame, nullable: Collection[str]) -> pd.DataFrame:
    """The rows with nulls are gone, so that their columns are as in a chunk that never had any."""
    plain = {name: bare(frame[name]) for name in frame.columns if name not in nullable}
    changed = {name: values for name, values in plain.items() if values.dtype != frame[name].dtype}
    return frame.assign(**changed) if changed else frame
