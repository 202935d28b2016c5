"""How a rule is asked: it is given a reference, then what it wants to know of each column of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from benchmarks.drift.rivals import Rival
from benchmarks.drift.samples import Column, sampled

__all__ = ["Judge", "RivalJudge", "Verdicts", "judged", "samples"]


class Judge(Protocol):
    """A rule with its reference. What `known` says of a clean column is kept while others are broken."""

    def known(self, column: str, values: pd.Series, sample: Column) -> Any:
        """What the rule wants to know of one column of a batch."""
        ...

    def flagged(self, known: Mapping[str, Any]) -> set[str]:
        """The columns of the batch that it warns of, or worse; "" for the batch as a whole."""
        ...


@dataclass(frozen=True, slots=True)
class RivalJudge:
    """A rule that looks at each column by itself."""

    rival: Rival
    reference: Mapping[str, Column]

    def known(self, column: str, values: pd.Series, sample: Column) -> bool:
        """Whether the column is flagged."""
        del values
        return self.rival.flags(self.reference[column], sample, len(self.reference))

    def flagged(self, known: Mapping[str, bool]) -> set[str]:
        """Those that are."""
        return {column for column, flag in known.items() if flag}


def samples(frame: pd.DataFrame) -> dict[str, Column]:
    """Each column's values, counted."""
    return {str(name): sampled(values) for name, values in frame.items()}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What all judges know of a batch, so that a batch with one changed column costs one column."""

    judges: Mapping[str, Judge]
    known: Mapping[str, Mapping[str, Any]]

    def clean(self) -> dict[str, set[str]]:
        """The flagged columns of the batch as it is, by judge."""
        return {name: judge.flagged(self.known[name]) for name, judge in self.judges.items()}

    def changed(self, columns: Mapping[str, pd.Series]) -> dict[str, set[str]]:
        """The flagged columns of the batch with these in the place of its own, by judge."""
        seen = {name: sampled(values) for name, values in columns.items()}
        flagged = {}
        for name, judge in self.judges.items():
            anew = {c: judge.known(c, values, seen[c]) for c, values in columns.items()}
            flagged[name] = judge.flagged({**self.known[name], **anew})
        return flagged


def judged(frame: pd.DataFrame, judges: Iterable[tuple[str, Judge]]) -> Verdicts:
    """What these judges know of the batch."""
    named = dict(judges)
    columns = [(str(c), values, sampled(values)) for c, values in frame.items()]
    known = {
        name: {column: judge.known(column, values, sample) for column, values, sample in columns}
        for name, judge in named.items()
    }
    return Verdicts(named, known)
