"""Chunks added up in their order, whatever order they come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from seawall.contracts import Account, Example, Finding, StoredFile
from seawall.errors import DataError, StoppedError
from seawall.gate import Totals, over_budget, over_degraded
from seawall.outcome import ChunkReport
from seawall.part import published_columns
from seawall.plan import Plan
from seawall.profiles import Profile
from seawall.quarantine import MOST
from seawall.running.alike import Alike
from seawall.running.joined import Joined
from seawall.shown import listed
from seawall.sinks.files.encode import canonical_schema
from seawall.staging import Workspace

if TYPE_CHECKING:
    from seawall.sinks.files.sink import Claim

__all__ = ["Fold"]


@dataclass(slots=True)
class Fold:
    """The sum of the chunks so far, and the joined file that is written as they come in.

    `kept` has the files of each chunk: its part, and its rows in quarantine.
    """

    plan: Plan
    workspace: Workspace
    claim: Claim
    account: Account = field(default_factory=Account)
    filtered: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    warned: dict[str, int] = field(default_factory=dict)
    nulls: dict[str, int] = field(default_factory=dict)
    live_profile: Profile = field(default_factory=lambda: Profile(0, {}))
    degraded: dict[str, int] = field(default_factory=dict)
    degraded_rows: int = 0
    degraded_profile: Profile = field(default_factory=lambda: Profile(0, {}))
    conversions: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    newest: datetime | None = None
    examples: list[Example] = field(default_factory=list)
    types: Alike = field(default_factory=Alike)
    kept: dict[str, tuple[StoredFile, StoredFile | None]] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
    _waiting: dict[str, ChunkReport] = field(default_factory=dict)
    _next: int = 0
    _earlier: pa.Schema | None = None
    _joined: Joined = field(init=False)

    def __post_init__(self) -> None:
        """The joined file is begun when its first part comes."""
        plan = self.plan
        columns = published_columns(plan)
        self._joined = Joined(self.workspace, self.claim, plan.primary.key, columns)

    def add(self, report: ChunkReport) -> None:
        """The report is added when all chunks before it are.

        Raises DataError as soon as the budget for quarantined rows cannot hold any more, StoppedError
        when that for degraded rows cannot, or DataError when a key stands in two chunks.
        """
        self._waiting[report.chunk] = report
        while not self.complete and self._name() in self._waiting:
            self._append(self._waiting.pop(self._name()))
            self._next += 1

    @property
    def complete(self) -> bool:
        """Whether every chunk was added."""
        return self._next == len(self.plan.chunks)

    @property
    def totals(self) -> Totals:
        """What the gate judges."""
        return Totals(
            account=self.account,
            filtered=self.filtered,
            quarantined=self.quarantined,
            warned=self.warned,
            nulls=self.nulls,
            profile=self.profile,
            live_profile=self.live_profile if self.degraded_rows else None,
            degraded=self.degraded,
            degraded_rows=self.degraded_rows,
            conversions=self.conversions,
            foreign=self.foreign,
            unseen=self.unseen,
            newest=self.newest,
        )

    @property
    def profile(self) -> Profile:
        """What all rows so far are like."""
        return self.live_profile + self.degraded_profile

    def tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """These columns of every part that has rows, in the batch's order."""
        return self._joined.tables(columns)

    def schema(self, columns: Sequence[str]) -> pa.Schema:
        """The names and types of these columns; of none where no part has rows."""
        first = next(self.tables(columns), None)
        return pa.schema([]) if first is None else first.schema

    def joined(self) -> StoredFile:
        """The joined file, complete and durable; DataError when a key stood twice in the batch."""
        return self._joined.close()

    def abandon(self) -> None:
        """Nothing is left of the joined file; parts and receipts stay."""
        self._joined.abandon()

    def _name(self) -> str:
        return self.plan.chunks[self._next].name

    def _append(self, report: ChunkReport) -> None:
        self._hold_types(report)
        self.account += report.account
        for total, counts in (
            (self.filtered, report.filtered),
            (self.quarantined, report.quarantined),
            (self.warned, report.warned),
            (self.nulls, report.nulls),
            (self.degraded, report.degraded),
            (self.conversions, report.conversions),
            (self.foreign, report.foreign),
            (self.unseen, report.unseen),
        ):
            _count(total, counts)
        self.live_profile += report.live_profile
        self._show(report.examples)
        times = [time for time in (self.newest, report.newest) if time is not None]
        self.newest = max(times, default=None)
        self.degraded_rows += report.degraded_rows
        if report.degraded_profile is not None:
            self.degraded_profile += report.degraded_profile
        self._stop_early()
        self.kept[report.chunk] = report.part, report.quarantine
        self._joined.add(report.part, last=self._next + 1 == len(self.plan.chunks))

    def _hold_types(self, report: ChunkReport) -> None:
        """Columns have one type in all chunks; in those that a replay adds, published ones as before."""
        if not self.plan.chunks[self._next].spans:  # a chunk of the version that rows are added to
            self.types.add_earlier(report.made)
            self._earlier = self._earlier or self._schema_of(report.part)
            return
        self.types.add(report.chunk, report.made)
        now = self._schema_of(report.part)
        if self._earlier and now and now != self._earlier:
            raise _other_types(self._earlier, now)

    def _schema_of(self, part: StoredFile) -> pa.Schema | None:
        """The published columns of a part; None of one without rows, whose types say nothing."""
        if not part.rows:
            return None
        with pa.OSFile(str(self.workspace.path(part))) as file:
            schema = pa.ipc.open_file(file).schema
        return canonical_schema(pa.schema(map(schema.field, published_columns(self.plan))))

    def _show(self, examples: Iterable[Example]) -> None:
        """Of each reason the first few are kept."""
        for example in examples:
            if sum(one.reason == example.reason for one in self.examples) < MOST:
                self.examples.append(example)

    def _stop_early(self) -> None:
        """The rows that may still come belong to the job at best."""
        at_best = self.plan.rows - self.account.filtered
        finding = over_budget(self.plan.config, self.account.quarantined, rows=at_best)
        if finding is not None:
            raise DataError(
                finding.message,
                "limits.quarantined_rows",
                f"{finding.seen} ({_listed(self.quarantined)})",
                finding.allowed,
                "mend the source; or, if these rows may be left out, declare a larger budget",
            )
        # A complete result is the gate's: it can be held, and released.
        if self._next + 1 < len(self.plan.chunks):
            self._stop_degraded(at_best)

    def _stop_degraded(self, at_best: int) -> None:
        finding = over_degraded(self.plan.config, self.degraded_rows, rows=at_best)
        if finding is not None:
            raise StoppedError(
                finding.message,
                "limits.degraded_rows",
                f"{finding.seen} ({_listed(self.degraded)})",
                finding.allowed,
                "mend the upstream or the model, or wait for it; nothing was published",
            )


def _other_types(before: pa.Schema, now: pa.Schema) -> DataError:
    differ = [field.name for field in now if field.type != before.field(field.name).type]
    return DataError(
        f"published columns have other types than the version has: {listed(differ)}",
        "replay",
        listed(f"{name} {now.field(name).type}" for name in differ),
        listed(f"{name} {before.field(name).type}" for name in differ),
        "run the batch again: all of its rows are computed anew",
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _count(total: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        total[name] = total.get(name, 0) + count
