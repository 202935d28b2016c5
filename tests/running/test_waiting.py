"""A late input is waited for: how long, how often it is looked for, and what ends the wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from seawall.config.load import load
from seawall.errors import InterruptedRunError, UnavailableError
from seawall.events import Event, InputWaited
from seawall.running.order import Order, StopRequest
from seawall.running.tell import Teller
from seawall.running.waiting import Wait, await_files, patiently

PIPELINE = """\
pipeline: p
ingest: {{primary: {{type: csv, path: "in/*.csv", key: k, wait_for: {wait_for}}}}}
predict: {{model: {{type: sklearn, path: m.skops}}, outputs: [p]}}
publish: {{type: files, path: out}}
"""


@dataclass
class World:
    """Time that passes only while somebody waits; at each wait the next thing happens."""

    root: Path
    happens: list[Callable[[], object]]
    waits: list[float] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """The event is kept."""
        self.told.append(event)

    def clock(self) -> float:
        """The seconds that were waited."""
        return sum(self.waits)

    def wait(self, wait_for: str = "10s") -> Wait:
        """A wait in this world for files in the root's folder `in`."""
        config = self.root / "p.yaml"
        config.write_text(PIPELINE.format(wait_for=wait_for))
        order = Order(load(config, env={}), "b", "r", stop=_Stop(self))
        return Wait(order, Teller("r", self, order.now), self.clock)


class _Stop(StopRequest):
    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def wait(self, seconds: float) -> bool:
        """Time passes, and the next thing happens."""
        self.world.waits.append(seconds)
        if self.world.happens:
            self.world.happens.pop(0)()
        return self()


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """A world in which these things happen, one at each wait."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "in").mkdir()
    return lambda *happens: World(tmp_path, list(happens))


def grows(world: World, rows: int) -> Callable[[], object]:
    """The input has so many rows."""
    return lambda: (world.root / "in/a.csv").write_text("k\n" + "1\n" * rows)


def test_input_that_comes(world: Callable[..., World]) -> None:
    """Files are taken once two looks saw them alike, and the wait is told."""
    here = world()
    here.happens = [lambda: None, grows(here, 1), grows(here, 2), lambda: None]
    await_files(here.wait())

    assert len(here.waits) == 4
    (told,) = here.told
    assert isinstance(told, InputWaited)
    assert (told.source, told.seconds, told.came) == ("primary", sum(here.waits), True)


def test_input_that_is_there(world: Callable[..., World]) -> None:
    """Files that are there already are looked at twice."""
    here = world()
    grows(here, 1)()
    await_files(here.wait())

    assert here.waits == [0.5]


def test_intervals_grow_to_five_seconds(world: Callable[..., World]) -> None:
    """The looks are ever further apart, five seconds at most, and end with the time allowed."""
    here = world()
    await_files(here.wait("60s"))

    assert here.waits[:3] == [0.5, 0.75, 1.125]
    assert max(here.waits) == 5
    assert 60 <= sum(here.waits) < 65
    assert [event.came for event in here.told if isinstance(event, InputWaited)] == [False]


def test_input_that_never_rests(world: Callable[..., World]) -> None:
    """Files that still grow when the time is up are unavailable, and it is said that they are there."""
    here = world()
    here.happens = [grows(here, n) for n in range(100)]

    with pytest.raises(UnavailableError, match="still being written"):
        await_files(here.wait())


def test_a_signal_ends_the_wait(world: Callable[..., World]) -> None:
    """A signal ends the wait at once, as an interruption that can be resumed."""
    here = world()
    wait = here.wait("1h")
    here.happens = [lambda: None, lambda: wait.order.stop.set(15)]

    with pytest.raises(InterruptedRunError) as caught:
        await_files(wait)
    assert (caught.value.exit, len(here.waits)) == (143, 2)


def test_no_wait_without_the_word(world: Callable[..., World]) -> None:
    """Without `wait_for` nothing is looked at and nothing is told."""
    here = world()
    await_files(here.wait("0s"))

    assert (here.waits, here.told) == ([], [])


def test_a_read_that_works_later(world: Callable[..., World]) -> None:
    """What is unavailable is asked for again until it answers."""
    here, answers = world(), [UnavailableError("not yet"), UnavailableError("not yet"), "rows"]

    def read() -> str:
        answer = answers.pop(0)
        if isinstance(answer, UnavailableError):
            raise answer
        return str(answer)

    assert patiently(here.wait(), read, enough=bool) == "rows"
    assert here.waits == [0.5, 0.75]


@pytest.mark.parametrize(("wait_for", "asked"), [("0s", 1), ("2s", 4)])
def test_a_read_that_never_works(world: Callable[..., World], wait_for: str, asked: int) -> None:
    """When the time is up the last error is raised; without a wait that is the first one."""
    here, errors = world(), [UnavailableError(str(n)) for n in range(10)]

    def read() -> None:
        raise errors.pop(0)

    with pytest.raises(UnavailableError, match=f"^{asked - 1}$"):
        patiently(here.wait(wait_for), read, enough=bool)


def test_rows_that_come_later(world: Callable[..., World]) -> None:
    """An answer that is not enough is no answer yet."""
    here, answers = world(), ["", "", "rows"]

    assert patiently(here.wait(), lambda: answers.pop(0), enough=bool) == "rows"
    assert here.waits == [0.5, 0.75]


@pytest.mark.parametrize(("wait_for", "asked"), [("0s", 1), ("2s", 4)])
def test_rows_that_never_come(world: Callable[..., World], wait_for: str, asked: int) -> None:
    """When the time is up what there is counts, though it isn't enough."""
    here, answers = world(), list(range(10))

    found = patiently(here.wait(wait_for), lambda: answers.pop(0), enough=lambda _: False)
    assert found == asked - 1
