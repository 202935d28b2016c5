"""The numbers that are asked for, each beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from benchmarks.drift.simulated import MADE_UP
from benchmarks.drift.words import share, share_of, with_interval

__all__ = ["Asked", "asked"]

_CLEAN_LIMIT = 0.012
_NATURAL_LIMIT = 0.05
_POWER = {
    "shift 0.1 sd": 0.88,
    "scale × 1.1": 0.89,
    "nulls +5%": 0.87,
    "new category 1%": 0.94,
    "sentinel −999 in 2%": 1.0,
    "clipped at 90%": 0.90,
}
_DETECTION = {
    "all null": 0.99,
    "unit × 1000": 0.99,
    "sign flip": 0.99,
    "frozen": 0.93,
    "shift 1 sd": 0.94,
    "nulls +5%": 0.76,
}

Results = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Asked:
    """A number: what it is of, what is asked, what was measured, and whether that will do."""

    what: str
    limit: str
    measured: str
    held: bool


def asked(results: Results) -> Iterator[Asked]:
    """Every number, in the order in which they are asked."""
    yield from _clean(_ours(results["clean"]))
    yield from _power(_ours(results["power"]))
    yield from _natural(_ours(results["natural"]))
    yield from _detection(_ours(results["detection"]))
    for cost, limit, seen, unit in results["costs"].itertuples(index=False):
        yield Asked(
            str(cost), f"at most {limit:g} {unit}", f"{seen:.2f} {unit}", bool(seen <= limit)
        )


def _ours(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["rule"] == "seawall"]


def _clean(clean: pd.DataFrame) -> Iterator[Asked]:
    real = clean[~clean["table"].isin(MADE_UP)]
    for rows, part in real.groupby(real["setting"].astype(int)):
        worst = max((share_of(one), str(name)) for name, one in part.groupby("table"))
        what = f"random splits, clean batches of {rows:,} with any alarm"
        seen = f"{with_interval(part)}; most in {worst[1]}: {share(worst[0])}"
        yield Asked(what, "at most 1.2 %", seen, share_of(part) <= _CLEAN_LIMIT)


def _power(power: pd.DataFrame) -> Iterator[Asked]:
    real = power[~power["table"].isin(MADE_UP)]
    for fault, least in _POWER.items():
        part = real[real["fault"] == fault]
        what = f"random splits, {fault} in one of 1,000 rows' columns found"
        yield Asked(what, f"at least {share(least)}", with_interval(part), share_of(part) >= least)


def _natural(natural: pd.DataFrame) -> Iterator[Asked]:
    for warm_up, part in natural[natural["table"] == "flights"].groupby("setting"):
        what = f"flights in time order, days with any alarm after {warm_up} days"
        held = share_of(part) <= _NATURAL_LIMIT
        yield Asked(what, "at most 5 %", with_interval(part), held)


def _detection(detection: pd.DataFrame) -> Iterator[Asked]:
    flights = detection[detection["table"] == "flights"]
    for fault, least in _DETECTION.items():
        for warm_up, part in flights[flights["fault"] == fault].groupby("setting"):
            what = f"flights in time order, {fault} found after {warm_up} days"
            held = share_of(part) >= least
            yield Asked(what, f"at least {share(least)}", with_interval(part), held)
