"""The document that people read, written from the results."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from benchmarks.drift import prose
from benchmarks.drift.asked import Results, asked
from benchmarks.drift.faults import FAULTS
from benchmarks.drift.simulated import MADE_UP
from benchmarks.drift.words import share, share_of, sums, table, with_interval

__all__ = ["NAMES", "report"]

NAMES = frozenset(
    {"clean", "power", "natural", "days", "foretold", "detection", "columns", "costs"}
)
"""The result tables that the document is written from."""

_LARGE = ("all null", "unit × 1000", "sign flip", "frozen", "shift 1 sd")


def report(results: Results) -> str:
    """The whole document, as Markdown."""
    parts = [
        prose.INTRODUCTION,
        "## What was asked for\n",
        _asked(results),
        prose.RIVALS,
        prose.SPLITS.format(batches=int(results["clean"]["cases"].median())),
        _clean(results["clean"]),
        _clean_by_table(results["clean"]),
        prose.POWER,
        _by_rule(_real(results["power"])),
        _simulated_power(results["power"]),
        prose.TIME,
        _natural(results["natural"]),
        _where(results["days"]),
        prose.FORETOLD,
        _foretold(results["foretold"]),
        prose.DETECTION,
        _by_rule(_flights(results["detection"])),
        _by_table(results["detection"]),
        _weak(results["columns"]),
        prose.COMMANDS,
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
    heading = prose.SIMULATED
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
    rows = []
    for batch, part in days.groupby("batch"):
        said = zip(part["severity"], part["message"], strict=True)
        told = "; ".join(f"{severity}: {message}" for severity, message in said)
        rows.append([str(batch), str(len(part)), told])
    months = days.groupby(days["batch"].str[:7])["batch"].nunique()
    by_month = ", ".join(f"{month} {count}" for month, count in months.items())
    heading = f"Our alarms of the flights after 30 days, and why. By month: {by_month}.\n\n"
    return heading + table(["day", "columns", "what was said"], rows, left=3)


def _foretold(foretold: pd.DataFrame) -> str:
    held = foretold["came"].between(foretold["low"], foretold["high"])
    columns = {
        "table": foretold["table"],
        "after": foretold["batches"].astype("str"),
        "alarms until then": foretold["rate"].map(share),
        "foretold of the next 60": foretold["low"].map(str) + " to " + foretold["high"].map(str),
        "came": foretold["came"].astype("str"),
        "held": held.map({True: "yes", False: "**no**"}),
    }
    return table([*columns], zip(*columns.values(), strict=True))


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
    flights = _flights(columns)
    missed = sums(flights[flights["fault"].isin(_LARGE)], ["fault", "column"])
    missed = missed[missed["found"] < missed["cases"]]
    found = missed["found"].map(str) + " of " + missed["cases"].map(str)
    rows = zip(missed["fault"], missed["column"], found, strict=True)
    heading = "Where a large fault in the flights was missed.\n\n"
    return heading + table(["fault", "column", "found"], rows, left=2)
