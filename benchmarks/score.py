"""Measures the framework against its peers on the reference pipeline: python -m benchmarks.score.

The same flights, lookups, features and model for all; the predictions are compared. Each case is a
process of its own, run in turn with the others, its whole process tree counted. Needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil

from benchmarks.scoring.agree import difference, predictions
from benchmarks.scoring.cases import CASES, environment
from benchmarks.scoring.dataset import build
from benchmarks.scoring.measure import Cost, measure
from benchmarks.scoring.table import Row, as_json, as_markdown, row

_RESULTS = Path(__file__).resolve().parent / "results"
HELP = "help"


def score(project: Path, rows: int, names: list[str], repeat: int) -> Iterator[Row]:
    """A row a case. Repeats alternate, so that a busy minute of the machine hits all cases."""
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    found: dict[str, pd.Series] = {}
    for turn in range(repeat):
        for name in names:
            case = CASES[name]
            cost = measure(case.command(project), folder=project, env=environment())
            costs[name].append(cost)
            if turn == 0 and not cost.exit_code:
                found[name] = predictions(case.output(project))
            print(
                f"  {name}: wall {cost.wall_s:.2f} s, CPU {cost.cpu_s:.2f} s, {cost.peak_mb:.0f} MB"
            )
    yardstick = next((found[name] for name in ("loop", *names) if name in found), pd.Series())
    for name in names:
        apart = difference(found[name], yardstick) if name in found else None
        yield row(name, rows, costs[name], apart)


def score_help(folder: Path, repeat: int) -> Row:
    """What it costs to be told the commands."""
    command = [sys.executable, "-m", "seawall", "--help"]
    costs = [measure(command, folder=folder, env=environment()) for _ in range(repeat)]
    return row(HELP, 0, costs, None)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score", description=__doc__)
    parser.add_argument(
        "--sizes", default="0.001,0.34,3.4,10", help="million flights (%(default)s)"
    )
    parser.add_argument("--cases", default=",".join([*CASES, HELP]), help="of: %(default)s")
    parser.add_argument("--repeat", type=int, default=3, help="runs a case (%(default)s)")
    parser.add_argument("--work", type=Path, help="folder for the data; kept (default: a new one)")
    parser.add_argument("--out", type=Path, default=_RESULTS, help="folder for the results")
    chosen = parser.parse_args()
    unknown = set(chosen.cases.split(",")) - {*CASES, HELP}
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return chosen


def measured(chosen: argparse.Namespace, work: Path) -> Iterator[Row]:
    """Every row that was asked for."""
    names = chosen.cases.split(",")
    if HELP in names:
        work.mkdir(parents=True, exist_ok=True)
        yield score_help(work, chosen.repeat)
    for millions in map(float, chosen.sizes.split(",")):
        project, rows = build(work, millions)
        print(f"{rows:,} rows")
        yield from score(project, rows, [name for name in names if name != HELP], chosen.repeat)


def write(folder: Path, rows: list[Row], load: float) -> None:
    """score.json and score.md hold the rows."""
    machine = {"cores": os.cpu_count(), "memory_gb": round(psutil.virtual_memory().total / 1e9, 1)}
    folder.mkdir(parents=True, exist_ok=True)
    document = as_json(rows, {**machine, "load_before": round(load, 2)})
    (folder / "score.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "score.md").write_text(as_markdown(rows))


def main() -> int:
    """0 when every case ran and all predictions agree, else 1."""
    chosen, load = arguments(), os.getloadavg()[0]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no case is left running
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="score-") as scratch:
        for entry in measured(chosen, (chosen.work or Path(scratch)).resolve()):
            rows.append(entry)
            write(chosen.out, rows, load)  # after each, so that a long measurement may be cut short
    print(as_markdown(rows))
    failures = [
        f"{entry.case}, {entry.rows:,} rows: {entry.failure}" for entry in rows if entry.failure
    ]
    apart = [
        f"{entry.case}, {entry.rows:,} rows: differs by {entry.difference:g}"
        for entry in rows
        if entry.difference
    ]
    print("\n".join([*failures, *apart]), file=sys.stderr)
    return 1 if failures or apart else 0


if __name__ == "__main__":
    sys.exit(main())
