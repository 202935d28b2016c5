"""Filters, the contract, rules: in this order, and every row in exactly one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import DataError, SoftwareError
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound
from seawall.stages.validate import Validated

SieveOf = Callable[..., Sieve]
HeldTo = Callable[..., Validated]
INTS = pd.array([1, None, 5, 9], dtype="Int64")
TIMES = pd.to_datetime(["2013-01-01T00:00:00Z", None, "2013-06-01T00:00:00Z"], utc=True)


@pytest.mark.parametrize(
    ("values", "contract", "stay"),
    [
        ([1.0, None, 9.0], {"dtype": "float64"}, [0, 2]),
        ([1.0, None, 9.0], {"dtype": "float64", "nullable": True, "min": 2}, [1, 2]),
        ([1.0, None, 9.0], {"dtype": "float64", "nullable": True, "max": 2}, [0, 1]),
        (pd.Series([0.1, 0.2], dtype="float32"), {"dtype": "float32", "min": 0.1, "max": 0.2}, [0, 1]),
        (INTS, {"dtype": "int64", "nullable": True, "min": 2, "max": 8}, [1, 2]),
        (INTS, {"dtype": "int64"}, [0, 2, 3]),
        (INTS, {"dtype": "int64", "nullable": True, "one_of": (1, 9)}, [0, 1, 3]),
        ([2**53 + 1, 2**53], {"dtype": "int64", "one_of": (2**53 + 1,)}, [0]),
        (pd.Series([0.1, 0.3], dtype="float32"), {"dtype": "float32", "one_of": (0.1,)}, [0]),
        (["a", "b", None], {"dtype": "string", "one_of": ("a",), "nullable": True}, [0, 2]),
        (pd.Categorical(["a", "b", None]), {"dtype": "category", "one_of": ("a",), "nullable": True}, [0, 2]),
        (pd.Categorical(["a", "ab", None]), {"dtype": "category", "pattern": "a", "nullable": True}, [0, 2]),
        (pd.Series(["a", "ab", None], dtype="str"), {"dtype": "string", "pattern": "a", "nullable": True}, [0, 2]),
        (pd.Series(["1", "\u0663", None], dtype="str"), {"dtype": "string", "pattern": r"\d", "nullable": True}, [0, 2]),
        (pd.Series(["1", "\u0663", None], dtype=object), {"dtype": "string", "pattern": r"\d", "nullable": True}, [0, 2]),
        (pd.Categorical(pd.Index(["1", "\u0663"], dtype=object)), {"dtype": "category", "pattern": r"\d"}, [0]),
        (pd.array([True, None, False], dtype="boolean"), {"dtype": "bool", "nullable": True, "one_of": (True,)}, [0, 1]),
        (TIMES, {"dtype": "timestamp", "nullable": True, "min": "2013-02-01"}, [1, 2]),
        (TIMES, {"dtype": "timestamp", "nullable": True, "max": "2013-02-01T00:00:00+01:00"}, [0, 1]),
        (TIMES, {"dtype": "timestamp", "nullable": True, "one_of": ("2013-01-01T01:00:00+01:00",)}, [0, 1]),
        (TIMES.tz_localize(None), {"dtype": "timestamp", "nullable": True, "max": "2013-02-01"}, [0, 1]),
    ],
)  # fmt: skip
def test_contract(
    sieve_of: SieveOf, held_to: HeldTo, values: Any, contract: dict[str, Any], stay: list[int]
) -> None:
    """Each promise sets aside the rows that break it, and no null that is allowed."""
    sieve = sieve_of(a=values)
    held_to(sieve, {"a": {**contract, "on_violation": "quarantine"}}, nullable=("a",))

    assert sieve.frame["k"].tolist() == stay


def test_violations_that_fail(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A violation that fails names the column, the rule, the key, the count, examples, what is allowed."""
    with pytest.raises(DataError) as caught:
        held_to(sieve_of(a=[1.0, 9.0, 8.0]), {"a": {"dtype": "float64", "max": 2}})

    error = caught.value
    assert error.what.endswith("a: above max")
    assert (error.where, error.allowed) == ("row 101 of the batch", "at most 2")
    assert error.seen == "2 rows of the chunk: 9.0 (k 1), 8.0 (k 2)"


def test_violations_that_warn(
    sieve_of: SieveOf, held_to: HeldTo, step: Callable[..., Bound]
) -> None:
    """Violations that warn are counted by rule, also of two rules of one name; no row leaves."""
    sieve = sieve_of(a=[1.0, 9.0, None])
    rules = [(step(_small), "warn"), (step(_small), "warn")]
    told = held_to(
        sieve, {"a": {"dtype": "float64", "max": 2, "on_violation": "warn"}}, rules=rules
    )

    assert told.warned == {"a: null": 1, "a: above max": 1, "_small": 4}
    assert len(sieve.frame) == 3


def _small(frame: pd.DataFrame) -> pd.Series:
    return frame["a"] < 5


def test_order(sieve_of: SieveOf, held_to: HeldTo, step: Callable[..., Bound]) -> None:
    """Filters come before the contract, and the contract before the rules."""
    seen: list[tuple[str, list[int]]] = []

    def filtering(frame: pd.DataFrame) -> pd.Series:
        seen.append(("filter", frame["k"].tolist()))
        return frame["k"] != 0

    def ruling(frame: pd.DataFrame) -> pd.Series:
        seen.append(("rule", frame["k"].tolist()))
        return frame["k"] != 2

    sieve = sieve_of(a=[-1.0, -1.0, 1.0, 1.0])
    contract = {"a": {"dtype": "float64", "min": 0, "on_violation": "quarantine"}}
    held_to(sieve, contract, filters=[step(filtering)], rules=[(step(ruling), "quarantine")])

    with_rows = [(name, keys) for name, keys in seen if keys]
    assert with_rows == [("filter", [0, 1, 2, 3]), ("rule", [2, 3])]
    assert sieve.filtered == {"filtering": 1}
    assert sieve.quarantined == {"a: below min": 1, "ruling": 1}
    assert sieve.frame["k"].tolist() == [3]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), rows=st.integers(0, 20))
def test_every_row_in_one_place(
    sieve_of: SieveOf, held_to: HeldTo, step: Callable[..., Bound], data: st.DataObject, rows: int
) -> None:
    """Whatever filters, contract and rules say, each row stays, or left once, and is counted there."""
    draw = st.lists(st.booleans(), min_size=rows, max_size=rows)
    masks = [np.array(data.draw(draw), dtype=bool) for _ in range(4)]

    def by(number: int) -> Bound:
        def rule(frame: pd.DataFrame) -> pd.Series:
            return pd.Series(masks[number][frame["k"]], index=frame.index)

        rule.__name__ = f"r{number}"
        return step(rule)

    sieve = (
        sieve_of(a=np.where(masks[0], 1.0, np.nan))
        if rows
        else Sieve(pd.DataFrame({"k": [], "a": []}, dtype="int64"))
    )
    held_to(
        sieve,
        {"a": {"dtype": "float64", "on_violation": "quarantine"}},
        filters=[by(1)],
        rules=[(by(2), "quarantine"), (by(3), "warn")],
    )
    aside = [key for entry in sieve.aside for key in entry.rows["k"]]
    kept = sieve.frame["k"].tolist()

    assert sorted([*aside, *kept]) == [n for n in range(rows) if masks[1][n]]
    assert sum(sieve.filtered.values()) == rows - len(aside) - len(kept)
    assert sum(sieve.quarantined.values()) == len(aside)
    assert kept == [n for n in range(rows) if all(m[n] for m in masks[:3])]


def test_nulls_are_counted_behind_the_filters(
    sieve_of: SieveOf, held_to: HeldTo, step: Callable[..., Bound]
) -> None:
    """Nulls count in the rows that belong to the job, also those whose rows are set aside then."""
    sieve = sieve_of(a=[None, None, 1.0, 2.0])
    contract = {"a": {"dtype": "float64", "on_violation": "quarantine"}}
    told = held_to(sieve, contract, filters=[step(lambda f: f["k"] > 0)], counted=("a",))

    assert told.nulls == {"a": 1}


@pytest.mark.parametrize("null", [True, False])
def test_types_do_not_depend_on_rows_that_left(
    sieve_of: SieveOf, held_to: HeldTo, step: Callable[..., Bound], *, null: bool
) -> None:
    """A column whose nulls were filtered or set aside has the type that it has without any."""
    big = 2**53 + 1
    sieve = sieve_of(a=pd.array([None if null else 1, big, None if null else 1], dtype="Int64"))
    contract = {"a": {"dtype": "int64", "on_violation": "quarantine"}}
    held_to(sieve, contract, filters=[step(lambda f: f["k"] > 0)])

    assert sieve.frame["a"].dtype == "int64"
    assert sieve.frame["a"].iloc[0] == big


def test_nullable_types_stay(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A column that may be null keeps its masked type, whether a null is there or not."""
    sieve = sieve_of(a=pd.array([1, 2], dtype="Int64"))
    held_to(sieve, {"a": {"dtype": "int64", "nullable": True}}, nullable=("a",))

    assert sieve.frame["a"].dtype == "Int64"


def test_bound_with_a_zone_on_times_without(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A bound with a zone cannot be compared with times without one, and that is said."""
    sieve = sieve_of(a=TIMES.tz_localize(None))
    with pytest.raises(DataError, match="has no time zone, and its bound has one"):
        held_to(
            sieve, {"a": {"dtype": "timestamp", "nullable": True, "min": "2013-01-01T00:00:00Z"}}
        )


def test_a_rule_that_is_none(
    sieve_of: SieveOf, held_to: HeldTo, step: Callable[..., Bound]
) -> None:
    """A rule that returns anything but truth values ends the chunk as the user's error."""
    with pytest.raises(SoftwareError):
        held_to(sieve_of(a=[1.0]), rules=[(step(lambda f: f["a"]), "quarantine")])
