"""What a person wants to know when a run has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from seawall.cli.folded import folded
from seawall.cli.rehearsals import sentence
from seawall.cli.ways_out import release_command
from seawall.errors import Exit
from seawall.observe.words import degraded_words
from seawall.shown import listed

if TYPE_CHECKING:
    from seawall.contracts import Finding
    from seawall.running import RunResult

__all__ = ["summary"]


def summary(result: RunResult) -> Iterator[str]:
    """How it ended, where the rows went, what was found, where the predictions stand, what next."""
    there = result.exit == Exit.OK and result.state.endswith(("published", "released"))
    version = f" as version {result.version}" if there else ""
    yield f"{result.pipeline} {result.batch}: {result.state}{version} in {result.seconds:.1f} s"
    yield from _rows(result)
    if result.reused_chunks:
        yield _line(
            "chunks", f"{result.chunks}, {result.reused_chunks} of them from an earlier run"
        )
    for seen in result.rehearsals:
        yield _line("rehearsed", sentence(seen))
    for severity, words in folded(result.findings):
        yield _line(severity, words)
    yield from _undecided(result.findings)
    if result.version:
        live = "predictions" if result.exit == Exit.OK else "still live"
        yield _line(live, f"{result.path} (version {result.version})")
    if result.behind:
        yield _line("not shown", "readers do not see it yet; the next command that looks redoes it")
    yield _line("summary", f"seawall explain {result.run_id}")
    if result.state == "held":
        yield _line("as it is", release_command(result.run_id))


def _rows(result: RunResult) -> Iterator[str]:
    account = result.account
    if account.read:
        lost = f"read {account.read:,}, none of them published"
        yield _line("rows", str(account) if result.error is None else lost)
    if result.replayed is not None and result.error is None:
        went = result.replayed
        again = f"{went.read:,} rows of the quarantine: {went.published:,} published, "
        again += f"{went.quarantined:,} in quarantine again, {went.filtered:,} filtered"
        yield _line("replayed", again)
    if result.reasons and result.error is None:
        yield _line("quarantined", _counted(result.reasons))
    if result.degraded_rows:
        whole = account.published
        yield _line("degraded", degraded_words(result.degraded_rows, whole, result.degradations))


def _undecided(findings: Iterable[Finding]) -> Iterator[str]:
    """What could not be judged, in one line a reason: what it was is for the explanation."""
    count = Counter(finding.severity for finding in findings)
    if count["insufficient"]:
        yield _line("insufficient", f"{_having(count['insufficient'])} too few rows to tell")
    if count["uncalibrated"]:
        yield _line("uncalibrated", f"{_having(count['uncalibrated'])} nothing to compare with yet")


def _having(comparisons: int) -> str:
    return "1 comparison has" if comparisons == 1 else f"{comparisons:,} comparisons have"


def _counted(reasons: Mapping[str, int]) -> str:
    """The reasons for which the most rows left, the most first."""
    most_first = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return listed(f"{rows:,} for {reason}" for reason, rows in most_first)


def _line(name: str, text: str) -> str:
    return f"  {name:<12} {text}"
