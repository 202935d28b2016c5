"""The rule that most people know: a p-value a column. It alarms often, and says so."""

from __future__ import annotations

import math

from seawall.contracts import Scalar
from seawall.drift.counts import counted
from seawall.drift.effects import effect
from seawall.drift.p_values import p_values
from seawall.drift.settings import Settings
from seawall.drift.uncounted import uncounted
from seawall.drift.values import Outcome, Status
from seawall.drift.words import p_and_limit, values
from seawall.profiles import ColumnProfile, Profile

__all__ = ["KS_P_VALUE", "ks_outcomes"]

KS_P_VALUE = "ks-p-value"


def ks_outcomes(reference: Profile, batch: Profile, settings: Settings) -> list[Outcome]:
    """Whether each column's p is below the setting: Kolmogorov–Smirnov, or chi² of words.

    Of so many columns without any drift a share of `p_value` fails, about, and at ten million rows a
    shift of 0.01 standard deviations fails. Nulls, too, make a failure only where no value is left.
    """
    return [
        uncounted(name, reference.columns.get(name), column, KS_P_VALUE)
        or _outcome(name, reference.columns[name], column, settings.p_value)
        for name, column in batch.columns.items()
    ]


def _outcome(name: str, reference: ColumnProfile, batch: ColumnProfile, least: float) -> Outcome:
    p, counts = p_values(reference, batch)["distance"], counted(reference, batch)
    figures: dict[str, Scalar] = {"rule": KS_P_VALUE, "limit": least}
    allowed = f"p of {least:g} or more; {least:.3g} of the columns without drift have less"
    if math.isnan(p):
        status: Status = "fail" if counts.rows or counts.reference_rows else "ok"
        seen = f"{values(counts.rows)} against {values(counts.reference_rows)}"
        return Outcome(name, status, "distance", seen, allowed, figures)
    distance = effect(reference, batch).distance
    figures |= {"statistic": distance, "p": p}
    seen = f"D = {distance:.3g}, {p_and_limit(p, least)[0]}"
    return Outcome(name, "fail" if p < least else "ok", "distance", seen, allowed, figures)
