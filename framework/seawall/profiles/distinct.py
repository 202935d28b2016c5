"""How many different values there are: exact while they are few, then estimated, the same for any chunks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.profiles.blocks import blocks

__all__ = ["LARGEST_RANK", "MOST_EXACT", "REGISTERS", "Distinct", "bucket_of", "distinct_of"]

Hashes = NDArray[np.uint64]
Registers = NDArray[np.uint8]

MOST_EXACT = 4_096
_P = 14
REGISTERS = 1 << _P
_Q = 64 - _P
LARGEST_RANK = _Q + 1
_LOW = np.uint64((1 << _Q) - 1)
_EXPONENT_OF_HIGHEST = 1023 + _Q


def _no_hashes() -> Hashes:
    return np.zeros(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The hashes of at most 4,096 values, else the registers of a HyperLogLog with p = 14.

    The count is exact for hashes (two of 4,096 values share one with a chance of 5e-13) and has a
    standard error of 0.81 % for registers (Flajolet et al., 2007), estimated without bias for any
    number by Ertl ("New cardinality estimation algorithms for HyperLogLog sketches", 2017, alg. 6).
    Which of both it is depends on the union only. `told` is what a document said that holds neither:
    the count is never below it.
    """

    hashes: Hashes = field(default_factory=_no_hashes)
    registers: Registers | None = None
    told: int = 0

    def __add__(self, other: Distinct) -> Distinct:
        """The values of both."""
        told = max(self.told, other.told)
        if self.registers is None and other.registers is None:
            both = np.union1d(self.hashes, other.hashes)
            return Distinct(both, None, told) if len(both) <= MOST_EXACT else _many(both, told)
        registers = np.maximum(self._registers(), other._registers())
        return Distinct(_no_hashes(), registers, told)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Distinct):
            return NotImplemented
        return (
            self.told == other.told
            and np.array_equal(self.hashes, other.hashes)
            and (self.registers is None) == (other.registers is None)
            and np.array_equal(self._registers(), other._registers())
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def count(self) -> int:
        """How many values there are."""
        seen = len(self.hashes) if self.registers is None else round(_estimate(self.registers))
        return max(seen, self.told)

    @property
    def exact(self) -> bool:
        """Whether the count is no estimate."""
        return self.registers is None and self.told <= len(self.hashes)

    def _registers(self) -> Registers:
        return _registers_of(self.hashes) if self.registers is None else self.registers


def distinct_of(hashes: Hashes) -> Distinct:
    """The different ones of these hashes."""
    if len(hashes) > MOST_EXACT:
        registers = _registers_of(hashes)
        if np.count_nonzero(registers) > MOST_EXACT:  # as many values, at least
            return Distinct(registers=registers)
    different = np.sort(pd.unique(hashes))
    return Distinct(different) if len(different) <= MOST_EXACT else _many(different, 0)


def _many(hashes: Hashes, told: int) -> Distinct:
    return Distinct(_no_hashes(), _registers_of(hashes), told)


def _registers_of(hashes: Hashes) -> Registers:
    """By the first 14 bits of a hash: one more than the most zeros that follow them."""
    registers = np.zeros(REGISTERS, dtype=np.uint8)
    for part in blocks(len(hashes)):
        np.maximum.at(registers, bucket_of(hashes[part]), _ranks(hashes[part]))
    return registers


def _ranks(hashes: Hashes) -> Registers:
    """Where the first 1 stands in the last 50 bits, from 1; 51 where there is none."""
    # The exponent of these bits, as a float that holds them exactly.
    exponents = (hashes & _LOW).view(np.int64).astype(np.float64).view(np.int64) >> 52
    ranks: Registers = np.minimum(_EXPONENT_OF_HIGHEST - exponents, LARGEST_RANK).astype(np.uint8)
    return ranks


def bucket_of(hashes: Hashes) -> NDArray[np.int64]:
    """The register of each hash: its first 14 bits."""
    return (hashes >> np.uint64(_Q)).view(np.int64)


def _estimate(registers: Registers) -> float:
    """How many different hashes leave these registers: Ertl's improved raw estimator."""
    counts = np.bincount(registers, minlength=LARGEST_RANK + 1)
    total = REGISTERS * _tau(1.0 - counts[LARGEST_RANK] / REGISTERS)
    for count in counts[_Q:0:-1]:
        total = 0.5 * (total + float(count))
    total += REGISTERS * _sigma(counts[0] / REGISTERS)
    return REGISTERS**2 / (2.0 * math.log(2.0) * total)


def _sigma(share: float) -> float:
    """The sum x + Σ x^(2^k)·2^(k−1) for k from 1: what empty registers add."""
    if share >= 1.0:
        return math.inf
    total, before, power, weight = share, -1.0, share, 1.0
    while total != before:
        power *= power
        before, total = total, total + power * weight
        weight += weight
    return total


def _tau(share: float) -> float:
    """A third of 1 − x − Σ (1 − x^(2^−k))²·2^(−k) for k from 1: what full registers add."""
    if share <= 0.0 or share >= 1.0:
        return 0.0
    total, before, root, weight = 1.0 - share, -1.0, share, 1.0
    while total != before:
        root = math.sqrt(root)
        weight *= 0.5
        before, total = total, total - (1.0 - root) ** 2 * weight
    return total / 3.0
