"""Frames for notebooks: days of a shop."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seawall.contracts import Finding

__all__ = ["by_column", "shop"]


def shop(rows: int = 2_000, seed: int = 1, **changed: object) -> pd.DataFrame:
    """A day's sales: an amount, a fee with nulls, a town, a card, a time; some columns changed."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sale": np.arange(rows) + seed * 1_000_000,
            "amount": random.lognormal(3, 0.5, rows),
            "fee": np.where(random.random(rows) < 0.1, np.nan, random.normal(2, 0.5, rows)),
            "town": random.choice(["Bonn", "Oslo", "Rome"], rows, p=[0.5, 0.3, 0.2]),
            "card": random.random(rows) < 0.6,
            "at": pd.Timestamp("2024-03-01")
            + pd.to_timedelta(random.integers(0, 86_400, rows), "s"),
        }
    )
    return frame.assign(**changed)


def by_column(findings: list[Finding]) -> dict[str | None, Finding]:
    """The first finding of each column."""
    return {finding.column: finding for finding in reversed(findings)}
