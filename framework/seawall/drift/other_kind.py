"""Values that are not of their column's kind: texts among numbers, lists among texts, numbers for times."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.contracts import Scalar
from seawall.drift.settings import Settings, Terms
from seawall.drift.values import Outcome, Status
from seawall.drift.words import percent
from seawall.profiles import ColumnProfile, Profile
from seawall.profiles.shape import Kind

__all__ = ["OTHER_KIND", "noun", "other_kinds", "other_share"]

OTHER_KIND = "other kind"
_NOUNS: dict[Kind, str] = {"timestamp": "times", "text": "texts"}


def other_kinds(reference: Profile, batch: Profile, settings: Settings) -> Iterator[Outcome]:
    """What is to be said of columns with values that no distance is about, because they cannot be counted.

    A failure where their share exceeds the reference's by more than the floor of new values, or where
    they are all that is left; a warning where it only rose, for it may be a single one; and
    uncalibrated where the reference has as many.
    """
    for name, column in batch.columns.items():
        known = reference.columns.get(name)
        if column.uncounted and known is not None and known.shape == column.shape:
            yield _outcome(name, known, column, settings.of(name))


def _outcome(name: str, reference: ColumnProfile, batch: ColumnProfile, terms: Terms) -> Outcome:
    before, now = other_share(reference), other_share(batch)
    due, limit = noun(batch.shape.kind), terms.floors.new[1]
    figures: dict[str, Scalar] = {"statistic": now, "before": before, "limit": limit}
    seen = f"{batch.uncounted:,} of {batch.rows:,} values are no {due}, and are not compared"
    allowed = f"{due}, but for {percent(before)} of other values"
    return Outcome(name, _status(reference, batch, terms), OTHER_KIND, seen, allowed, figures)


def _status(reference: ColumnProfile, batch: ColumnProfile, terms: Terms) -> Status:
    before, now = other_share(reference), other_share(batch)
    gone = reference.counted > 0 and not batch.counted
    if gone or now - before > terms.floors.new[1]:
        return terms.most
    return "warn" if now - before > (terms.floors.new[0] if before else 0) else "uncalibrated"


def noun(kind: Kind) -> str:
    """What the values of such a column are."""
    return _NOUNS.get(kind, "numbers")


def other_share(column: ColumnProfile) -> float:
    """The share of the rows whose value is not of the column's kind; 0.0 of no rows."""
    return column.uncounted / column.rows if column.rows else 0.0
