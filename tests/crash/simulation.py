"""Many runs of one pipeline on a failing, dying, powerless machine, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from seawall.disk import Disk
from seawall.errors import SeawallError
from seawall.sinks.files import FilesSink
from tests.crash.interposed import Crash, Crashing, Failing
from tests.crash.oracle import faults, log, wrongs
from tests.crash.power_cut import images
from tests.crash.protocol import (
    BATCH,
    FOLDER,
    MORNING,
    Told,
    Work,
    hold,
    publish,
    release,
    roll_back,
    sink_on,
)
from tests.crash.simulated import Simulated

__all__ = ["KEEP", "Machine", "live_again", "simulate"]

KEEP = 2
_GRACE = timedelta(days=7)
_OPERATIONS = 120
"""About as many as the longest step has: a crash is drawn from these."""


@dataclass(slots=True)
class Machine:
    """The disk, the time, and what the pipeline's people were told up to now.

    `through` may spoil what the sink does to the disk; `collect` is the garbage collection.
    """

    rng: random.Random
    through: Callable[[Disk], Disk] = lambda disk: disk
    collect: Callable[[FilesSink, Work], object] = lambda sink, work: sink.collect_garbage(
        work.at, work.holder
    )
    disk: Simulated = field(default_factory=Simulated)
    told: Told = field(default_factory=Told)
    now: datetime = MORNING
    works: list[Work] = field(default_factory=list)

    def sink(self, disk: Disk | None = None) -> FilesSink:
        """The pipeline's sink; by way of `disk` if there is one."""
        return sink_on(self.through(disk or self.disk), keep=KEEP, pause_s=0)

    def new(self) -> Work:
        """A run with an input that nobody had."""
        self.works.append(Work(len(self.works) + 1, at=self.now))
        return self.works[-1]

    def cut_the_power(self) -> None:
        """The disk is one of those that a power cut may leave."""
        self.disk = next(images(self.disk, at_most=1, rng=self.rng)).disk()


Step = Callable[[Machine, FilesSink], None]


def simulate(machine: Machine, *, steps: int) -> Iterator[tuple[str, list[str]]]:
    """What was done, step by step, and what is wrong after it; the last step is an undisturbed run."""
    for _ in range(steps):
        step = machine.rng.choices(list(_STEPS), weights=list(_STEPS.values()))[0]
        fate = machine.rng.choices(list(_FATES), weights=list(_FATES.values()))[0]
        machine.now += timedelta(hours=machine.rng.choice((1, 5, 30, 200)))
        fate(machine, step)
        yield f"{fate.__name__} {step.__name__}", _wrong(machine)
    publish(machine.sink(), machine.new(), machine.told)
    ended = [] if machine.told.shown == len(log(machine.disk, FOLDER)) else ["nothing was shown"]
    yield "undisturbed", [*_wrong(machine), *ended]


def _wrong(machine: Machine) -> list[str]:
    found = [*wrongs(machine.disk, FOLDER, machine.told), *faults(sink_on(machine.disk, keep=KEEP))]
    return [*found, *_collected(machine)]


def _collected(machine: Machine) -> Iterator[str]:
    """What nobody may remove is there: the newest versions and those of the last seven days."""
    entries = log(machine.disk, FOLDER)
    state = FOLDER.with_name(f"{FOLDER.name}.seawall")
    own = [entry for entry in entries if entry["kind"] != "rollback"][-KEEP:]
    young = [
        e for e in entries if machine.now - datetime.fromisoformat(e["committed_at"]) <= _GRACE
    ]
    for entry in (*own, *young, *entries[-1:]):
        if not machine.disk.exists(state / entry["file"]["path"]):
            yield f"version {entry['version']} has to be kept, and its file is gone"


def again(machine: Machine, sink: FilesSink) -> None:
    """A run with an input that there was before: resumed, published already, rolled back, or anew."""
    work = machine.rng.choice(machine.works) if machine.works else machine.new()
    publish(sink, replace(work, at=machine.now), machine.told)


def resumed(machine: Machine, sink: FilesSink) -> None:
    """The run that was begun last, once more."""
    work = machine.works[-1] if machine.works else machine.new()
    publish(sink, replace(work, at=machine.now), machine.told)


def anew(machine: Machine, sink: FilesSink) -> None:
    """A run with an input that nobody had."""
    publish(sink, machine.new(), machine.told)


def held(machine: Machine, sink: FilesSink) -> None:
    """A run that waits for a person's word."""
    hold(sink, machine.new(), machine.told)


def released(machine: Machine, sink: FilesSink) -> None:
    """The word on the run that was begun last."""
    work = machine.works[-1] if machine.works else machine.new()
    release(sink, replace(work, at=machine.now), machine.told)


def back(machine: Machine, sink: FilesSink) -> None:
    """A version is brought back."""
    versions = len(log(machine.disk, FOLDER))
    if versions > 1:
        roll_back(sink, machine.told, to=machine.rng.randint(1, versions), at=machine.now)


def collected(machine: Machine, sink: FilesSink) -> None:
    """Garbage goes."""
    machine.collect(sink, Work(0, "gc", at=machine.now))


def refreshed(machine: Machine, sink: FilesSink) -> None:
    """Somebody asks for the status, which brings the view up to date."""
    sink.refresh_view(BATCH)


def raced(machine: Machine, sink: FilesSink) -> None:
    """Another run does not see the lock, and is faster."""
    slow, fast = machine.new(), machine.new()

    def overtake() -> None:
        sink.disk.unlink(sink.layout.lock(BATCH))
        publish(sink, fast, machine.told)

    publish(sink, slow, machine.told, meanwhile=overtake)


def done(machine: Machine, step: Step) -> None:
    """Nothing comes in between; the step may be refused for a reason."""
    with suppress(SeawallError):
        step(machine, machine.sink())


def refused(machine: Machine, step: Step) -> None:
    """An operation of the disk fails, or all from then on."""
    rng = machine.rng
    how = {"code": rng.choice(("EIO", "ENOSPC")), "from_then_on": rng.random() < 1 / 2}
    with suppress(SeawallError):
        step(machine, machine.sink(Failing(machine.disk, rng.randint(1, 2 * _OPERATIONS), **how)))


def killed(machine: Machine, step: Step) -> None:
    """The process is killed; what it wrote is there, though not all of it durably."""
    crashing = Crashing(machine.disk, machine.rng.randint(1, _OPERATIONS))
    with suppress(Crash, SeawallError):
        step(machine, machine.sink(crashing))


def powerless(machine: Machine, step: Step) -> None:
    """The power fails meanwhile."""
    killed(machine, step)
    machine.cut_the_power()


_STEPS = {
    anew: 6, resumed: 6, again: 3, held: 2, released: 3, back: 3, collected: 3, refreshed: 2, raced: 1
}  # fmt: skip
_FATES = {done: 4, refused: 2, killed: 3, powerless: 3}


def live_again(sink: FilesSink, work: Work) -> object:
    """A spoilt collection: it takes the newest versions for all that is needed, whatever is live."""
    removed = sink.collect_garbage(work.at, work.holder)
    entries = sink.entries(BATCH)
    own = [entry for entry in entries if entry.kind != "rollback"]
    kept = {entry.file.path for entry in own[-KEEP:]}
    if entries and entries[-1].file.path not in kept:
        sink.disk.unlink(sink.layout.published(entries[-1]))
    return removed
