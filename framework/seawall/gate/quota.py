"""How many rows of a batch may be in quarantine."""

from __future__ import annotations

import math

from seawall.config.judging import Quota
from seawall.gate.words import exact, percent

__all__ = ["most_rows"]


def most_rows(quota: Quota | None, rows: int) -> tuple[int, str]:
    """The most rows that may be set aside where so many may stay, and the quota's own words for it."""
    declared = quota or Quota(rows=0)
    bounds = []
    if declared.share is not None:
        share = math.floor(exact(declared.share) * rows)
        bounds.append((share, f"{percent(declared.share)} of the rows"))
    if declared.rows is not None:
        bounds.append((declared.rows, f"{declared.rows:,} rows"))
    return min(bounds)
