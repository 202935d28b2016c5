"""Rows that may be set aside, and the number that bounds how many."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.places import Places

__all__ = ["budget_faults"]


def budget_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Rows that may be set aside without a number that bounds how many."""
    quota = config.limits.quarantined_rows
    if quota is not None and (quota.share, quota.rows) != (None, None):
        return
    if quota is not None:
        path: KeyPath = ("limits", "quarantined_rows")
        yield Fault(
            places.key(path),
            dotted(path),
            "a budget without a number",
            allowed="share, rows or both",
        )
        return
    todo = "declare limits: {quarantined_rows: {share: 1%}}, or on_violation: fail"
    for path in _quarantining(config):
        what = "rows may be quarantined, and no budget says how many"
        if places.node(path) is None:
            what = "rows that break this rule are quarantined, and no budget says how many"
        yield Fault(places.value(path), dotted(path), what, todo=todo)


def _quarantining(config: PipelineConfig) -> Iterator[KeyPath]:
    """The paths of everything that sets rows aside."""
    primary, checks = config.ingest.primary, config.check_output
    for name in ("on_corrupt_fragment", "on_duplicate_key"):
        if getattr(primary, name) == "quarantine":
            yield ("ingest", "primary", name)
    for name, lookup in config.ingest.lookups.items():
        if lookup.on_missing_key == "quarantine":
            yield ("ingest", "lookups", name, "on_missing_key")
    judged: dict[KeyPath, str] = {
        **{
            ("validate", "rules", number): rule.on_violation
            for number, rule in enumerate(config.validate_.rules)
        },
        **{
            ("validate", "columns", name): column.on_violation
            for name, column in config.validate_.columns.items()
        },
        **{("check_output", "bounds", name): b.on_violation for name, b in checks.bounds.items()},
        **{("check_output", "rows", n): law.on_violation for n, law in enumerate(checks.rows)},
    }
    yield from ((*path, "on_violation") for path, what in judged.items() if what == "quarantine")
