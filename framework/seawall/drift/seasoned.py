"""Judging a batch by its own history: what is usual between batches is learned, and exceeded or not.

Every known rule with fixed thresholds alarms on most days of a year, because the world moves. Here each
test of each column has a limit of its own (see `limits`), below which lies neither chance nor the floor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from seawall.contracts import Scalar
from seawall.drift.effects import Effect
from seawall.drift.limits import ALL_NULL, Learned, is_constant, is_empty
from seawall.drift.magnitudes import MOVES, ROWS, TESTS, by_chance, magnitudes
from seawall.drift.settings import Settings
from seawall.drift.values import Outcome
from seawall.drift.words import number, percent, values

__all__ = ["WITH_HISTORY", "seasoned_outcomes"]

WITH_HISTORY = "with history"
_FEW = 0.5
_ANY_ROWS = math.log(1e6)
"""Where batches may differ by a factor of a million, nothing is promised of their rows."""
_VARIED = 30


def seasoned_outcomes(
    effects: Mapping[str, Effect], rows: int, known: Learned, settings: Settings
) -> list[Outcome]:
    """What every test of every learned column says, then what the number of rows says."""
    outcomes: list[Outcome] = []
    for place, name in enumerate(known.columns):
        if name in effects:
            outcomes += _of_column(name, place, effects[name], known, settings)
    return [*outcomes, _of_rows(rows, known)]


def _of_column(
    name: str, place: int, effect: Effect, known: Learned, settings: Settings
) -> list[Outcome]:
    where = slice(place * len(TESTS), (place + 1) * len(TESTS))
    limits, fails = known.limits[where], known.fails[where]
    found = magnitudes(effect)
    chance = by_chance(effect, known.column_rows[name])
    most = settings.of(name).most
    if is_empty(effect) and name not in known.empty and effect.reference_nulls < _FEW:
        return [_all_null(name, effect, most)]
    if is_constant(effect) and name not in known.constant and _could_vary(effect):
        return [_frozen(name, effect, most)]
    outcomes = []
    for n, test in enumerate(TESTS):
        if not math.isnan(found[n]):
            status = _status(found[n] - chance[n], limits[n], fails[n], most)
            allowed = f"{_written(test, limits[n])}, as {known.batches} batches before"
            if status == "fail":
                allowed += f"; beyond {_size(test, fails[n])} it fails"
            figures = _figures(found[n], known, where.start + n)
            outcomes.append(Outcome(name, status, test, _seen(test, effect), allowed, figures))
    told = any(outcome.status != "ok" for outcome in outcomes)
    return outcomes if told or chance[0] <= limits[0] else [_too_small(name, effect, known)]


def _status(
    found: float, limit: float, fail: float, most: Literal["fail", "warn"]
) -> Literal["ok", "warn", "fail"]:
    if not found > limit:
        return "ok"
    return "fail" if found > fail and most == "fail" else "warn"


def _all_null(name: str, effect: Effect, most: Literal["fail", "warn"]) -> Outcome:
    seen, allowed = f"null share {percent(effect.nulls)}", "a column that is not null throughout"
    figures: dict[str, Scalar] = {
        "rule": WITH_HISTORY,
        "statistic": effect.nulls,
        "limit": ALL_NULL,
    }
    return Outcome(name, most, "null share", seen, allowed, figures)


def _could_vary(effect: Effect) -> bool:
    """Whether so many rows of a column that was never constant have more than one value, surely.

    Texts of one length may all be different: see `texts`.
    """
    return effect.rows >= _VARIED and effect.top_before < _FEW and not effect.lengths


def _frozen(name: str, effect: Effect, most: Literal["fail", "warn"]) -> Outcome:
    seen = f"{effect.top_value} in every row, {percent(effect.top_before)} before"
    figures: dict[str, Scalar] = {
        "rule": WITH_HISTORY,
        "statistic": 1.0,
        "usual": effect.top_before,
    }
    allowed = "more than one value, as in every batch before"
    return Outcome(name, most, "frozen", seen, allowed, figures)


def _too_small(name: str, effect: Effect, known: Learned) -> Outcome:
    usual_rows = known.column_rows[name]
    seen = f"{values(effect.rows)}, usually {usual_rows:,.0f}"
    allowed = f"about {math.ceil(usual_rows / 4):,} values, to be told apart from chance"
    figures: dict[str, Scalar] = {"rule": WITH_HISTORY, "statistic": effect.rows}
    return Outcome(name, "insufficient", "distance", seen, allowed, figures)


def _of_rows(rows: int, known: Learned) -> Outcome:
    found = abs(math.log(max(rows, 1) / max(known.rows, 1)))
    status = _status(found, known.limits[-1], known.fails[-1], "fail")
    seen = f"{rows:,} row{'' if rows == 1 else 's'}, usually {known.rows:,.0f}"
    allowed = _rows_within(known.rows, float(known.limits[-1]))
    if status == "fail":
        allowed += f"; beyond {_rows_within(known.rows, float(known.fails[-1]))} it fails"
    return Outcome("", status, ROWS, seen, allowed, _figures(found, known, len(known.limits) - 1))


def _rows_within(usual: float, reach: float) -> str:
    """`840 to 1,310`: the numbers of rows that lie no further from the usual one."""
    if reach >= _ANY_ROWS:
        return "any number"
    return " to ".join(f"{usual * math.exp(sign * reach):,.0f}" for sign in (-1, 1))


def _figures(found: float, known: Learned, place: int) -> dict[str, Scalar]:
    return {
        "rule": WITH_HISTORY,
        "statistic": float(found),
        "limit": float(known.limits[place]),
        "fail_limit": float(known.fails[place]),
        "usual": float(known.normal[place]),
        "batches": known.batches,
    }


def _seen(test: str, effect: Effect) -> str:
    if test == "distance":
        return f"D = {number(effect.distance)}"
    if test in {"location", "scale"}:
        name, value = ("shift", effect.shift) if test == "location" else ("spread", effect.spread)
        return f"{name} = {number(value)}"
    before, now = _share(test, effect)
    return f"{test} {percent(before)} → {percent(now)}"


def _share(test: str, effect: Effect) -> tuple[float, float]:
    if test == "null share":
        return effect.reference_nulls, effect.nulls
    if test == "infinities":
        return effect.reference_infinities, effect.infinities
    if test == "unlisted":
        return effect.reference_unlisted, effect.unlisted
    if effect.risen - effect.risen_before > effect.top - effect.top_before:
        return effect.risen_before, effect.risen
    return effect.top_before, effect.top


def _written(test: str, limit: float) -> str:
    return f"{'within' if test in {'location', 'scale'} else 'at most'} {_size(test, limit)}"


def _size(test: str, limit: float) -> str:
    if test in MOVES:
        return number(limit) if test == "distance" else f"±{number(limit)}"
    return f"{percent(limit)} more"
