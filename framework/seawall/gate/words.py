"""How the gate says what it found."""

from __future__ import annotations

from fractions import Fraction

from seawall.contracts import Finding, Severity

__all__ = ["ABOUT_INPUT", "NAMES", "exact", "failed", "name_of", "percent", "several", "within"]

NAMES = {
    "row account": "the row account does not balance",
    "rows": "the number of rows is not as promised",
    "row change": "the number of rows is far from the usual one",
    "freshness": "the newest {column} is too old",
    "no time": "{column} has no time at all, so nobody knows how old the rows are",
    "future": "data from the future: {column} is later than as_of",
    "quarantined rows": "more rows are in quarantine than limits.quarantined_rows allows",
    "null share": "{column} has more nulls than promised",
    "new share": "{column} has more values outside one_of than promised",
    "unseen": "{column} has more values that the model was not fitted on than promised",
    "mean": "the mean of {column} is not as promised",
    "std": "the standard deviation of {column} is not as promised",
    "quantile": "a quantile of {column} is not as promised",
    "top share": "one value of {column} is more frequent than promised",
    "distinct values": "{column} has fewer distinct values than promised",
    "stuck": "{column} is stuck: every row has the same value",
    "no value": "{column} has no value: every prediction is null or infinite",
    "label share": "the share of a label of {column} is not as promised",
    "mean change": "the mean of {column} has moved further than promised",
    "degraded rows": "fallbacks serve more rows than limits.degraded_rows allows",
    "degraded lookups": "more lookups are degraded than limits.degraded_lookups allows",
    "degraded runs": "more runs in a row are degraded than limits.consecutive_degraded_runs allows",
    "lookup": "a person has to look at what a lookup answered",
    "drift": "{column} does not look as it did",
    "drift of predictions": "the predictions in {column} do not look as they did",
    "drift of rows": "the number of rows is not what it was",
    "raised": "a check raised, and counts as failed",
}
ABOUT_INPUT = frozenset(
    {
        "row account",
        "rows",
        "row change",
        "freshness",
        "no time",
        "future",
        "quarantined rows",
        "null share",
    }
)
"""The checks that find the input unusable; every other one that fails holds the result."""


def name_of(finding: Finding) -> str:
    """The finding's check as the first line of an error."""
    return NAMES[finding.check].format(column=finding.column)


def exact(share: float) -> Fraction:
    """The share as it was written: 29% of 100 rows are 29, and 0.29 × 100 is less."""
    return Fraction(share).limit_denominator(10**9)


def percent(share: float) -> str:
    """The share as people write it."""
    return f"{share * 100:.9g}%"


def several(count: int, noun: str, plural: str = "") -> str:
    """`1 run`, `2 runs`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def failed(check: str, seen: str, allowed: str, *, column: str | None = None) -> Finding:
    """The finding of a check that failed."""
    about = f"{check} of {column}" if column else check
    return Finding(check, "fail", column, seen, allowed, f"{about}: {seen}, allowed {allowed}")


def within(  # noqa: PLR0913 - what is said of a figure
    check: str,
    about: str,
    figure: float,
    interval: tuple[float, float],
    *,
    column: str,
    unit: str = "",
    without: str = "",
) -> Finding:
    """The finding of a figure that has to lie in an interval; NaN lies in none.

    `without` says which rows the figure is not about.
    """
    low, high = interval
    seen, allowed = f"{figure:.6g}{unit}{without}", f"{low:g}{unit} to {high:g}{unit}"
    message = f"{about} is {seen}, allowed {allowed}"
    severity: Severity = "ok" if low <= figure <= high else "fail"
    return Finding(check, severity, column, seen, allowed, message)
