"""What findings say: each text by an example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.contracts import Finding
from seawall.drift.cold import cold_outcomes
from seawall.drift.explained import findings, with_fallbacks
from seawall.drift.settings import Settings
from seawall.drift.values import Outcome
from seawall.drift.words import p_and_limit
from seawall.profiles import measure
from tests.drift.batches import baseline_of

STEPS = np.arange(10_000) % 100.0
WORDS = ["a"] * 5_000 + ["b"] * 4_000 + ["c"] * 1_000
TIMES = pd.Timestamp("2013-01-01") + pd.to_timedelta(np.arange(10_000) * 60, unit="s")


def told(
    reference: Sequence[Any] | Any, batch: Sequence[Any] | Any, live: Sequence[Any] | None = None
) -> Finding:
    """The finding of a column x, judged without history; `live` are the batch's live values."""
    baseline, shapes = baseline_of({"x": reference})
    now = measure(pd.DataFrame({"x": batch}), shapes)
    rest = None if live is None else measure(pd.DataFrame({"x": live}), shapes)
    outcomes = cold_outcomes(baseline.reference, now, Settings())
    return findings(outcomes, baseline, now, rest)[0]


def outcome(column: str, status: Any, test: str = "distance") -> Outcome:
    """An outcome that says little."""
    return Outcome(
        column, status, test, f"seen {test}", f"allowed {test}", {"rule": "with history"}
    )


@pytest.mark.parametrize(
    ("reference", "batch", "part"),
    [
        (STEPS, STEPS[:1_000] + 50, "x moved: median 49 → 99; mean 49.5 → 99.5"),
        (STEPS, STEPS[:1_000] ** 2 / 99, "median 49 → 25; mean 49.5 → 33.2; std"),
        (STEPS, STEPS[:1_000] * (1 + (STEPS[:1_000] > 80)), "median 49 → 49, most p95: 94 → 188"),
        (STEPS, STEPS[:1_000] * 1_000, "beyond 0 to 99: 0% → 99%, from 0 to 99,000"),
        (STEPS, [*STEPS[:970], *[-999] * 30], "from -999 to 99; -999 in 0% → 3% of the values ("),
        (STEPS, [*STEPS[:970], *[7.5] * 30], "between 7 and 8; 7.5 in 0% → 3% of the values ("),
        (STEPS, STEPS[:1_000] + 0.5, "99% are values that the reference does not have"),
        (STEPS, STEPS[:1_000] / 2 + 24.75, "std 28.9 → 14.4"),
        (STEPS, [*STEPS[:500], *[np.nan] * 500], "x: null share 0% → 50%, p < 1e-12, allowed a"),
        (STEPS, [*STEPS[:500], *[np.inf] * 500], "x: infinities 0% → 50%, p < 1e-12, allowed a"),
        (STEPS, [*STEPS[:900], *[7.0] * 600], "7 in 1% → 40.6% of the values"),
        (STEPS, [*STEPS[:900], *[7.0] * 100, *[1e9] * 90], "1,000,000,000 in 0% → 8.26% of the"),
        (STEPS, [*STEPS[:900], *[7.0] * 100, *[1e9] * 90], "7 in 1% → 10% of the"),
        (STEPS, [7.0] * 500, "every value is 7, before 1% were"),
        (WORDS, ["a"] * 200 + ["b"] * 800, "grew: 'b' 40% → 80%; shrank: 'a' 50% → 20%, 'c' 10% → 0%"),
        (WORDS, WORDS[::10] + ["XX"] * 50, "new: 'XX' 4.76% (unlisted 0% → 4.76%, p < 1e-12, allowed"),
        (WORDS, WORDS[::10] + ["X", "Y"] * 30, "new: 'X' 2.83%, 'Y' 2.83%, values that are not"),
        (WORDS, ["b"] * 500, "every value is 'b', before 40% were"),
        (TIMES, TIMES + pd.Timedelta("9D"), "median 2013-01-04 11:18:59+00:00 → 2013-01-13 11:"),
    ],
)  # fmt: skip
def test_a_message_says_what_moved(reference: Any, batch: Any, part: str) -> None:
    """From what to what, in the units of the column."""
    assert part in told(reference, batch).message


def test_a_message_says_how_far_and_by_which_rule() -> None:
    """The statistic with its limit, the values on both sides, the reference and the rule."""
    message = told(STEPS, STEPS[:1_000] + 50).message

    assert "(D = 0.5, p < 1e-12, allowed below 0.05, or p above" in message
    assert message.endswith(
        "). 1,000 values against 10,000 of references/x.json, judged without history"
    )


def test_lengths_of_texts_are_called_lengths() -> None:
    """A text column is told from its lengths, and nobody reads them as values."""
    texts = [f"{n}{'-' * (n % 50)}" for n in range(3_000)]

    assert "x moved: length: median" in told(texts, [text * 3 for text in texts]).message


def test_an_ok_column_says_so_shortly() -> None:
    """Its distance first."""
    finding = told(STEPS, STEPS[:1_000])

    assert finding.severity == "ok"
    assert finding.message == ("x is like references/x.json: D = 0, p = 1, judged without history")


def test_too_few_values_are_no_ok() -> None:
    """The message says how many would do."""
    finding = told(STEPS, STEPS[:100])

    assert finding.severity == "insufficient"
    assert finding.message == (
        "x has too few values to tell: 100 values against 10,000; it takes at least 188 values"
    )


def test_a_column_of_another_shape_is_not_judged() -> None:
    """The message says how each side is counted."""
    baseline, _ = baseline_of({"x": STEPS})
    _, shapes = baseline_of({"x": WORDS})
    batch = measure(pd.DataFrame({"x": WORDS}), shapes)
    finding = findings(cold_outcomes(baseline.reference, batch, Settings()), baseline, batch)[0]

    assert finding.severity == "uncalibrated"
    assert (
        "x is not judged: counted as categorical, 3 words, and in the reference" in finding.message
    )


@pytest.mark.parametrize(
    ("live", "part"),
    [
        (STEPS[:400] + 3, "D = 0.606 overall, 0.03 on live rows: the shift is the fallback's"),
        (STEPS[:400] + 60, "on live rows: the shift is not the fallback's"),
        (STEPS[:400] + 30, "on live rows: the fallback is a part of the shift"),
        ([], "Every row was served by the fallback: no live row is left to compare"),
    ],
)
def test_degraded_rows_may_explain_a_shift(live: Any, part: str) -> None:
    """The same comparison with the live rows alone tells whose the shift is."""
    assert part in told(STEPS, [*live, *[99.0] * 600], live).message


def test_few_live_rows_tell_nothing() -> None:
    """Two live values that differ by chance are no evidence against the fallback."""
    live = STEPS[60:62]

    assert "2 values are too few to tell whether the shift is the fallback's" in (
        told(STEPS, [*live, *[80.0] * 600], live).message
    )


def test_a_null_share_is_told_of_live_rows_too() -> None:
    """The test that leads is the one that is repeated."""
    finding = told(STEPS, [*STEPS[:400], *[None] * 400], STEPS[:400])

    assert "Null share moved by 50% overall, 0% on live rows: the shift is" in finding.message


def test_the_fallback_is_named_where_it_is_known() -> None:
    """Only in what is said of the fallback, and not in a value that is called the same."""
    words = ["the fallback"] * 5_000 + ["b"] * 5_000
    finding = told(words, ["the fallback"] * 900 + ["b"] * 100, words[4_950:5_050])
    message = with_fallbacks([finding], {"x": "the constants of lookup weather"})[0].message

    assert "grew: 'the fallback' 50% → 90%" in message
    assert message.endswith("the shift is the constants of lookup weather's")


def test_without_degraded_rows_nothing_is_said_of_them() -> None:
    """Live rows that are all rows are no news."""
    batch = STEPS[:500] + 50

    assert "live" not in told(STEPS, batch, batch).message


def test_figures_are_numbers_for_programs() -> None:
    """Both sides of what people read, and the distance on live rows."""
    figures = told(STEPS, [*STEPS[:400], *[99.0] * 600], STEPS[:400]).figures

    assert {"test", "rule", "p", "limit", "psi", "jensen_shannon", "wasserstein"} <= set(figures)
    assert (figures["rows"], figures["reference_rows"], figures["live_rows"]) == (
        1_000,
        10_000,
        400,
    )
    assert (figures["median_before"], figures["median"]) == (49, 99)
    assert (figures["distance"], figures["live_distance"]) == (pytest.approx(0.594), 0)


def test_figures_are_json() -> None:
    """A figure that is not finite is None: JSON has no other word for it."""
    assert told(STEPS, [np.nan] * 500).figures["wasserstein"] is None


def test_predictions_are_told_first_then_the_worst() -> None:
    """An ok prediction stands before a column that fails; the number of rows is a column of its own."""
    baseline, shapes = baseline_of({"a": STEPS, "b": STEPS, "p": STEPS})
    batch = measure(pd.DataFrame({"a": STEPS, "b": STEPS, "p": STEPS}), shapes)
    given = [
        outcome("a", "warn"),
        outcome("", "ok", "rows"),
        outcome("b", "fail"),
        outcome("p", "ok"),
    ]
    told = findings(given, baseline, batch, outputs=("p",))

    assert [(one.check, one.column) for one in told] == [
        ("drift of predictions", "p"),
        ("drift", "b"),
        ("drift", "a"),
        ("drift of rows", None),
    ]


def test_the_number_of_rows_is_told_by_its_outcome() -> None:
    """There is no profile of it to add to that."""
    baseline, shapes = baseline_of({"x": STEPS})
    batch = measure(pd.DataFrame({"x": STEPS}), shapes)
    message = findings([outcome("", "fail", "rows")], baseline, batch)[0].message

    assert message == (
        "the number of rows: seen rows, allowed allowed rows. "
        "Compared with references/x.json, judged with history"
    )


def test_the_worst_test_leads_and_the_others_are_told_with_it() -> None:
    """A column has one finding, of its worst test, with what every test that found something saw."""
    baseline, shapes = baseline_of({"x": STEPS})
    batch = measure(pd.DataFrame({"x": [*STEPS[:500] + 5, *[np.nan] * 100]}), shapes)
    given = [
        outcome("x", "warn", "location"),
        outcome("x", "ok"),
        outcome("x", "fail", "null share"),
    ]
    (finding,) = findings(given, baseline, batch)

    assert (finding.severity, finding.seen) == ("fail", "seen null share")
    assert finding.message.startswith("x moved: mean 49.5 → 54.5 (seen null share, allowed allowed")


def test_texts_from_data_are_printable() -> None:
    """A word with the escape sequence of a terminal, or of any length, does no harm."""
    message = told(WORDS, WORDS[::10] + ["\x1b[31m" + "z" * 500] * 100).message

    assert "\x1b" not in message
    assert len(message) < 500


def test_a_reference_of_another_name_is_named() -> None:
    """The finding says what the batch is compared with."""
    baseline, shapes = baseline_of({"x": STEPS}, "the last 10 accepted batches")
    batch = measure(pd.DataFrame({"x": STEPS}), shapes)
    outcomes = cold_outcomes(baseline.reference, batch, Settings())

    assert "the last 10 accepted batches" in findings(outcomes, baseline, batch)[0].message


@pytest.mark.parametrize(
    ("p", "limit", "said"),
    [
        (0.0001862, 0.0001938, ("p = 0.000186", "0.000194")),
        (0.00019, 0.00019, ("p = 0.00019", "0.00019")),
        (0.003, 0.005, ("p = 0.003", "0.005")),
        (0.0, 0.005, ("p < 1e-12", "0.005")),
    ],
)
def test_a_p_and_its_limit_are_told_apart(p: float, limit: float, said: tuple[str, str]) -> None:
    """`p = 0.00019`, allowed `p above 0.00019`, would be a contradiction."""
    assert p_and_limit(p, limit) == said
