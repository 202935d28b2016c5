"""Walks through every disk that a power cut could leave, at every step of a scenario."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seawall.disk import Disk
from seawall.errors import SeawallError
from seawall.sinks.files import FilesSink
from tests.crash.interposed import Watched
from tests.crash.oracle import faults, outcome, wrongs
from tests.crash.power_cut import images, likeness
from tests.crash.protocol import FOLDER, Told, sink_on
from tests.crash.simulated import Simulated

__all__ = ["Image", "Scenario", "explore"]

Act = Callable[[FilesSink, Told], None]
Through = Callable[[Disk], Disk]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What stands before, what is done when the power fails, and what is done when it is back.

    Of a step that could leave more than `at_most` disks, so many are drawn.
    """

    name: str
    before: Act
    act: Act
    again: Act
    keep: int = 2
    pause_s: float = 0.0
    at_most: int = 512


@dataclass(frozen=True, slots=True)
class Image:
    """A disk that a power cut may leave, the operation that it came after, and what is wrong there."""

    after: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Image:
    after: str
    disk: Simulated
    told: Told


@dataclass(frozen=True, slots=True)
class _Fsck:
    """What `seawall fsck` says of disks; it is asked once of those that are alike, as most are in the end."""

    scenario: Scenario
    said: dict[tuple[object, ...], list[str]] = field(default_factory=dict)

    def faults(self, disk: Simulated) -> list[str]:
        """What it calls a fault."""
        known = likeness(disk)
        if known not in self.said:
            self.said[known] = faults(_sink(self.scenario, disk))
        return self.said[known]


def explore(scenario: Scenario, through: Through = lambda disk: disk) -> Iterator[Image]:
    """Every image of the scenario once, looked at as it is, and after the work was done again.

    The sink reaches the disk by way of `through`, which may spoil what it does.
    """
    expected = _undisturbed(scenario, through)
    fsck = _Fsck(scenario)
    for left in _images(scenario, through):
        found = [*wrongs(left.disk, FOLDER, left.told), *faults(_sink(scenario, left.disk))]
        found += _done_again(scenario, left, expected, fsck)
        yield Image(left.after, tuple(found))


def _images(scenario: Scenario, through: Through) -> Iterator[_Image]:
    """Each disk once, with what the run had been told by then."""
    disk, told = _prepared(scenario)
    seen: dict[object, _Image] = {}
    rng = random.Random(scenario.name)

    def look(operation: str) -> None:
        for left in images(disk, at_most=scenario.at_most, rng=rng):
            known = (left.fingerprint(), len(told.commits), told.shown, len(told.receipts))
            if known not in seen:
                seen[known] = _Image(operation, left.disk(), told.copy())

    watched = Watched(disk, look)
    scenario.act(_sink(scenario, through(watched)), told)
    while seen:
        yield seen.pop(next(iter(seen)))


def _undisturbed(scenario: Scenario, through: Through) -> tuple[object, ...]:
    disk, told = _prepared(scenario)
    scenario.act(_sink(scenario, through(disk)), told)
    return outcome(disk, FOLDER)


def _prepared(scenario: Scenario) -> tuple[Simulated, Told]:
    disk, told = Simulated(), Told()
    scenario.before(_sink(scenario, disk), told)
    disk.settle()
    return disk, told


def _done_again(
    scenario: Scenario, left: _Image, expected: tuple[object, ...], fsck: _Fsck
) -> Iterator[str]:
    """What is wrong once the work was done again: it has to end as if nothing had happened."""
    told, sink = left.told.copy(), _sink(scenario, left.disk)
    try:
        scenario.again(sink, told)
    except SeawallError as error:
        yield f"the next run cannot go on: {error}"
        return
    for wrong in (*wrongs(left.disk, FOLDER, told), *fsck.faults(left.disk)):
        yield f"and after the next run {wrong}"
    ended = outcome(left.disk, FOLDER)
    if ended != expected:
        yield f"the next run ends with {ended[1:]}, undisturbed it is {expected[1:]}"


def _sink(scenario: Scenario, disk: Disk) -> FilesSink:
    return sink_on(disk, keep=scenario.keep, pause_s=scenario.pause_s)
