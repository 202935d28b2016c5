"""Bounds of predictions: the quick way and the slow one say the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from seawall.config.outputs import Bound
from seawall.errors import StoppedError
from seawall.stages.check_output import check_output
from seawall.stages.sifting import Sieve

SieveOf = Callable[..., Sieve]
NUMBERS = st.lists(st.floats(width=64) | st.sampled_from([0.0, 1.0, -0.0]), max_size=8)
ENDS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def in_bounds(value: float, bound: Bound) -> bool:
    """What a bound means, one value at a time."""
    if np.isnan(value):
        return bound.nullable
    within = (bound.min is None or value >= bound.min) and (bound.max is None or value <= bound.max)
    return within and not np.isinf(value)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=NUMBERS, ends=st.tuples(ENDS, ENDS), nullable=st.booleans())
@example(values=[np.inf, -np.inf], ends=(None, None), nullable=False)
@example(values=[1.7e308, 1.7e308], ends=(None, None), nullable=False)
def test_bounds(
    sieve_of: SieveOf, values: list[float], ends: tuple[Any, Any], *, nullable: bool
) -> None:
    """Exactly the values out of bounds, infinite or null leave; numpy has nothing to warn of."""
    low, high = ends if None in ends else sorted(ends)
    bound = Bound(min=low, max=high, nullable=nullable, on_violation="quarantine")
    sieve = sieve_of(p=np.array(values, dtype="float64")) if values else sieve_of(p=np.empty(0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_output(sieve, {"p": bound}, key="k")

    assert sieve.frame["k"].tolist() == [n for n, v in enumerate(values) if in_bounds(v, bound)]


def test_the_first_violation_stops(sieve_of: SieveOf) -> None:
    """A violation that fails names the column, the keys, the values and the bounds."""
    with pytest.raises(StoppedError) as caught:
        check_output(sieve_of(p=[0.5, 1.5, np.nan]), {"p": Bound(min=0, max=1)}, key="k")

    error = caught.value
    assert (error.where, error.allowed) == ("k 1, 2", "0 to 1")
    assert error.seen == "2 rows of the chunk: 1.5, nan"


def test_warnings(sieve_of: SieveOf) -> None:
    """A violation that warns is counted, and its row stays."""
    sieve = sieve_of(p=[0.5, 1.5])
    warned = check_output(sieve, {"p": Bound(max=1, on_violation="warn")}, key="k")

    assert warned == {"p: out of bounds": 1}
    assert len(sieve.frame) == 2


@pytest.mark.parametrize(
    "values", [pd.array([1, None, 3], dtype="Int64"), pd.Series([1, 2, 3], dtype="uint8")]
)
def test_integers(sieve_of: SieveOf, values: Any) -> None:
    """Integers have bounds, too; a null among masked ones is a violation."""
    sieve = sieve_of(p=values)
    check_output(sieve, {"p": Bound(min=2, on_violation="quarantine")}, key="k")

    assert sieve.frame["p"].min() >= 2
    assert not sieve.frame["p"].isna().any()


def test_text(sieve_of: SieveOf) -> None:
    """Bounds on predictions that are texts stop the run with that said."""
    with pytest.raises(StoppedError, match="no number: p"):
        check_output(sieve_of(p=["a", "b"]), {"p": Bound(min=0)}, key="k")
