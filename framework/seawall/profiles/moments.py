"""Count, mean, spread and range, which add up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.blocks import blocks

__all__ = ["Moments", "moments_of"]


@dataclass(frozen=True, slots=True)
class Moments:
    """How many finite values there are, their mean, squared distance from it, and range.

    `m2` is the sum of squared differences from the mean. Both are merged by the formula of Chan,
    Golub and LeVeque ("Algorithms for computing the sample variance", 1983), which loses no more
    than rounding: about 1e-12 of the values' size for any chunking. An m2 beyond float64 is inf.
    """

    count: int = 0
    mean: float = 0.0
    m2: float = 0.0
    min: float | None = None
    max: float | None = None

    def __add__(self, other: Moments) -> Moments:
        """The moments of both; those of nothing change nothing."""
        if self.min is None or self.max is None:
            return other
        if other.min is None or other.max is None:
            return self
        mean, m2 = _merged(self, other)
        low, high = min(self.min, other.min), max(self.max, other.max)
        return Moments(self.count + other.count, mean, m2, low, high)

    @property
    def std(self) -> float | None:
        """The sample's standard deviation; None below two values."""
        return math.sqrt(self.m2 / (self.count - 1)) if self.count > 1 else None


def moments_of(finite: NDArray[np.float64]) -> Moments:
    """The moments of these values, which are all finite."""
    count = len(finite)
    if not count:
        return Moments()
    low, high = float(finite.min()) + 0.0, float(finite.max()) + 0.0  # -0.0 is 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # what exceeds float64 is shown as inf
        total = float(finite.sum())
        mean = total / count if math.isfinite(total) else float((finite / count).sum())
        mean = min(max(mean, low), high)
        m2 = sum(_squares(finite[part] - mean) for part in blocks(count))
    return Moments(count, mean, m2, low, high)


def _squares(apart: NDArray[np.float64]) -> float:
    apart *= apart
    return float(apart.sum())


def _merged(first: Moments, second: Moments) -> tuple[float, float]:
    """Mean and m2 of both."""
    share = second.count / (first.count + second.count)
    apart = second.mean - first.mean
    mean = first.mean + apart * share
    if math.isinf(apart):  # the difference of two large means may be beyond what a float holds
        mean = first.mean * (1 - share) + second.mean * share
    return mean, first.m2 + second.m2 + apart * apart * first.count * share
