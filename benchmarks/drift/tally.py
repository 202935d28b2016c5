"""Counted cases: how many there were, and in how many something was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from benchmarks.drift.faults import FAULTS, Place
from benchmarks.drift.judges import Verdicts

__all__ = ["Case", "Struck", "counted", "interval", "strikes"]


@dataclass(frozen=True, slots=True)
class Struck:
    """Where cases come from: a table, the setting (rows, or warm-up), and the batch's name."""

    table: str
    setting: str
    batch: str

    def clean(self, flagged: Mapping[str, set[str]]) -> list[Case]:
        """A case a rule of the batch as it is."""
        return [
            Case(self, rule, "", "", bool(found), bool(found), " ".join(sorted(found)))
            for rule, found in flagged.items()
        ]

    def broken(
        self, fault: str, column: str, flagged: Mapping[str, set[str]], changed: Iterable[str]
    ) -> list[Case]:
        """A case a rule of the batch with these columns changed."""
        names = set(changed)
        return [
            Case(self, rule, fault, column, bool(found & names), bool(found), "")
            for rule, found in flagged.items()
        ]


@dataclass(frozen=True, slots=True)
class Case:
    """One rule's answer to one batch: `column` is the one that was broken, "" of a clean batch.

    `found` is a finding that names a changed column (of a clean batch: any finding), `anybody` any
    finding at all; `flagged` lists the columns that were.
    """

    of: Struck
    rule: str
    fault: str
    column: str
    found: bool
    anybody: bool
    flagged: str


def strikes(struck: Struck, verdicts: Verdicts, places: Sequence[Place]) -> list[Case]:
    """Every fault at every place of a batch that the judges know."""
    cases: list[Case] = []
    for place in places:
        for fault in FAULTS:
            changed = fault.strike(place)
            if changed:
                flagged = verdicts.changed(changed)
                cases += struck.broken(fault.name, place.column, flagged, changed)
    return cases


def counted(cases: Iterable[Case], by: Sequence[str]) -> pd.DataFrame:
    """One row a group: `cases`, `found` and `anybody` as numbers of cases."""
    frame = pd.DataFrame([_flat(case) for case in cases])
    groups = frame.groupby(list(by), sort=False)
    return groups.agg(
        cases=("found", "size"), found=("found", "sum"), anybody=("anybody", "sum")
    ).reset_index()


def _flat(case: Case) -> dict[str, object]:
    fields = asdict(case)
    return {**fields.pop("of"), **fields}


def interval(found: int, cases: int) -> tuple[float, float]:
    """The 95 % interval of a share after Clopper and Pearson (1934): exact, never too narrow."""
    from scipy.special import betaincinv

    low = 0.0 if found == 0 else float(betaincinv(found, cases - found + 1, 0.025))
    high = 1.0 if found == cases else float(betaincinv(found + 1, cases - found, 0.975))
    return low, high
