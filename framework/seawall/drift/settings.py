"""What a person can bear, and from which size on a difference matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

__all__ = ["Floors", "Rule", "Settings", "Terms"]

Rule = Literal["seawall", "ks-p-value"]


@dataclass(frozen=True, slots=True)
class Floors:
    """From which effect on there may be a warning, and from which on a failure; shares are of 1.

    `distance` is KS D of an ordered column, total variation of a categorical one; `nulls`, `new`
    (unlisted categories, values out of range) and `top` (the most frequent value) are changes of a
    share. Raises ValueError where they fall, or lie outside 0 to 1.
    """

    distance: tuple[float, float] = (0.05, 0.20)
    nulls: tuple[float, float] = (0.02, 0.10)
    new: tuple[float, float] = (0.005, 0.05)
    top: tuple[float, float] = (0.05, 0.25)

    def __post_init__(self) -> None:
        for name in ("distance", "nulls", "new", "top"):
            warn, fail = getattr(self, name)
            if not 0 <= warn <= fail <= 1:
                raise ValueError(
                    f"the floors {name} = {(warn, fail)}, allowed: rising, from 0 to 1"
                )


@dataclass(frozen=True, slots=True)
class Terms:
    """How one column is judged: its floors, and the most that is said of it."""

    floors: Floors = Floors()
    most: Literal["fail", "warn"] = "fail"


@dataclass(frozen=True, slots=True)
class Settings:
    """How all columns are judged.

    `alarms` is the share of runs that may raise a false alarm, in any column. `outputs` are the
    predictions: they are judged, and told, first. `columns` has the terms of those that differ from
    `terms`. `alpha` and `q` are the levels without history: of a failure over all columns together,
    and of the false discoveries among warnings. `p_value` is for the rule ks-p-value alone. Raises
    ValueError for a share that is none.
    """

    alarms: float = 1 / 30
    outputs: tuple[str, ...] = ()
    terms: Terms = Terms()
    columns: Mapping[str, Terms] = field(default_factory=dict)
    rule: Rule = "seawall"
    p_value: float = 0.05
    alpha: float = 0.05
    q: float = 0.01

    def __post_init__(self) -> None:
        for name in ("alarms", "p_value", "alpha", "q"):
            share = getattr(self, name)
            if not 0 < share < 1:
                raise ValueError(f"{name} = {share!r}, allowed: a share between 0 and 1")
        if self.rule not in get_args(Rule):
            raise ValueError(f"the rule {self.rule!r}, allowed: {', '.join(get_args(Rule))}")

    def of(self, column: str) -> Terms:
        """The column's terms."""
        return self.columns.get(column, self.terms)
