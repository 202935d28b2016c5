"""The document that people read, written from the results."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from benchmarks.drift.asked import Results, asked
from benchmarks.drift.faults import FAULTS
from benchmarks.drift.simulated import MADE_UP
from benchmarks.drift.words import share, share_of, sums, table, with_interval

__all__ = ["report"]

_INTRODUCTION = """\
# Drift: the evidence

Written by `python -m benchmarks.drift`; every number below is in `benchmarks/results/drift/`. An alarm is a
warning or a failure. Shares are followed by their 95 % interval (Clopper and Pearson) where it matters.
"""
_RIVALS = """\
The rules beside ours: `ks-p-value` is Kolmogorov–Smirnov, of categories chi², with p < 0.05 in each column;
`ks-bonferroni` divides 0.05 by the number of columns; `psi` is a population stability index above 0.2;
`evidently` is the default of Evidently 0.7.23 (`benchmarks/drift/check_evidently.py` holds our writing of it
against the package: no answer in 1,855 columns of 120 reports differs). Of a column without values
Evidently raises an error; that is counted as found. `mean+3sd` is a column's distance to its rolling reference
above the mean + 3 standard deviations of up to 60 earlier ones, the same for its nulls.
"""
_SPLITS = """\
## Random splits: false alarms

The reference is a random half of the table (at most 50,000 rows), a batch a random part of the other half: nothing
has changed. Share of batches with an alarm in any column, 500 batches a table and size, all real tables together.
"""
_POWER = """\
## Random splits: what is found in 1,000 rows

A fault in one column of a clean batch, each column in turn (twenty at most), twenty batches a table, real tables.
Found: an alarm that names the column. Columns that the fault hardly changes (the sign of zeros) don't count.
"""
_TIME = """\
## Time order: alarms with nothing injected

Batches in the order in which they came, each against the ten before it, with up to sixty for a history; `fixed` is
the reference of the warm-up. Nothing is injected, but the world moves, and some days are truly odd.
"""
_DETECTION = """\
## Time order: what is found

A fault in one column of a batch, each column in turn (ten of the simulated ones), every eighth batch. Flights after 30 days of warm-up.
Found: an alarm that names the column; ours in brackets: any alarm.
"""
_COMMANDS = """\
## Again

    pip install -e '.[bench]'
    python -m benchmarks.drift              # all of it, written
    python -m benchmarks.drift --quick      # about a minute, printed
    python -m benchmarks.drift --parts=     # this document from the results
    python -m benchmarks.drift.check_evidently PYTHON   # our writing of Evidently's rule against itself

Seeds are fixed: the same versions give the same counts for any number of workers. Costs are of the machine.
"""


def report(results: Results) -> str:
    """The whole document, as Markdown."""
    parts = [
        _INTRODUCTION,
        "## What was asked for\n",
        _asked(results),
        _RIVALS,
        _SPLITS,
        _clean(results["clean"]),
        _clean_by_table(results["clean"]),
        _POWER,
        _by_rule(_real(results["power"])),
        _simulated_power(results["power"]),
        _TIME,
        _natural(results["natural"]),
        _where(results["days"]),
        _DETECTION,
        _by_rule(_flights(results["detection"])),
        _by_table(results["detection"]),
        _weak(results["columns"]),
        _COMMANDS,
    ]
    return "\n".join(parts)


def _asked(results: Results) -> str:
    rows = [(a.what, a.limit, a.measured, "yes" if a.held else "**no**") for a in asked(results)]
    return table(["number", "asked", "measured", "held"], rows)


def _real(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["table"].isin(MADE_UP)]


def _flights(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["table"] == "flights") & (frame["setting"] == "30")]


def _rules(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["rule"]))


def _clean(clean: pd.DataFrame) -> str:
    real, rules = _real(clean), _rules(clean)
    sizes = sorted({int(rows) for rows in real["setting"]})
    rows = []
    for size in sizes:
        part = real[real["setting"] == str(size)]
        cells = [with_interval(part[part["rule"] == rule]) for rule in rules]
        rows.append([f"{size:,}", str(part["table"].nunique()), *cells])
    return table(["rows", "tables", *rules], rows)


def _clean_by_table(clean: pd.DataFrame) -> str:
    ours = clean[clean["rule"] == "seawall"]
    sizes = sorted({int(rows) for rows in ours["setting"]})
    rows = []
    for name, part in ours.groupby("table", sort=False):
        by_size = [part[part["setting"] == str(size)] for size in sizes]
        rows.append([str(name), *(share(share_of(cell)) for cell in by_size)])
    heading = "Ours, table by table; the last two are simulated, with 20 independent and 50 dependent columns.\n\n"
    return heading + table(["table", *(f"{size:,}" for size in sizes)], rows)


def _by_rule(frame: pd.DataFrame) -> str:
    rules = _rules(frame)
    rows = []
    for fault in _named(frame):
        part = frame[frame["fault"] == fault]
        cells = [part[part["rule"] == rule] for rule in rules]
        ours, *others = cells
        first = f"{share(share_of(ours))} ({share(share_of(ours, 'anybody'))})"
        cases = str(int(ours["cases"].sum()))
        rows.append([fault, cases, first, *(share(share_of(cell)) for cell in others)])
    return table(["fault", "cases", *rules], rows)


def _simulated_power(power: pd.DataFrame) -> str:
    ours = power[(power["rule"] == "seawall") & power["table"].isin(MADE_UP)]
    rows = []
    for fault in _named(ours):
        cells = [ours[(ours["fault"] == fault) & (ours["table"] == name)] for name in MADE_UP]
        rows.append([fault, *(with_interval(cell) for cell in cells)])
    heading = "Ours on simulated normal columns: harder, as real ones have few distinct values and long tails.\n\n"
    return heading + table(["fault", *MADE_UP], rows)


def _named(frame: pd.DataFrame) -> Iterator[str]:
    there = set(frame["fault"])
    return (fault.name for fault in FAULTS if fault.name in there)


def _natural(natural: pd.DataFrame) -> str:
    rules = _rules(natural)
    rows = []
    for (name, warm_up), part in natural.groupby(["table", "setting"], sort=False):
        cells = [part[part["rule"] == rule] for rule in rules]
        batches = str(int(cells[0]["cases"].sum()))
        ours, *others = cells
        shares = [with_interval(ours), *(share(share_of(cell)) for cell in others)]
        rows.append([str(name), str(warm_up), batches, *shares])
    return table(["table", "warm-up", "batches", *rules], rows)


def _where(days: pd.DataFrame) -> str:
    flights = days[(days["table"] == "flights") & (days["setting"] == "30")]
    rows = []
    for month, part in flights.groupby(flights["batch"].str[:7]):
        told = "; ".join(
            f"{d[8:]}: {c}" for d, c in zip(part["batch"], part["flagged"], strict=True)
        )
        rows.append([str(month), str(len(part)), told])
    heading = "Where our alarms of the flights lie, by month, and which columns they name.\n\n"
    return heading + table(["month", "days", "day: columns"], rows, left=3)


def _by_table(detection: pd.DataFrame) -> str:
    ours = detection[(detection["rule"] == "seawall") & (detection["setting"] == "30")]
    names = list(dict.fromkeys(ours["table"]))
    rows = []
    for fault in _named(ours):
        part = ours[ours["fault"] == fault]
        cells = [part[part["table"] == name] for name in names]
        rows.append([fault, *(share(share_of(cell)) for cell in cells)])
    return "Ours, table by table, after 30 batches.\n\n" + table(["fault", *names], rows)


def _weak(columns: pd.DataFrame) -> str:
    """The columns in which large faults are found least."""
    flights = columns[(columns["table"] == "flights") & (columns["setting"] == "30")]
    strong = flights[
        flights["fault"].isin(["all null", "unit × 1000", "sign flip", "frozen", "shift 1 sd"])
    ]
    missed = sums(strong, ["fault", "column"])
    missed = missed[missed["found"] < missed["cases"]]
    rows = [[r.fault, r.column, f"{r.found} of {r.cases}"] for r in missed.itertuples()]
    heading = "Where a large fault in the flights was missed.\n\n"
    return heading + table(
        ["fault", "column", "found"], [[str(c) for c in row] for row in rows], left=2
    )
