"""How far batches usually are from what came before them, column by column and test by test.

The thresholds of known tools are mean + 3 standard deviations of a handful of values: a quarter of
clean batches exceeds them. Here the scatter of a series is the widest of what its 75 % and 90 % quantiles
and its largest value say, each by what it would be in a half-normal (moves) or a normal series
(logarithms of shares), and how surprising a new value is is read from Student's t with as many degrees
of freedom as there are batches less one: few batches make wide limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.drift.magnitudes import MOVES, ROWS

__all__ = ["Scale", "Usual", "usual", "usual_without_each"]

Floats = NDArray[np.float64]

_QUANTILES = (0.5, 0.75, 0.9)
_LEAST_SHARE = 0.15
_LEAST_MOVE = {"distance": 0.03, "location": 0.03, "scale": 0.02, ROWS: 0.05}
"""The least scatter: in standard deviations, and in logarithms. A series that never moved is not exact."""
_LEAST_FLOOR = 0.001
_ODD_DAY = 5.0
"""The largest value may say that much more scatter than the others do: one odd day that was accepted
would hide every later one. Of shares the largest alone tells of outages, which do come again."""
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Scale:
    """On which scale each of some tests is looked at; `floors` are their warning floors, shape (tests,).

    A distance becomes the shift of a normal column that has it, 2·Φ⁻¹((1 + D)/2); a shift of the mean or
    spread its ln(1 + x); a share its logarithm, as far down as a quarter of the floor, which counts as
    0.1 % at least.
    """

    tests: tuple[str, ...]
    floors: Floats

    def of(self, magnitudes: Floats) -> Floats:
        """The magnitudes on this scale, shape (..., tests)."""
        from scipy.special import ndtri

        shifts = 2 * ndtri((1 + np.clip(magnitudes, 0, 1 - 1e-9)) / 2)
        shares = np.log(np.maximum(magnitudes, np.maximum(self.floors, _LEAST_FLOOR) / 4))
        moved = np.where(self._named("distance"), shifts, np.log1p(np.clip(magnitudes, 0, 1e12)))
        return np.asarray(np.where(self.moves, moved, shares))

    def back(self, values: Floats) -> Floats:
        """The magnitudes that stand at these values; a share is 1 at most."""
        from scipy.special import ndtr

        capped = np.minimum(values, 700.0)
        shifts = 2 * ndtr(np.minimum(values, 20.0) / 2) - 1
        moved = np.where(self._named("distance"), shifts, np.expm1(capped))
        return np.asarray(np.where(self.moves, moved, np.minimum(np.exp(capped), 1.0)))

    @property
    def moves(self) -> NDArray[np.bool_]:
        """Which tests are half-normal about 0 rather than normal."""
        return np.isin(self.tests, (*MOVES, ROWS))

    @property
    def least(self) -> Floats:
        """The least scatter that is taken for true."""
        return np.array([_LEAST_MOVE.get(test, _LEAST_SHARE) for test in self.tests])

    def _named(self, test: str) -> NDArray[np.bool_]:
        return np.array([name == test for name in self.tests])


@dataclass(frozen=True, slots=True)
class Usual:
    """The median of series on a Scale, their scatter, and how many values each has; all (..., tests)."""

    scale: Scale
    median: Floats
    scatter: Floats
    count: NDArray[np.int64]

    def surprise(self, values: Floats) -> Floats:
        """−ln p of values on the scale, p the share of batches that would lie as far out or further.

        0 where there is no value.
        """
        from scipy.special import ndtri, stdtr

        moves = self.scale.moves
        z = (values - self.median) / self.scatter + np.where(moves, ndtri(0.75), 0.0)
        p = stdtr(self._freedom, -z) * np.where(moves, 2, 1)
        return np.asarray(np.nan_to_num(-np.log(np.clip(p, _SMALLEST, 1.0)), nan=0.0))

    def limits(self, surprise: Floats) -> Floats:
        """The magnitudes that are so surprising, one for each test."""
        from scipy.special import ndtri, stdtrit

        moves, p = self.scale.moves, np.clip(np.exp(-surprise), _SMALLEST, 0.4)
        z = -stdtrit(self._freedom, p / np.where(moves, 2, 1)) - np.where(moves, ndtri(0.75), 0.0)
        return self.scale.back(self.median + self.scatter * z)

    @property
    def _freedom(self) -> Floats:
        return np.maximum(self.count - 1, 2).astype(np.float64)


def usual(scale: Scale, series: Floats) -> Usual:
    """What is usual in series of shape (batches, tests), on the scale; NaN is no value."""
    count = np.isfinite(series).sum(axis=0)
    ordered = np.sort(series, axis=0)
    nobody = np.full((1, series.shape[1]), len(series))
    found = _usual(scale, ordered, nobody, count[None])
    return Usual(scale, found.median[0], found.scatter[0], found.count[0])


def usual_without_each(scale: Scale, series: Floats) -> Usual:
    """For each batch what is usual in all the others; shape (batches, tests)."""
    order = np.argsort(series, axis=0, kind="stable")
    ranks = np.argsort(order, axis=0, kind="stable")
    known = np.isfinite(series)
    ordered = np.take_along_axis(series, order, axis=0)
    ranks = np.where(known, ranks, len(series))
    return _usual(scale, ordered, ranks, known.sum(axis=0)[None] - known)


def _usual(
    scale: Scale, ordered: Floats, left_out: NDArray[np.int64], count: NDArray[np.int64]
) -> Usual:
    """Of sorted series, each without the value of the rank `left_out`; shapes (n, tests), (b, tests)."""
    median, *upper = (_quantile(ordered, left_out, count, share) for share in _QUANTILES)
    places = np.maximum(count, 3)
    largest = _quantile(ordered, left_out, count, 1.0)
    known = [*zip(_QUANTILES[1:], upper, strict=True)]
    found = [(high - median) / _above(scale, np.full(count.shape, p)) for p, high in known]
    bulk = np.maximum(np.fmax.reduce(found), scale.least)
    # Blom (1958): where the largest of n values lies.
    farthest = (largest - median) / _above(scale, (places - 0.375) / (places + 0.25))
    most = np.where(scale.moves, _ODD_DAY * bulk, np.inf)
    scatter = np.fmax(bulk, np.fmin(farthest, most))
    return Usual(scale, median, np.where(np.isnan(scatter), np.inf, scatter), count)


def _quantile(
    ordered: Floats, left_out: NDArray[np.int64], count: NDArray[np.int64], share: float
) -> Floats:
    """The quantile by linear interpolation; NaN of no values."""
    place = share * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below, above = (_at(ordered, rank + (rank >= left_out)) for rank in (low, high))
    value = below + (above - below) * (place - low)
    return np.where(count > 0, value, np.nan)


def _at(ordered: Floats, ranks: NDArray[np.int64]) -> Floats:
    return np.take_along_axis(ordered, np.minimum(ranks, len(ordered) - 1), axis=0)


def _above(scale: Scale, shares: Floats) -> Floats:
    """How far the quantile lies above the median, in standard deviations."""
    from scipy.special import ndtri

    half = ndtri((1 + shares) / 2) - ndtri(0.75)
    return np.asarray(np.where(scale.moves, half, ndtri(shares)))
