"""What the cases show to be weak in a pipeline, each cause once, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from seawall.config.drilling import kind_of_part
from seawall.config.load import LoadedConfig
from seawall.contracts import Finding
from seawall.drills.remedies import remedy, without_fallback
from seawall.drills.remedy import Remedy, at
from seawall.drills.upstreams import IN_TIME
from seawall.drills.values import SAME_BYTES, Case, Ended
from seawall.errors import Exit
from seawall.gate.past import LEAST_BATCHES, NOT_YET, ROW_CHANGE
from seawall.shown import line

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KINDS", "Kind", "Weakness", "harm", "is_silent", "is_warned", "warnings", "weaknesses"]

Kind = Literal["silently wrong", "ended with 0", "not resumed", "hung", "wrong exit", "no fallback"]
KINDS: Mapping[Kind, str] = {
    "silently wrong": "published with other predictions, and nothing says so",
    "ended with 0": "the run ended with 0 and published nothing: whoever started it takes it for done",
    "not resumed": "the next run does not come to the healthy run's bytes",
    "hung": "nothing bounds it: the drill had to end the run",
    "wrong exit": "the exit code blames the wrong one",
    "no fallback": "the run failed where a fallback could have served the rows",
}
"""Each kind in words, the worst first; the last is no fault, only something to know."""
_PUBLISHED = {"published", "degraded", "quarantined"}
_UPSTREAMS = {"primary", "lookup"}


@dataclass(frozen=True, slots=True)
class Weakness:
    """Cases with one cause, and the line of the pipeline file that would have prevented them.

    `rows` are those that the worst of the cases changed or lost without a word; `stands` says that
    the key is in the file and lets the faults pass. A bug of seawall's own has no key.
    """

    kind: Kind
    cases: tuple[Case, ...]
    what: str
    key: str
    where: str
    stands: bool
    todo: str
    rows: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Kind
    ended: Ended
    remedy: Remedy | None

    @property
    def cause(self) -> tuple[str, ...]:
        """What the cases share that are told together."""
        by_upstream = self.kind != "hung" or self.ended.case.fault in IN_TIME
        if self.remedy is None:
            return self.kind, self.ended.message
        return self.kind, self.remedy.key, self.remedy.where, str(by_upstream)


def weaknesses(
    loaded: LoadedConfig, healthy: Ended, ended: Iterable[Ended], tables: Mapping[str, pa.Table]
) -> tuple[Weakness, ...]:
    """One for each cause, the worst first; `tables` are the recorded ones by part."""
    groups: dict[tuple[str, ...], list[_Found]] = {}
    for end in ended:
        kind = _kind(loaded, healthy, end)
        if kind is None:
            continue
        found = _Found(kind, end, _remedy(loaded, kind, end, tables))
        groups.setdefault(found.cause, []).append(found)
    order = list(KINDS)
    together = [_together(loaded, group) for group in groups.values()]
    return tuple(sorted(together, key=lambda weak: (order.index(weak.kind), -weak.rows)))


def harm(ended: Ended) -> str:
    """`2 rows published with other predictions (by 0.25 on average) and 1 row not published`."""
    told = []
    if ended.changed_rows:
        change = f" (by {ended.mean_change:.3g} on average)" if ended.mean_change else ""
        told.append(f"{_rows(ended.changed_rows)} published with other predictions{change}")
    if ended.missing_rows:
        told.append(f"{_rows(ended.missing_rows)} not published")
    if ended.other_rows:
        told.append(f"{_rows(ended.other_rows)} published under other keys")
    return " and ".join(told)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count != 1 else ''}"


def is_silent(healthy: Ended, ended: Ended) -> bool:
    """Whether rows were published changed, or are others or fewer, and no mark and no new finding says so."""
    return _is_changed(ended) and not warnings(healthy, ended)


def is_warned(healthy: Ended, ended: Ended) -> bool:
    """Whether rows were published so, and a new finding says so."""
    return _is_changed(ended) and bool(warnings(healthy, ended))


def _is_changed(ended: Ended) -> bool:
    changed = ended.changed_rows + ended.missing_rows + ended.other_rows
    return ended.outcome in _PUBLISHED and changed > 0


def warnings(healthy: Ended, ended: Ended) -> tuple[Finding, ...]:
    """What warned of the case and not of the healthy run."""
    known = {_about(finding) for finding in healthy.findings if finding.severity != "ok"}
    loud = (finding for finding in ended.findings if finding.severity in {"warn", "fail"})
    return tuple(finding for finding in loud if _about(finding) not in known)


def _about(finding: Finding) -> tuple[str, str | None]:
    return finding.check, finding.column


def _kind(loaded: LoadedConfig, healthy: Ended, ended: Ended) -> Kind | None:
    if ended.outcome == "hung":
        return "hung"
    if ended.exit == Exit.OK and ended.outcome not in _PUBLISHED:
        return "ended with 0"
    if ended.rerun and not ended.rerun.endswith(SAME_BYTES):
        return "not resumed"
    if is_silent(healthy, ended):
        return "silently wrong"
    upstream = kind_of_part(ended.case.part) in _UPSTREAMS
    if ended.exit == Exit.INTERNAL or (upstream and ended.exit == Exit.SOFTWARE):
        return "wrong exit"
    return _unserved(loaded, ended)


def _unserved(loaded: LoadedConfig, ended: Ended) -> Kind | None:
    """Whether the run failed of a lookup in whose place nothing is declared."""
    kind, _, name = ended.case.part.partition("=")
    failed = ended.outcome == "failed" and ended.message.startswith(f"lookup {name}")
    if kind != "lookup" or not failed or loaded.config.ingest.lookups[name].fallback:
        return None
    return "no fallback"


def _remedy(
    loaded: LoadedConfig, kind: Kind, ended: Ended, tables: Mapping[str, pa.Table]
) -> Remedy | None:
    if ended.exit == Exit.INTERNAL or kind == "not resumed":
        return None
    if kind == "ended with 0":
        todo = "executor: processes: once a version is published, stages see rows in workers alone, whose end is noticed"
        return at(loaded, ("execution", "executor"), todo)
    if kind == "no fallback":
        return without_fallback(loaded, ended.case)
    found = remedy(loaded, kind, ended.case, tables)
    return _in_time(found) if any(map(_is_too_early, ended.findings)) else found


def _is_too_early(finding: Finding) -> bool:
    """Whether too few batches were published to compare the number of rows with."""
    return finding.check == ROW_CHANGE and finding.allowed == NOT_YET


def _in_time(found: Remedy) -> Remedy:
    """The number of rows is compared with that of other batches: the key lets nothing pass so far."""
    if found.path != ("validate", "rows", "change") or not found.stands:
        return found
    todo = f"it stands there, and judges from {LEAST_BATCHES} other published batches on"
    return replace(found, stands=False, todo=todo)


def _together(loaded: LoadedConfig, group: list[_Found]) -> Weakness:
    first, ends = group[0], [found.ended for found in group]
    worst = max(ends, key=_wrong_rows)
    cases = tuple(end.case for end in ends)
    if first.remedy is None:
        return _without_key(first, cases)
    found = first.remedy
    entries = [other.remedy.entry for other in group if other.remedy and other.remedy.entry]
    todo = found.todo.replace("…", ", ".join(entries)) if entries else found.todo
    what = _told(loaded, first.kind, worst)
    rows = _wrong_rows(worst)
    return Weakness(first.kind, cases, what, found.key, found.where, found.stands, todo, rows)


def _wrong_rows(ended: Ended) -> int:
    return ended.changed_rows + max(ended.missing_rows, ended.other_rows)


def _without_key(found: _Found, cases: tuple[Case, ...]) -> Weakness:
    """What no line of the file would have prevented."""
    todo = "a bug of seawall, not of yours: report it with this message"
    seen = found.ended.message
    if found.kind == "not resumed":
        todo = "let stages and model give the same values each time; if they do, report it"
        seen = found.ended.rerun
    what = f"{KINDS[found.kind]}: {line(seen)}"
    return Weakness(found.kind, cases, what, "", "", stands=False, todo=todo)


def _told(loaded: LoadedConfig, kind: Kind, worst: Ended) -> str:
    """What the worst of the cases did, in one line."""
    if kind == "hung" and worst.case.fault not in IN_TIME:
        return _endless(loaded)
    if kind != "silently wrong":
        return KINDS[kind]
    return f"{harm(worst)}, and nothing says so"


def _endless(loaded: LoadedConfig) -> str:
    """The pipeline's own code did not come to an end; a drill waits less long than a run may take."""
    deadline = loaded.config.limits.run_deadline
    if deadline is None:
        return "a stage, a rule or the model never ended, and nothing bounds it"
    seconds = f"{deadline.total_seconds():,.0f} s"
    return f"a stage, a rule or the model did not end; limits.run_deadline would end it after {seconds}"
