"""A distribution in one line."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from seawall.cli.reference.chart import chart, drawable
from seawall.profiles import ColumnProfile, measure, shapes_of


def column_of(values: object) -> ColumnProfile:
    """The profile of a column with its own grid."""
    frame = pd.DataFrame({"x": values})
    return measure(frame, shapes_of(frame)).columns["x"]


def test_few_values_have_a_bar_each() -> None:
    """The tallest is full, the others in proportion, the rarest is seen."""
    assert chart(column_of([1.0] * 80 + [2.0] * 40 + [9.0]), width=24) == "█▄▁"


def test_many_values_have_intervals_of_one_length() -> None:
    """A gap in the values is a gap in the bars."""
    bars = chart(column_of([*range(20), *range(60, 80)] * 5), width=8)

    assert bars == "██    ██"


def test_words_by_frequency() -> None:
    """The most frequent word comes first."""
    words = pd.Categorical(["web"] * 2 + ["post"] * 8 + ["fax"] * 4)

    assert chart(column_of(words), width=24) == "█▄▂"


@pytest.mark.parametrize("values", [[np.nan], [], [np.inf]])
def test_no_values(values: list[float]) -> None:
    """A column without a finite value has no bar."""
    assert chart(column_of(np.asarray(values, dtype=float)), width=24) == ""


def test_plain_bars_are_ascii() -> None:
    """For terminals that cannot show blocks."""
    assert chart(column_of([1.0] * 80 + [2.0] * 40 + [9.0]), width=24, plain=True) == "%=."


@pytest.mark.parametrize(
    ("encoding", "can"), [("utf-8", True), ("ascii", False), ("cp1252", False)]
)
def test_what_a_stream_can_show(encoding: str, *, can: bool) -> None:
    """Blocks are drawn only where the stream's encoding has them."""
    assert drawable(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is can
