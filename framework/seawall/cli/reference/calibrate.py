"""`seawall reference calibrate`: how often the settings would have raised an alarm, and will."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.foreign import foreign_output
from seawall.cli.project import enter
from seawall.cli.reference.progress import Progress
from seawall.cli.terminal import say, say_json, say_table
from seawall.cli.words import number

if TYPE_CHECKING:
    from seawall.config.drift import Drift
    from seawall.config.load import LoadedConfig
    from seawall.drift.calibrate import Calibration, Visible

__all__ = ["calibrate"]

_HEADERS = ("column", "alarms", "seen from: distance", "mean, in sd", "nulls", "new values")
_NEXT = 60


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--batch",
    "batches",
    multiple=True,
    metavar="KEY|A..B",
    help="Try these batches, scored for it; default: the accepted runs.",
)
@click.option("--skip-failed", is_flag=True, help="Leave out batches that fail.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def calibrate(
    *,
    config: Path,
    batches: tuple[str, ...],
    skip_failed: bool,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say how often drift's settings would have raised an alarm, and from which difference on they do.

    Each batch is judged by those before it, as it would have been on its day. Nothing is published.
    """
    from seawall.config.load import load, project_root

    enter(project_root(config))
    loaded = load(config, sets=sets, env=os.environ)
    with foreign_output():
        found = _calibrated(loaded, batches, skip_failed=skip_failed)
    alarms = 1 / 30 if loaded.config.drift is None else loaded.config.drift.alarms
    if as_json:
        say_json(_document(found, alarms))
        return
    _say(found, alarms)
    sharing = _sharing(loaded.config.drift)
    if sharing:
        say(f"{sharing} share these alarms with the batch as a whole, and are not replayed here")


def _calibrated(
    loaded: LoadedConfig, batches: tuple[str, ...], *, skip_failed: bool
) -> Calibration:
    from seawall.building.calibrating import calibrated_by_batches, calibrated_by_runs

    with Progress(sys.stderr) as progress:
        if batches:
            from seawall.cli.reference.orders import orders_of

            orders = orders_of(loaded, batches)
            return calibrated_by_batches(orders, skip_failed=skip_failed, told=progress)
        from seawall.running.execute import sink_of

        return calibrated_by_runs(loaded, sink_of(loaded.config, loaded.root), told=progress)


def _say(found: Calibration, alarms: float) -> None:
    columns = sorted(found.visible, key=lambda name: -found.by_column.get(name, 0))
    say_table(_HEADERS, [_row(name, found) for name in columns])
    low, high = found.interval
    say(
        f"{number(len(found.alarmed))} of {number(found.judged)} batches would have raised an alarm: "
        f"{found.rate:.1%}, so between {low:.1%} and {high:.1%} of all; asked for: {alarms:.1%}"
    )
    for one in found.alarmed:
        for outcome in one.outcomes:
            what = f"{outcome.column or 'the batch'}: {outcome.seen} ({outcome.allowed})"
            say(f"  {one.batch} {outcome.status}, {what}")
    first, last = found.expected(_NEXT)
    say(f"of the next {_NEXT} runs, expect {first} to {last} to raise an alarm (95 %)")


def _sharing(drift: Drift | None) -> str:
    """Who else may raise the alarms that are asked for: `the anchor and the segments by origin`."""
    if drift is None:
        return ""
    segments = [f"the segments by {name}" for name in drift.segments]
    anchor = ["the anchor"] if getattr(drift.reference, "anchor", None) else []
    return " and ".join([*anchor, *segments])


def _row(name: str, found: Calibration) -> list[str]:
    visible: Visible = found.visible[name]
    shift = "" if visible.shift is None else number(visible.shift)
    return [
        *(name, number(found.by_column.get(name, 0)), number(visible.distance), shift),
        *(f"{visible.nulls:.1%}", f"{visible.unlisted:.1%}"),
    ]


def _document(found: Calibration, alarms: float) -> dict[str, Any]:
    from seawall.ledger.plain import plain

    low, high = found.expected(_NEXT)
    return {
        "batches": found.batches,
        "judged": found.judged,
        "alarms": len(found.alarmed),
        "rate": found.rate,
        "interval": list(found.interval),
        "asked_for": alarms,
        "left_out": found.left_out,
        "expected": {"runs": _NEXT, "low": low, "high": high},
        "by_column": dict(found.by_column),
        "alarmed": plain(found.alarmed),
        "visible": plain(dict(found.visible)),
    }
