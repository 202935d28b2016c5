"""Words say nothing where the reference has none by name."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from seawall.contracts import Finding
from seawall.drift.judge import judge_drift
from seawall.drift.pasts import against
from seawall.drift.settings import Settings
from seawall.drift.values import Baseline, Past
from seawall.profiles import Kind, measure, shape_of
from tests.drift.days import history, table

FRACTIONS = np.random.default_rng(3).normal(size=3_000)
IDS = pd.Categorical([f"id{n}" for n in range(3_000)])
OTHER_IDS = pd.Categorical([f"zz{n}" for n in range(3_000)])
Rule = Literal["seawall", "ks-p-value"]


def found(
    reference: Any, batch: Any, kind: Kind, *, past: int = 0, rule: Rule = "seawall"
) -> Finding:
    """What is said of the column, with so many earlier batches like the reference."""
    values = pd.Series(reference)
    shapes = {"x": shape_of(values, kind)}
    before = measure(values.to_frame("x"), shapes)
    earlier = against(before, [(str(n), before, "") for n in range(past)])
    now = measure(pd.DataFrame({"x": batch}), shapes)
    told = judge_drift(now, Baseline("before", before, earlier), Settings(rule=rule))
    (finding,) = [one for one in told if one.column == "x"]
    return finding


@pytest.mark.parametrize(("past", "rule"), [(0, "seawall"), (9, "seawall"), (0, "ks-p-value")])
@pytest.mark.parametrize(
    ("reference", "batch", "kind"),
    [
        (IDS, OTHER_IDS, "categorical"),
        (FRACTIONS, FRACTIONS + 5, "categorical"),
        (FRACTIONS, FRACTIONS + 5, "boolean"),
        (["yes", "no"] * 500, ["yes"] * 900 + ["no"] * 100, "boolean"),
        (
            [*"ab"] * 3 + [f"id{n}" for n in range(3_000)],
            [*"ab"] * 3 + ["c"] * 2_000,
            "categorical",
        ),
    ],
)
def test_a_column_without_words_is_not_judged(
    reference: Any, batch: Any, kind: Kind, past: int, rule: Rule
) -> None:
    """It is uncalibrated by every rule, and the finding says what to do."""
    finding = found(reference, batch, kind, past=past, rule=rule)

    assert (finding.severity, finding.column) == ("uncalibrated", "x")
    assert "say kind" in finding.allowed


def test_nulls_need_no_words() -> None:
    """A column that nobody can compare still fails when it is gone."""
    finding = found(IDS, [None] * 3_000, "categorical")

    assert (finding.severity, finding.figures["test"]) == ("fail", "null share")


def test_many_words_are_enough() -> None:
    """Of thousands of words that repeat, the listed ones are compared."""
    words = np.random.default_rng(1).zipf(1.3, 20_000) % 5_000

    assert found(words, words[:5_000], "categorical").severity == "ok"
    assert found(words, words[:5_000] + 1, "categorical").severity == "fail"


def test_empty_batches_are_no_history() -> None:
    """Of what is usual they say nothing, neither of a column nor of the number of rows."""
    past, reference, how = history(9)
    empty = tuple(Past(str(n), 0, past[0].effects) for n in range(12))
    told = judge_drift(measure(table(9), how), Baseline("before", reference, empty), Settings())

    assert {one.figures["rule"] for one in told} == {"without history"}


def test_a_reference_without_rows_is_none() -> None:
    """Nothing can be like it, and no number of rows in the batch would help."""
    finding = found(pd.Series([], dtype="float64"), [1.0] * 3_000, "ordered")

    assert finding.severity == "uncalibrated"
    assert "a reference without rows" in finding.message
