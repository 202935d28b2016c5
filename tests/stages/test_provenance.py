"""What a chunk's rows say of the fallbacks that served them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import SoftwareError
from seawall.stages.featurize import featurize
from seawall.stages.provenance import Provenance
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound

LINKS = ("live", "replica", "null")
ROWS = st.lists(st.tuples(*[st.integers(0, 2)] * 3), max_size=30)


def codes(*values: int) -> Any:
    """Codes of links."""
    return np.array(values, dtype=np.int8)


def marked(rows: list[tuple[int, ...]]) -> Provenance:
    """Rows 100 and on, marked by two lookups, of the first of which one column stands for itself."""
    provenance = Provenance.clean(pd.RangeIndex(100, 100 + len(rows)))
    first, column, second = (codes(*(row[n] for row in rows)) for n in range(3))
    provenance = provenance.marked("w", LINKS, {"": first, "t": column})
    return provenance.marked("p", LINKS, {"": second})


def said(row: tuple[int, ...]) -> str | None:
    """What such a row says, spelled out."""
    names = zip(("w", "w.t", "p"), row, strict=True)
    return ";".join(f"{name}={LINKS[code]}" for name, code in names if code) or None


@given(rows=ROWS)
def test_each_row_says_who_served_it(rows: list[tuple[int, ...]]) -> None:
    """A row names each link that is not live, in the order of the file; a clean row is null."""
    assert marked(rows).column().to_pylist() == [said(row) for row in rows]


@given(rows=ROWS)
def test_the_counts_are_those_of_the_rows(rows: list[tuple[int, ...]]) -> None:
    """Each mark is counted as often as it is written, and a degraded row once."""
    marks = [mark for row in rows for mark in (said(row) or "").split(";") if mark]
    provenance = marked(rows)

    assert provenance.counts() == {mark: marks.count(mark) for mark in dict.fromkeys(marks)}
    assert provenance.degraded_rows == sum(any(row) for row in rows)


@given(rows=ROWS, data=st.data())
def test_rows_keep_their_marks_when_others_leave(
    rows: list[tuple[int, ...]], data: st.DataObject
) -> None:
    """Whatever rows stay, each says what it said before."""
    stay = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True)) if rows else []
    left = marked(rows).of(pd.Index([100 + place for place in stay], dtype="int64"))

    assert left.column().to_pylist() == [said(rows[place]) for place in stay]
    assert left.degraded_rows == sum(any(rows[place]) for place in stay)


def test_clean_rows_have_the_column_of_degraded_ones() -> None:
    """A clean chunk's column is null in every row, and of the type that degraded chunks have."""
    clean = Provenance.clean(pd.RangeIndex(3)).column()

    assert (clean.to_pylist(), clean.type) == ([None] * 3, marked([(1, 1, 1)]).column().type)
    assert clean.type == pa.dictionary(pa.int32(), pa.string())


def test_a_stage_may_not_say_what_is_degraded() -> None:
    """A stage that makes the column itself is refused, so that nobody can hide a fallback."""
    faked = Bound("steps:fake", lambda frame: frame.assign(_degraded="weather=live"))
    with pytest.raises(
        SoftwareError, match="a stage may not make the column '_degraded'"
    ) as caught:
        featurize(Sieve(pd.DataFrame({"k": [1]}), key="k"), [faked])

    assert caught.value.where == "steps:fake"


def test_an_input_may_have_been_published_by_seawall() -> None:
    """Rows that come with such a column, from another pipeline's file, go through the stages."""
    kept = Bound("steps:kept", lambda frame: frame)
    frame = pd.DataFrame({"k": [1], "_degraded": ["weather=null"]})

    sieve = Sieve(frame, key="k")
    featurize(sieve, [kept])

    assert sieve.frame.equals(frame)
