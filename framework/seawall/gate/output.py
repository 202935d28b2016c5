"""What was promised about the predictions of the whole batch."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.models import PipelineConfig
from seawall.config.outputs import Distribution
from seawall.contracts import Finding
from seawall.gate.counts import count_findings
from seawall.gate.missing import STUCK_ROWS, left_out, missing_findings
from seawall.gate.values import History, MeanChange, Totals
from seawall.gate.words import failed, within
from seawall.profiles import ColumnProfile
from seawall.shown import shown

__all__ = ["output_findings"]

_PERCENT = 100.0


def output_findings(config: PipelineConfig, totals: Totals, history: History) -> Iterator[Finding]:
    """Everything that was promised about the outputs, held against what was predicted."""
    for name, wanted in config.check_output.distribution.items():
        yield from _moment_findings(name, wanted, totals.profile.columns.get(name))
        yield from count_findings(name, wanted, totals)
        yield from _change_findings(name, wanted, history.mean_changes.get(name))
    for name in config.predict.output_columns:
        promised = config.check_output.distribution.get(name)
        if promised is None or promised.min_distinct is None:
            yield from _stuck_findings(config, name, totals.profile.columns.get(name))
    yield from missing_findings(config, totals.profile)


def _moment_findings(
    name: str, wanted: Distribution, column: ColumnProfile | None
) -> Iterator[Finding]:
    """Mean, standard deviation and quantiles in their intervals."""
    promised = [("mean", "mean", wanted.mean), ("std", "std", wanted.std)]
    promised += [("quantile", quantile, ends) for quantile, ends in wanted.quantiles.items()]
    for check, figure, interval in promised:
        if interval is None:
            continue
        seen = None if column is None else _figure(column, figure)
        if seen is None:
            allowed = f"{interval[0]:g} to {interval[1]:g}"
            yield failed(check, _why_not(column), allowed, column=name)
        else:
            about, without = f"the {figure} of {name}", left_out(column)
            yield within(check, about, seen, interval, without=without, column=name)


def _why_not(column: ColumnProfile | None) -> str:
    """Why there is no figure: texts have none, and nulls and infinities are in none."""
    if column is None or not column.rows:
        return "no predictions"
    if column.shape.kind != "ordered" or column.uncounted:
        return "predictions that are no numbers; of labels, promise their shares: labels"
    return f"too few finite predictions{left_out(column)}"


def _figure(column: ColumnProfile, figure: str) -> float | None:
    if column.shape.kind != "ordered":
        return None
    if figure == "mean":
        return column.mean if column.finite else None
    if figure == "std":
        return column.std
    share = float(figure[1:]) / _PERCENT
    if share in {0.0, 1.0}:
        return column.max if share else column.min
    found = column.quantiles([share])
    return found[0] if found else None


def _stuck_findings(
    config: PipelineConfig, name: str, column: ColumnProfile | None
) -> Iterator[Finding]:
    """A score that is the same in a hundred rows or more, and any number with a fraction.

    A label, or a count, may well be the same in every row; where it may not, `min_distinct` says so.
    """
    if column is None or column.shape.kind != "ordered":
        return
    if column.finite < STUCK_ROWS or column.min != column.max:
        return
    value = column.min or 0.0
    if config.predict.method in {"predict_proba", "decision_function"} or not value.is_integer():
        seen = f"{shown(value)} in all {column.finite:,} rows{left_out(column)}"
        allowed = "different values; or declare check_output.distribution min_distinct: 1"
        yield failed("stuck", seen, allowed, column=name)


def _change_findings(
    name: str, wanted: Distribution, change: MeanChange | None
) -> Iterator[Finding]:
    """The mean over shared keys against that of the version before."""
    if wanted.max_mean_change is None or change is None:
        return
    allowed = f"a change of at most {wanted.max_mean_change:g}"
    if change.problem:
        yield failed("mean change", change.problem, allowed, column=name)
    elif not change.keys:
        seen = f"no key shared with {change.version}" if change.version else "no version before"
        message = f"the mean of {name} has nothing to be compared with: {seen}"
        yield Finding("mean change", "ok", name, seen, allowed, message)
    else:
        yield _moved(name, wanted.max_mean_change, change, allowed)


def _moved(name: str, most: float, change: MeanChange, allowed: str) -> Finding:
    moved = abs(change.now - change.before)
    sample = f", one in {change.sampled}" if change.sampled > 1 else ""
    seen = f"{change.before:.6g} → {change.now:.6g} over {change.keys:,} shared keys{sample}"
    message = f"the mean of {name} moved from {seen}, against {change.version}; allowed: {allowed}"
    severity = "ok" if moved <= most else "fail"  # NaN fails
    return Finding("mean change", severity, name, seen, allowed, message)  # type: ignore[arg-type]
