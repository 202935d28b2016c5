"""What the cases show to be weak in a pipeline, each cause once, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seawall.config.drilling import kind_of_part
from seawall.config.load import LoadedConfig
from seawall.contracts import Finding
from seawall.drills.remedies import Remedy, remedy, without_fallback
from seawall.drills.values import SAME_BYTES, Case, Ended
from seawall.errors import Exit

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KINDS", "Kind", "Weakness", "is_silent", "weaknesses"]

Kind = Literal["silently wrong", "not resumed", "hung", "wrong exit", "no fallback"]
KINDS: Mapping[Kind, str] = {
    "silently wrong": "published with other predictions, and nothing says so",
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


def weaknesses(
    loaded: LoadedConfig, healthy: Ended, ended: Iterable[Ended], tables: Mapping[str, pa.Table]
) -> tuple[Weakness, ...]:
    """One for each cause, the worst first; `tables` are the recorded ones by part."""
    groups: dict[tuple[Kind, str, str], list[_Found]] = {}
    for end in ended:
        kind = _kind(loaded, healthy, end)
        if kind is None:
            continue
        found = _Found(kind, end, _remedy(loaded, kind, end, tables))
        where = found.remedy.where if found.remedy else end.message
        groups.setdefault((kind, found.remedy.key if found.remedy else "", where), []).append(found)
    order = list(KINDS)
    together = [_together(group) for group in groups.values()]
    return tuple(sorted(together, key=lambda weak: (order.index(weak.kind), -weak.rows)))


def is_silent(healthy: Ended, ended: Ended) -> bool:
    """Whether rows were published changed, or were lost, and no mark and no new finding says so."""
    if ended.outcome not in _PUBLISHED or not ended.changed_rows + ended.missing_rows:
        return False
    known = {_about(finding) for finding in healthy.findings if finding.severity != "ok"}
    loud = (finding for finding in ended.findings if finding.severity in {"warn", "fail"})
    return all(_about(finding) in known for finding in loud)


def _about(finding: Finding) -> tuple[str, str | None]:
    return finding.check, finding.column


def _kind(loaded: LoadedConfig, healthy: Ended, ended: Ended) -> Kind | None:
    if ended.outcome == "hung":
        return "hung"
    if ended.rerun and not ended.rerun.endswith(SAME_BYTES):
        return "not resumed"
    if is_silent(healthy, ended):
        return "silently wrong"
    upstream = kind_of_part(ended.case.part) in _UPSTREAMS
    if ended.exit == Exit.INTERNAL or (upstream and ended.exit == Exit.SOFTWARE):
        return "wrong exit"
    kind, _, name = ended.case.part.partition("=")
    if (
        kind == "lookup"
        and ended.outcome == "failed"
        and ended.message.startswith(f"lookup {name}")
    ):
        return None if loaded.config.ingest.lookups[name].fallback else "no fallback"
    return None


def _remedy(
    loaded: LoadedConfig, kind: Kind, ended: Ended, tables: Mapping[str, pa.Table]
) -> Remedy | None:
    if ended.exit == Exit.INTERNAL or kind == "not resumed":
        return None
    if kind == "no fallback":
        return without_fallback(loaded, ended.case)
    return remedy(loaded, ended.case, tables)


def _together(group: list[_Found]) -> Weakness:
    first, ends = group[0], [found.ended for found in group]
    rows = max(end.changed_rows + end.missing_rows for end in ends)
    cases = tuple(end.case for end in ends)
    if first.remedy is None:
        return _without_key(first, cases)
    found = first.remedy
    entries = [other.remedy.entry for other in group if other.remedy and other.remedy.entry]
    todo = found.todo.replace("…", ", ".join(entries)) if entries else found.todo
    what = _told(first.kind, max(ends, key=lambda end: end.changed_rows + end.missing_rows))
    return Weakness(first.kind, cases, what, found.key, found.where, found.stands, todo, rows)


def _without_key(found: _Found, cases: tuple[Case, ...]) -> Weakness:
    """What no line of the file would have prevented."""
    todo = "a bug of seawall, not of yours: report it with this message"
    seen = found.ended.message
    if found.kind == "not resumed":
        todo = "let stages and model give the same values each time; if they do, report it"
        seen = found.ended.rerun
    what = f"{KINDS[found.kind]}: {seen}"
    return Weakness(found.kind, cases, what, "", "", stands=False, todo=todo)


def _told(kind: Kind, worst: Ended) -> str:
    """What the worst of the cases did, in one line."""
    if kind != "silently wrong":
        return KINDS[kind]
    told = []
    if worst.changed_rows:
        change = f"by {worst.mean_change:.3g} on average"
        told.append(f"{worst.changed_rows:,} rows published with other predictions ({change})")
    if worst.missing_rows:
        told.append(f"{worst.missing_rows:,} rows not published")
    return f"{' and '.join(told)}, and nothing says so"
