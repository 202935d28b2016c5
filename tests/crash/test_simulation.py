"""A pipeline's life on a machine that fails, drawn from seeds: what must hold does, after every step.

`SEAWALL_SEEDS=100..300` asks for other seeds.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable

import pytest

from tests.crash.interposed import Dropping, Renaming
from tests.crash.simulation import Machine, live_again, simulate

STEPS = 12
QUICK = range(30)


def wrong(seeds: Iterable[int], *, steps: int = STEPS, **spoilt: object) -> str:
    """What is wrong with the first seed on which something is, and all that was done until then."""
    for seed in seeds:
        machine, story = Machine(random.Random(seed), **spoilt), []  # type: ignore[arg-type]
        for step, found in simulate(machine, steps=steps):
            story.append(step)
            if found:
                return f"seed {seed}: {', '.join(story)}: {'; '.join(found)}"
    return ""


def asked(default: range) -> range:
    """The seeds that the environment asks for."""
    first, _, last = os.environ.get("SEAWALL_SEEDS", "").partition("..")
    return range(int(first), int(last or first) + 1) if first else default


def test_some_seeds() -> None:
    """Whatever happens to a pipeline, no promise is broken."""
    assert wrong(asked(QUICK)) == ""


@pytest.mark.faults
@pytest.mark.parametrize("part", range(10))
def test_thousand_seeds(part: int) -> None:
    """The same, a thousand times."""
    assert wrong(asked(range(part * 100, part * 100 + 100))) == ""


MUTANTS = {
    "a collection that forgets what was brought back": ({"collect": live_again}, "is gone"),
    "rename in place of link": ({"through": Renaming}, "was reported as published, and is gone"),
    "no fsync of the log": (
        {"through": lambda disk: Dropping(disk, "fsync_folder", "/log/")},
        "was reported as published, and is gone",
    ),
}


@pytest.mark.faults
@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_are_found(name: str) -> None:
    """A spoilt protocol breaks a promise within two hundred seeds."""
    spoilt, found = MUTANTS[name]

    assert found in wrong(range(200), steps=40, **spoilt)
