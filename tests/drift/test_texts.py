"""Texts are compared by their lengths and by how many differ, and the findings say so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from seawall.contracts import Finding
from seawall.drift.judge import judge_drift
from seawall.drift.pasts import against
from seawall.drift.settings import Settings, Terms
from seawall.drift.values import Baseline
from seawall.profiles import measure, shape_of

CODES = [f"{n}" for n in range(100_000, 103_000)]
LETTERS = np.random.default_rng(2).integers(4, 12, 3_000)
NAMES = [f"{n:0{length}x}" for n, length in enumerate(LETTERS, 0x100)]


def found(
    reference: Sequence[str],
    batch: Sequence[str | None],
    *,
    past: int = 0,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    live: Sequence[str] | None = None,
) -> Finding:
    """What is said of texts, with so many earlier batches of a thousand of the reference's."""
    how = {"x": shape_of(pd.Series(reference), "text")}
    before, now = (measure(pd.DataFrame({"x": side}), how) for side in (reference, batch))
    day = measure(pd.DataFrame({"x": reference[:1_000]}), how)
    earlier = against(before, [(str(n), day, "") for n in range(past)])
    rows = None if live is None else measure(pd.DataFrame({"x": live}), how)
    told = judge_drift(now, Baseline("before", before, earlier), settings, live=rows)
    return next(one for one in told if one.column == "x")


@pytest.mark.parametrize("past", [0, 9])
def test_one_text_in_every_row_is_frozen(past: int) -> None:
    """Though it is as long as all before."""
    finding = found(CODES, ["123456"] * 1_000, past=past)

    assert (finding.severity, finding.figures["test"]) == ("fail", "frozen")
    assert "one text stands in every row, before there were 3,000" in finding.message


def test_a_column_that_may_only_warn_warns() -> None:
    """Its terms hold for frozen texts, too."""
    settings = Settings(terms=Terms(most="warn"))

    assert found(CODES, ["123456"] * 1_000, settings=settings).severity == "warn"


@pytest.mark.parametrize("past", [0, 9])
def test_far_fewer_texts_are_a_warning(past: int) -> None:
    """Fifty texts where a thousand are due."""
    finding = found(CODES, CODES[:50] * 20, past=past)

    assert (finding.severity, finding.figures["test"]) == ("warn", "different texts")
    assert "different texts 3,000 in 3,000 values → 50" in finding.message


@pytest.mark.parametrize(
    ("reference", "batch"),
    [
        (CODES, CODES[:200] * 5),
        (CODES, CODES[:1] * 9),
        (CODES[:20] * 50, CODES[:3] * 300),
        (CODES[:1] * 1_000, CODES[:1] * 1_000),
    ],
    ids=["a fifth", "nine rows", "few before", "one before"],
)
def test_what_may_be_chance_is_not_told(reference: list[str], batch: list[str]) -> None:
    """A tenth of the texts is due, and no more is promised of few rows or of few texts."""
    assert found(reference, batch).severity in {"ok", "insufficient"}


@pytest.mark.parametrize("past", [0, 9])
def test_one_length_is_not_one_value(past: int) -> None:
    """Different texts that are equally long are no frozen column, and it says that these are lengths."""
    finding = found(NAMES, CODES[:1_000], past=past)

    assert (finding.severity, finding.figures["test"]) == ("fail", "distance")
    assert "length: median" in finding.message
    assert "every length is 6, before 1" in finding.message
    assert "every value" not in finding.message


@pytest.mark.parametrize("past", [0, 9])
def test_an_ok_says_what_was_compared(past: int) -> None:
    """Nobody may think that the texts themselves were."""
    message = found(NAMES, NAMES[:1_000], past=past).message

    assert "only lengths are compared, and how many texts differ" in message


def test_live_rows_are_not_told_apart_by_texts() -> None:
    """What is known of them are lengths, which say nothing of whose the texts are."""
    finding = found(CODES, ["123456"] * 1_000, live=CODES[:500])

    assert "fallback" not in finding.message
    assert "live_change" not in finding.figures
