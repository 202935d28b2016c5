"""Frames, steps and models for one stage at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from seawall.config.contract import ColumnContract
from seawall.stages.contract import compiled
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound
from seawall.stages.validate import Tests, Validated, filtered, validate


@pytest.fixture
def step() -> Callable[[Callable[..., Any]], Bound]:
    """A function as a bound step."""
    return lambda call: Bound(f"project.rules:{call.__name__}", call)


@pytest.fixture
def sieve_of() -> Callable[..., Sieve]:
    """A sieve over a frame of these columns, with the key `k`; rows are numbered from 100."""

    def build(**columns: Any) -> Sieve:
        rows = len(next(iter(columns.values())))
        index = pd.RangeIndex(100, 100 + rows)
        values = {
            name: pd.Series(column.array if isinstance(column, pd.Series) else column, index=index)
            for name, column in columns.items()
        }
        return Sieve(pd.DataFrame({"k": range(rows), **values}, index=index), key="k")

    return build


@pytest.fixture
def held_to() -> Callable[..., Validated]:
    """What validate says of a sieve under contracts, filters and rules."""

    def check(
        sieve: Sieve,
        contracts: dict[str, dict[str, Any]] | None = None,
        *,
        filters: Any = (),
        rules: Any = (),
        **known: Any,
    ) -> Validated:
        columns = {name: ColumnContract(**each) for name, each in (contracts or {}).items()}
        sieve.key = "k"
        filtered(sieve, filters)
        return validate(sieve, Tests(filters, compiled(columns), rules, **known))

    return check
