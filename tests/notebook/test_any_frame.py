"""Whatever stands in a column, comparing it is a finding or an error with a clear text."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import seawall
from tests.notebook.frames import by_column

NUMBERS = st.one_of(
    st.floats(), st.integers(-(2**70), 2**70), st.decimals(), st.fractions(), st.complex_numbers()
)
TIMES = st.one_of(st.datetimes(), st.dates(), st.timedeltas(), st.times(), st.just(pd.NaT))
OBJECTS = st.one_of(
    st.text(max_size=4),
    st.binary(max_size=3),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=1), st.integers(), max_size=1),
    st.uuids(),
    st.booleans(),
    st.sampled_from([None, pd.NA]),
)
ANY = st.one_of(NUMBERS, TIMES, OBJECTS)
DTYPES = (
    "object",
    "category",
    "Float64",
    "Int64",
    "boolean",
    "string",
    "float32",
    "uint64",
    "datetime64[s]",
    "timedelta64[ns]",
    "double[pyarrow]",
    "timestamp[us][pyarrow]",
    "duration[ms][pyarrow]",
    "decimal128(20, 3)[pyarrow]",
    "binary[pyarrow]",
)


@st.composite
def columns(draw: Any) -> pd.Series[Any]:
    """Values of one sort or of several, in a dtype that takes them, some of them many times."""
    sort = draw(st.sampled_from([NUMBERS, TIMES, OBJECTS, ANY, st.floats(), st.integers(0, 9)]))
    values = pd.Series(draw(st.lists(sort, max_size=12)), dtype="object")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            typed = values.astype(draw(st.sampled_from(DTYPES)))
        except Exception:  # noqa: BLE001 - not every dtype takes every value
            typed = values
    return pd.concat([typed] * draw(st.sampled_from([1, 1, 40])), ignore_index=True)


def frame(column: pd.Series[Any]) -> pd.DataFrame:
    """The column beside one that is always sound."""
    return pd.DataFrame({"odd": column}).assign(calm=range(len(column)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(columns(), columns(), st.lists(columns(), max_size=2), st.sampled_from([0, 5]))
def test_any_columns_are_compared(
    reference: pd.Series[Any], batch: pd.Series[Any], before: list[pd.Series[Any]], times: int
) -> None:
    """Both columns have a finding whose numbers are JSON, with any history; nothing else is raised."""
    history = [frame(column) for column in before] * times
    found = by_column(seawall.compare(frame(reference), frame(batch), history=history))

    assert {"odd", "calm"} <= found.keys()
    assert all(json.dumps(dict(one.figures), allow_nan=False) for one in found.values())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(columns(), columns())
def test_any_columns_are_described(first: pd.Series[Any], second: pd.Series[Any]) -> None:
    """Every row is a null, a NaN, an infinity, counted, or of another kind; and profiles add up."""
    profile = seawall.profile(frame(first))
    both = profile.merge(seawall.profile(frame(second), like=profile))
    column = both.columns["odd"]

    assert both.rows == column.rows == len(first) + len(second)
    assert column.uncounted >= 0
    assert len(str(both).splitlines()) == 4
