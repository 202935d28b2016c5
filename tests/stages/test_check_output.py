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

from seawall.config.outputs import Bound, CheckOutput, RowLaw
from seawall.errors import StoppedError
from seawall.stages.check_output import check_output, output_tests
from seawall.stages.sifting import Sieve

SieveOf = Callable[..., Sieve]
NUMBERS = st.lists(st.floats(width=64) | st.sampled_from([0.0, 1.0, -0.0]), max_size=8)
ENDS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def checked(sieve: Sieve, *laws: RowLaw, **bounds: Bound) -> dict[str, int]:
    """What warns, when the outputs are held to these bounds and laws."""
    return check_output(sieve, output_tests(CheckOutput(bounds=bounds, rows=laws)), key="k")


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
        checked(sieve, p=bound)

    assert sieve.frame["k"].tolist() == [n for n, v in enumerate(values) if in_bounds(v, bound)]


def test_the_first_violation_stops(sieve_of: SieveOf) -> None:
    """A violation that fails names the column, the keys, the values and the bounds."""
    with pytest.raises(StoppedError) as caught:
        checked(sieve_of(p=[0.5, 1.5, np.nan]), p=Bound(min=0, max=1))

    error = caught.value
    assert (error.where, error.allowed) == ("k 1, 2", "0 to 1")
    assert error.seen == "2 rows of the chunk: 1.5, nan"


def test_warnings(sieve_of: SieveOf) -> None:
    """A violation that warns is counted, and its row stays."""
    sieve = sieve_of(p=[0.5, 1.5])
    warned = checked(sieve, p=Bound(max=1, on_violation="warn"))

    assert warned == {"p: above max": 1}
    assert len(sieve.frame) == 2


@pytest.mark.parametrize(
    "values", [pd.array([1, None, 3], dtype="Int64"), pd.Series([1, 2, 3], dtype="uint8")]
)
def test_integers(sieve_of: SieveOf, values: Any) -> None:
    """Integers have bounds, too; a null among masked ones is a violation."""
    sieve = sieve_of(p=values)
    checked(sieve, p=Bound(min=2, on_violation="quarantine"))

    assert sieve.frame["p"].min() >= 2
    assert not sieve.frame["p"].isna().any()


def test_text(sieve_of: SieveOf) -> None:
    """Bounds on predictions that are texts stop the run with that said."""
    with pytest.raises(StoppedError, match="no number: p"):
        checked(sieve_of(p=["a", "b"]), p=Bound(min=0))


def test_reasons(sieve_of: SieveOf) -> None:
    """A row leaves with one reason, which says how the value is wrong."""
    sieve = sieve_of(p=[np.nan, np.inf, -np.inf, -0.5, 1.5, 0.5])
    checked(sieve, p=Bound(min=0, max=1, on_violation="quarantine"))

    expected = {"p: null": 1, "p: infinite": 2, "p: below min": 1, "p: above max": 1}
    assert (sieve.quarantined, len(sieve.frame)) == (expected, 1)


@pytest.mark.parametrize(
    ("values", "choices", "stays"),
    [
        (["a", "b", None], ("a", "c"), [0]),
        (pd.Categorical(["a", "b", "a"]), ("a",), [0, 2]),
        ([1, 2, 3], (1, 3), [0, 2]),
        ([1.0, 2.5, np.nan], (1,), [0]),
    ],
)
def test_labels(sieve_of: SieveOf, values: Any, choices: tuple[Any, ...], stays: list[int]) -> None:
    """Only the declared labels stay, and no null."""
    sieve = sieve_of(p=values)
    checked(sieve, p=Bound(one_of=choices, on_violation="quarantine"))

    assert sieve.frame["k"].tolist() == stays


def test_a_label_that_is_not_allowed_stops(sieve_of: SieveOf) -> None:
    """The labels that are allowed stand in the error, and the one that was seen."""
    with pytest.raises(StoppedError) as caught:
        checked(sieve_of(p=["ok", "late "]), p=Bound(one_of=("ok", "late")))

    assert (caught.value.seen, caught.value.allowed) == (
        "1 rows of the chunk: 'late '",
        "one of 'ok', 'late'",
    )


@pytest.mark.parametrize(
    ("p", "q", "stays"),
    [
        (0.4, 0.6, True),
        (0.4, 0.6 + 9e-7, True),
        (0.4, 0.7, False),
        (np.nan, 1.0, False),
        (np.inf, -np.inf, False),
        (1.0, None, False),
    ],
)
def test_sums(sieve_of: SieveOf, p: Any, q: Any, *, stays: bool) -> None:
    """Rows of probabilities add up to one within a millionth; a null adds up to nothing."""
    sieve = sieve_of(p=pd.Series([p], dtype="float64"), q=pd.Series([q], dtype="float64"))
    checked(sieve, RowLaw(sum=("p", "q"), on_violation="quarantine"))

    assert len(sieve.frame) == stays
    assert sieve.quarantined == ({} if stays else {"p, q: another sum": 1})


@pytest.mark.parametrize(
    ("values", "tolerance", "stays"),
    [
        ((1.0, 2.0, 3.0), None, True),
        ((1.0, 1.0, 1.0), None, True),
        ((1.0, 3.0, 2.0), None, False),
        ((1.0, 1.0 - 1e-9, 2.0), None, False),
        ((1.0, 0.95, 2.0), 0.1, True),
        ((1.0, np.nan, 2.0), None, False),
    ],
)
def test_quantiles_rise(
    sieve_of: SieveOf, values: tuple[float, ...], tolerance: float | None, *, stays: bool
) -> None:
    """Quantile columns rise from left to right; by how much they may fall is declared."""
    sieve = sieve_of(**{f"p{n}": [value] for n, value in enumerate(values)})
    law = RowLaw(increasing=("p0", "p1", "p2"), tolerance=tolerance, on_violation="quarantine")
    checked(sieve, law)

    assert len(sieve.frame) == stays


def test_a_law_that_stops_shows_the_row(sieve_of: SieveOf) -> None:
    """The key, the row's values and what was promised of them stand in the error."""
    with pytest.raises(StoppedError, match="do not add up: p, q") as caught:
        checked(sieve_of(p=[0.5, 0.4], q=[0.5, 0.7]), RowLaw(sum=("p", "q")))

    assert (caught.value.where, caught.value.allowed) == ("k 1", "a sum of 1 ± 1e-06")
    assert caught.value.seen == "1 rows of the chunk: (0.4, 0.7)"


def test_a_check_that_raises_has_failed(sieve_of: SieveOf) -> None:
    """A law on texts cannot be computed: the run stops, and it is said why."""
    with pytest.raises(StoppedError, match="raised, and counts as failed"):
        checked(sieve_of(p=["a"], q=["b"]), RowLaw(sum=("p", "q"), on_violation="warn"))
