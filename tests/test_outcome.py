"""A report survives its receipt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from seawall.contracts import Account, Example, StoredFile
from seawall.outcome import ChunkReport, StageSeen, from_receipt, to_receipt
from seawall.profiles import Profile, Shape, measure

SHAPES = {"x": Shape("ordered", (0.0, 1.0)), "c": Shape("categorical", vocabulary=("a:1", "é"))}
COUNTS = st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3)


def described(frame: pd.DataFrame) -> Profile:
    """The frame's profile."""
    return measure(frame, {name: SHAPES[name] for name in frame.columns})


def stored(each: ChunkReport) -> ChunkReport:
    """The report, written as JSON and read again."""
    return from_receipt(json.loads(json.dumps(to_receipt(each))), SHAPES)


def report(frame: pd.DataFrame, counts: dict[str, int], **changes: Any) -> ChunkReport:
    """A report about this frame."""
    values: dict[str, Any] = {
        "chunk": "000001",
        "key": "k" * 64,
        "account": Account(9, 5, 3, 1),
        "filtered": counts,
        "quarantined": counts,
        "warned": counts,
        "nulls": counts,
        "part": StoredFile("parts/000001.x", "0" * 64, 10, 5),
        "quarantine": None,
        "live_profile": described(frame),
        "stages": (StageSeen("ingest", 9, 9, 0.25, {"a": 1, "b": 1.0, "c": None, "d": "1", "e": True}),),
        "seconds": 0.5,
    }  # fmt: skip
    return ChunkReport(**{**values, **changes})


@given(
    numbers=st.lists(st.floats(width=64), max_size=20),
    texts=st.lists(st.sampled_from(["a:1", "b 2", "é", ""]), max_size=20),
    counts=COUNTS,
)
def test_round_trip(numbers: list[float], texts: list[str], counts: dict[str, int]) -> None:
    """A report that was written as JSON and read again is the same report, types and all."""
    frame = pd.DataFrame({"x": pd.Series(numbers, dtype="float64")})
    whole = report(frame, counts)
    named = report(
        pd.DataFrame({"c": pd.Series(texts, dtype="category")}),
        counts,
        newest=datetime(2024, 3, 1, 12, tzinfo=UTC),
        examples=(Example("validate", "x: null", "x", "7", "nan", "a.parquet, row 7"),),
    )
    for each in (whole, named):
        found = stored(each)
        assert found == each
        assert [type(value) for value in found.stages[0].seen.values()] == [
            int,
            float,
            type(None),
            str,
            bool,
        ]


def test_quarantine_is_kept() -> None:
    """The place of the refused rows comes back."""
    kept = StoredFile("quarantine/000001.x", "1" * 64, 3, 2)
    each = report(pd.DataFrame({"x": [1.0]}), {}, quarantine=kept)

    assert stored(each).quarantine == kept


@pytest.mark.parametrize("change", [{"account": 5}, {"chunk": None}, {"part": {"path": "x"}}])
def test_foreign_receipts(change: dict[str, Any]) -> None:
    """A document that is no receipt is refused."""
    document = {**to_receipt(report(pd.DataFrame({"x": [1.0]}), {})), **change}
    with pytest.raises(ValidationError):
        from_receipt(document, SHAPES)


def test_receipts_leave_the_report_alone() -> None:
    """Making a receipt changes nothing in the report."""
    each = report(pd.DataFrame({"x": [1.0]}), {})
    before = dict(each.profile.columns["x"].above)
    to_receipt(each)

    assert each.profile.columns["x"].above == before


def test_degraded_rows_are_kept() -> None:
    """What a chunk says of its degraded rows, their own profile too, comes back from the receipt."""
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    apart = described(frame.head(1))
    marks = {"degraded": {"w=constants": 1}, "degraded_rows": 1, "degraded_profile": apart}
    each = report(frame, {}, **marks)

    assert stored(each) == each


def test_a_receipt_of_other_shapes_is_none_of_ours() -> None:
    """Counts cannot be read by a grid of another length."""
    document = to_receipt(report(pd.DataFrame({"x": [1.0]}), {}))
    with pytest.raises(ValueError, match="x"):
        from_receipt(document, {**SHAPES, "x": Shape("ordered", (1.0,))})
