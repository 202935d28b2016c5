"""What was promised about the predictions of the whole batch."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.models import PipelineConfig
from seawall.contracts import Finding
from seawall.gate.values import History, Totals
from seawall.gate.words import failed

__all__ = ["output_findings"]


def output_findings(config: PipelineConfig, totals: Totals, history: History) -> Iterator[Finding]:
    """Everything that was promised about the outputs, held against what was predicted."""
    del history
    for name, wanted in config.check_output.distribution.items():
        column = totals.profile.columns.get(name)
        if wanted.mean is None:
            continue
        low, high = wanted.mean
        allowed = f"{low:g} to {high:g}"
        if column is None or not column.finite:
            yield failed("mean", "no finite prediction", allowed, column=name)
            continue
        within = low <= column.mean <= high
        seen = f"{column.mean:.6g}"
        message = f"the mean of {name} is {seen}, allowed {allowed}"
        yield Finding("mean", "ok" if within else "fail", name, seen, allowed, message)
