"""The gate: everything that was promised about the whole batch, held against what was added up."""

from seawall.gate.degraded import over_degraded
from seawall.gate.drift import IN_A_ROW
from seawall.gate.input import over_budget
from seawall.gate.judge import concluded, judge
from seawall.gate.terms import narrowed
from seawall.gate.values import (
    Degradation,
    Drifted,
    History,
    MeanChange,
    OutputCounts,
    Reach,
    Totals,
    Verdict,
)

__all__ = [
    "IN_A_ROW",
    "Degradation",
    "Drifted",
    "History",
    "MeanChange",
    "OutputCounts",
    "Reach",
    "Totals",
    "Verdict",
    "concluded",
    "judge",
    "narrowed",
    "over_budget",
    "over_degraded",
]
