"""Measures drift rules on real tables: python -m benchmarks.drift [--quick] [--workers 2].

Writes its numbers to benchmarks/results/drift/ and the table for people to docs/drift_evidence.md;
--quick prints the latter instead, as its numbers are too few to be kept.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.drift.report import NAMES, report
from benchmarks.drift.run import FULL, PARTS, QUICK
from benchmarks.drift.tables import ROOT

_RESULTS = ROOT / "benchmarks/results/drift"
_DOCUMENT = ROOT / "docs/drift_evidence.md"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, nothing written")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument(
        "--parts", default=",".join(PARTS), help="of %(default)s; the others' results are kept"
    )
    parser.add_argument(
        "--batches",
        type=int,
        default=FULL.references * FULL.batches,
        help="clean batches a table and size (%(default)s)",
    )
    return parser.parse_args()


def main() -> None:
    """Measures, writes, and says how long it took. Without a part the document alone is written."""
    chosen, begun = arguments(), time.monotonic()
    found: dict[str, pd.DataFrame] = {}
    full = replace(FULL, references=max(1, chosen.batches // FULL.batches))
    size = QUICK if chosen.quick else full
    for part in filter(None, chosen.parts.split(",")):
        results = PARTS[part](size, chosen.workers)
        found.update(results)
        if not chosen.quick:
            _write(_RESULTS, results)
    if chosen.quick:
        print(report(found))
    elif missing := NAMES - _read(_RESULTS).keys():
        print(f"no document yet: {', '.join(sorted(missing))} not measured")
    else:
        _DOCUMENT.write_text(report(_read(_RESULTS)))
    print(f"{time.monotonic() - begun:.0f} s")


def _write(folder: Path, results: dict[str, pd.DataFrame]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in results.items():
        frame.to_csv(folder / f"{name}.csv", index=False)


def _read(folder: Path) -> dict[str, pd.DataFrame]:
    """The results as they were written; an empty cell is a text."""
    return {
        path.stem: pd.read_csv(
            path, dtype={"setting": "str", "batch": "str"}, keep_default_na=False
        )
        for path in sorted(folder.glob("*.csv"))
    }


if __name__ == "__main__":
    main()
