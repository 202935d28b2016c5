"""A power cut at any step of the protocol leaves an old or a new version, and what was reported."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from seawall.errors import TemporaryError
from seawall.sinks.files import FilesSink
from tests.crash.explorer import Scenario, explore
from tests.crash.interposed import Dropping, Renaming
from tests.crash.protocol import (
    BATCH,
    MORNING,
    Told,
    Work,
    hold,
    publish,
    release,
    roll_back,
)

LATER = MORNING + timedelta(days=30)


def nothing(sink: FilesSink, told: Told) -> None:
    """The sink is new."""


def first(sink: FilesSink, told: Told) -> None:
    """Version 1 is published."""
    publish(sink, Work(1), told)


def second(sink: FilesSink, told: Told) -> None:
    """Other rows are published."""
    publish(sink, Work(2), told)


def two(sink: FilesSink, told: Told) -> None:
    """Versions 1 and 2 are published."""
    first(sink, told)
    second(sink, told)


def back(sink: FilesSink, told: Told) -> None:
    """The first version's rows are live again."""
    roll_back(sink, told, to=1)


def held(sink: FilesSink, told: Told) -> None:
    """Version 1 is published, and another run waits for a word."""
    first(sink, told)
    hold(sink, Work(2), told)


def released(sink: FilesSink, told: Told) -> None:
    """The word is given."""
    release(sink, Work(2), told)


def much(sink: FilesSink, told: Told) -> None:
    """Five versions, the last one of which brought back the second, and plans of all ends."""
    for value in range(1, 5):
        publish(sink, Work(value, at=MORNING + timedelta(hours=value)), told)
    hold(sink, Work(8), told)
    hold(sink, Work(9, at=LATER), told)
    roll_back(sink, told, to=2)


def collected(sink: FilesSink, told: Told) -> None:
    """A month later, what nobody needs is gone."""
    sink.collect_garbage(LATER, Work(0, "gc").holder)


def raced(sink: FilesSink, told: Told) -> None:
    """Two runs work at once, as on a host that ignores the lock; the slower one is refused."""

    def overtake() -> None:
        sink.disk.unlink(sink.layout.lock(BATCH))
        third(sink, told)

    with suppress(TemporaryError):
        publish(sink, Work(2), told, meanwhile=overtake)


def third(sink: FilesSink, told: Told) -> None:
    """Rows of a third kind are published."""
    publish(sink, Work(3), told)


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("a first publish", nothing, first, first),
        Scenario("a republish", first, second, second),
        Scenario("a republish with stepping stones", first, second, second, pause_s=1e-9),
        Scenario("a rollback", two, back, back),
        Scenario("a release", held, released, released),
        Scenario("a garbage collection", much, collected, collected, at_most=5),
        Scenario("a race", first, raced, third),
    )
}


DEAR = {"a republish with stepping stones", "a garbage collection"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.faults] * (name in DEAR)) for name in SCENARIOS],
)
def test_every_image_is_sound(name: str) -> None:
    """On every disk that a power cut may leave readers have a whole version, and the next run goes on."""
    images = list(explore(SCENARIOS[name]))

    assert [image for image in images if image.faults] == []
    assert len(images) > 10


MUTANTS = {
    "the part's fsync": (
        lambda disk: Dropping(disk, "fsync", "/parts/"),
        "a republish",
        "reported as finished, and has to be computed again",
    ),
    "the published file's fsync": (
        lambda disk: Dropping(disk, "fsync", "/data/"),
        "a republish",
        "is committed, and data/",
    ),
    "the log's fsync": (
        lambda disk: Dropping(disk, "fsync", "/tmp/"),
        "a republish",
        "a log entry is torn",
    ),
    "the log directory's fsync": (
        lambda disk: Dropping(disk, "fsync_folder", "/log/"),
        "a republish",
        "version 2 was reported as published, and is gone",
    ),
    "the data directory's fsync": (
        lambda disk: Dropping(disk, "fsync_folder", "/data/"),
        "a republish",
        "is committed, and data/",
    ),
    "the parts directory's fsync": (
        lambda disk: Dropping(disk, "fsync_folder", "/parts/"),
        "a republish",
        "reported as finished, and has to be computed again",
    ),
    "the published folder's fsync": (
        lambda disk: Dropping(disk, "fsync_folder", f"batch={BATCH}/"),
        "a republish",
        "readers get",
    ),
    "rename in place of link": (
        Renaming,
        "a race",
        "version 2 was reported as published, and is gone",
    ),
}


@pytest.mark.faults
@pytest.mark.parametrize("without", MUTANTS)
def test_every_mutant_is_found(without: str) -> None:
    """A protocol that leaves out one thing is wrong on some image, and the image says how."""
    through, scenario, wrong = MUTANTS[without]
    faults = (fault for image in explore(SCENARIOS[scenario], through) for fault in image.faults)

    assert any(wrong in fault for fault in faults)
