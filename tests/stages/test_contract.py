"""The contract on a chunk: each promise, one reason a row, and what is said of a violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import DataError
from seawall.stages.sifting import Sieve
from seawall.stages.validate import Validated

SieveOf = Callable[..., Sieve]
HeldTo = Callable[..., Validated]
INF = float("inf")
BIG = 2**53
ZONED = pd.to_datetime(
    ["2024-01-01T00:00:00.0Z", "2024-01-01T00:00:00.5Z", None], utc=True, format="ISO8601"
)


@pytest.mark.parametrize(
    ("values", "contract", "stay"),
    [
        ([1.0, INF, -INF, None], {"dtype": "float64", "nullable": True}, [0, 3]),
        ([1.0, INF, -INF], {"dtype": "float64", "infinities": True, "max": 2}, [0, 2]),
        (pd.Series([1.0, INF], dtype="float32"), {"dtype": "float32"}, [0]),
        ([BIG + 1, BIG, BIG - 1], {"dtype": "int64", "max": BIG}, [1, 2]),
        ([BIG + 1, BIG, BIG + 2], {"dtype": "int64", "min": float(BIG) + 2}, [2]),
        ([BIG + 1, BIG], {"dtype": "int64", "max": float(BIG)}, [1]),
        ([BIG + 1, BIG, BIG + 3], {"dtype": "int64", "max": float(BIG)}, [1]),
        ([1, 2, 3], {"dtype": "int64", "min": 1.5, "max": 2.5}, [1]),
        (pd.array([1, None, 5], "Int64"), {"dtype": "int64", "nullable": True, "min": 2}, [1, 2]),
        (pd.array([None, None], "Int64"), {"dtype": "int64", "nullable": True, "min": 2}, [0, 1]),
        (["a", "bcd", None], {"dtype": "string", "length": {"max": 2}, "nullable": True}, [0, 2]),
        (["é", ""], {"dtype": "string", "length": {"min": 1, "max": 1}}, [0]),
        (pd.Categorical(["a", "bcd", None]), {"dtype": "category", "length": {"min": 2}, "nullable": True}, [1, 2]),
        (ZONED, {"dtype": "timestamp", "resolution": "s", "nullable": True}, [0, 2]),
        (ZONED, {"dtype": "timestamp", "resolution": "ms", "nullable": True}, [0, 1, 2]),
        (ZONED.tz_localize(None), {"dtype": "timestamp", "resolution": "s"}, [0]),
    ],
)  # fmt: skip
def test_promises(
    sieve_of: SieveOf, held_to: HeldTo, values: Any, contract: dict[str, Any], stay: list[int]
) -> None:
    """Each promise sets aside exactly the rows that break it, to the last integer."""
    sieve = sieve_of(a=values)
    held_to(sieve, {"a": {**contract, "on_violation": "quarantine"}}, nullable=("a",))

    assert sieve.frame["k"].tolist() == stay


def test_one_reason_a_row(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A row that breaks several promises leaves once, for the first in the file's order."""
    sieve = sieve_of(a=[9.0, 1.0, 9.0, 1.0], b=["x", "x", "y", "y"])
    away = {"on_violation": "quarantine"}
    held_to(
        sieve,
        {
            "a": {"dtype": "float64", "max": 2, **away},
            "b": {"dtype": "string", "one_of": ("y",), **away},
        },
    )

    assert {entry.reason: entry.rows["k"].tolist() for entry in sieve.aside} == {
        "a: above max": [0, 2],
        "b: not one of": [1],
    }
    assert sieve.frame["k"].tolist() == [3]


def test_rows_that_left_fail_nothing(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A row that a promise sets aside is not held to the promises behind it."""
    sieve = sieve_of(a=[9.0, 1.0], b=["x", "y"])
    quarantining = {"dtype": "float64", "max": 2, "on_violation": "quarantine"}
    held_to(sieve, {"a": quarantining, "b": {"dtype": "string", "one_of": ("y",)}})

    assert sieve.frame["k"].tolist() == [1]


def test_warnings_count_rows_that_stay(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A row that leaves for a later promise is not counted among those published with a warning."""
    sieve = sieve_of(a=[9.0, 9.0], b=["x", "y"])
    told = held_to(
        sieve,
        {
            "a": {"dtype": "float64", "max": 2, "on_violation": "warn"},
            "b": {"dtype": "string", "one_of": ("y",), "on_violation": "quarantine"},
        },
    )

    assert told.warned == {"a: above max": 1}
    assert [entry.rows["k"].tolist() for entry in sieve.doubtful] == [[1]]


def test_look_alikes_are_named(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A violation that fails says which choice its values look like, with keys and the first's place."""
    sieve = sieve_of(a=pd.Categorical(["JFK", "JFK ", "jfk", "LGA"]))
    sieve.place = lambda number: f"a.csv:{number}"
    with pytest.raises(DataError) as caught:
        held_to(sieve, {"a": {"dtype": "category", "one_of": ("JFK",)}})

    assert caught.value.where == "a.csv:101"
    assert caught.value.seen == (
        "3 rows of the chunk: 'JFK ' is 'JFK' with a trailing space (k 1), "
        "'jfk' is 'JFK' in another case (k 2), 'LGA' (k 3)"
    )


def test_look_alikes_in_quarantine(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A row that leaves for a value that looks like a choice has that as its note."""
    sieve = sieve_of(a=["JFK ", "LGA"])
    held_to(sieve, {"a": {"dtype": "string", "one_of": ("JFK",), "on_violation": "quarantine"}})
    (entry,) = sieve.aside

    assert list(entry.notes) == ["'JFK ' is 'JFK' with a trailing space", ""]


def test_new_values_within_a_share(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """Where a share of new values is allowed they stay, and are counted, the most frequent by value."""
    sieve = sieve_of(a=pd.Categorical(["JFK", "jfk", "XX", "XX", None]))
    contract = {"dtype": "category", "nullable": True, "one_of": ("JFK",), "max_new_share": "10%"}
    told = held_to(sieve, {"a": contract}, nullable=("a",))

    assert len(sieve.frame) == 5
    assert told.foreign == {"a": 3, "a: 'XX'": 2, "a: 'jfk' is 'JFK' in another case": 1}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.none() | st.integers(-3, 3), min_size=1), masked=st.booleans())
def test_ends_pass_nothing_over(
    sieve_of: SieveOf, held_to: HeldTo, values: list[int | None], *, masked: bool
) -> None:
    """Whatever nulls and values come, exactly the rows between min and max stay, and the nulls."""
    dtype = "Int64" if masked else "float64"
    sieve = sieve_of(a=pd.Series(values, dtype=dtype).array)
    contract = {
        "dtype": dtype.lower(),
        "nullable": True,
        "min": -1,
        "max": 2,
        "on_violation": "quarantine",
    }
    held_to(sieve, {"a": contract}, nullable=("a",))

    wanted = [n for n, value in enumerate(values) if value is None or -1 <= value <= 2]
    assert sieve.frame["k"].tolist() == wanted


def test_types_of_a_chunk_do_not_tell(sieve_of: SieveOf, held_to: HeldTo) -> None:
    """A chunk without rows breaks nothing, whatever is promised of its columns."""
    empty = {
        "a": np.array([], dtype="float64"),
        "b": pd.Categorical([]),
        "c": pd.array([], "Int64"),
    }
    contracts: dict[str, dict[str, Any]] = {
        "a": {"dtype": "float64", "min": 1},
        "b": {"dtype": "category", "one_of": ("x",), "pattern": "x", "length": {"min": 1}},
        "c": {"dtype": "int64", "max": 1},
    }

    assert held_to(sieve_of(**empty), contracts).warned == {}


def test_what_people_do_not_see_of_a_text_unlike_its_pattern(
    sieve_of: SieveOf, held_to: HeldTo
) -> None:
    """A look-alike letter is named in the rows that leave, and nothing of a text that shows all."""
    sieve = sieve_of(a=["T-1", "\u0422-1", "x"])
    contract = {"dtype": "string", "pattern": "T-[0-9]", "on_violation": "quarantine"}
    held_to(sieve, {"a": contract})
    (entry,) = sieve.aside

    assert list(entry.notes) == ["'\u0422-1' with CYRILLIC CAPITAL LETTER TE", ""]
