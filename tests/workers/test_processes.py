"""What only worker processes do: die one by one, and not outlive their parent."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from seawall.contracts import WorkerDeath
from seawall.errors import SoftwareError

Opened = Callable[..., Any]
Left = Callable[[], tuple[list[str], list[psutil.Process]]]
Until = Callable[[Callable[[], bool]], None]


def never() -> bool:
    """No reason to stop."""
    return False


def counting(folder: Path, killers: set[int]) -> Callable[[int], int]:
    """A work that notes each of its calls in a file, and kills its worker at some items."""

    def work(item: int) -> Any:
        with (folder / str(item)).open("a") as file:
            file.write("x")
        if item in killers:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    return work


def calls(folder: Path, item: int) -> int:
    """How often the work was called with the item."""
    return len((folder / str(item)).read_text())


@pytest.mark.kill
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_killers_are_set_aside_and_the_others_finish(
    opened: Opened, tmp_path: Path, retries: list[tuple[int, str]], workers: int
) -> None:
    """Of 24 chunks with two killers 22 come back, and each killer as a death, after one retry."""
    with opened(workers=workers) as executor:
        outcomes = list(executor.outcomes(counting(tmp_path, {5, 17}), range(24), never))

    deaths = [outcome for outcome in outcomes if isinstance(outcome, WorkerDeath)]
    assert sorted(death.item for death in deaths) == [5, 17]
    assert {outcome for outcome in outcomes if type(outcome) is int} == set(range(24)) - {5, 17}
    assert len(outcomes) == 24
    assert sorted(item for item, _ in retries) == [5, 17]


def test_a_death_costs_the_others_nothing(opened: Opened, tmp_path: Path) -> None:
    """Items beside a killer are worked on once; the killer twice."""
    with opened(workers=3) as executor:
        list(executor.outcomes(counting(tmp_path, {4}), range(12), never))

    assert {item: calls(tmp_path, item) for item in range(12)} == {
        item: 2 if item == 4 else 1 for item in range(12)
    }


def test_an_item_whose_worker_died_once_comes_back(
    opened: Opened, tmp_path: Path, retries: list[tuple[int, str]]
) -> None:
    """A worker that is killed from outside, for want of memory say, costs one retry."""

    def work(item: int) -> Any:
        died = tmp_path / "died"
        if item == 3 and not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    with opened() as executor:
        results = sorted(executor.outcomes(work, range(8), never))

    assert results == list(range(8))
    assert [item for item, _ in retries] == [3]


def test_a_suspect_is_tried_again_alone(opened: Opened, tmp_path: Path) -> None:
    """While an item is tried again, no other one is in work."""
    (tmp_path / "work").mkdir()

    def work(item: int) -> Any:
        died = tmp_path / "died"
        if item == 3 and not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        mine = tmp_path / "work" / str(item)
        mine.touch()
        seen = max(len(list(mine.parent.iterdir())) for _ in range(300))
        mine.unlink()
        return item, seen

    with opened(workers=4) as executor:
        seen = dict(executor.outcomes(work, range(40), never))

    assert seen[3] == 1
    assert max(seen.values()) > 1


@pytest.mark.parametrize(
    ("ending", "named"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "killed by SIGSEGV"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "killed by SIGKILL"),
        (lambda: os._exit(3), "exited with code 3"),
        (lambda: os._exit(0), "exited with code 0"),
    ],
    ids=["SIGSEGV", "SIGKILL", "exit 3", "exit 0"],
)
def test_a_death_says_of_what(
    opened: Opened,
    retries: list[tuple[int, str]],
    ending: Callable[[], None],
    named: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The signal or the exit code stands in the death and in the word about the retry."""
    with opened(workers=1) as executor:
        (death,) = executor.outcomes(lambda _item: ending(), [0], never)

    assert named in death.reason
    assert retries == [(0, death.reason)]


def test_after_stop_a_suspect_is_left(
    opened: Opened, tmp_path: Path, retries: list[tuple[int, str]]
) -> None:
    """When stop is true, an item whose worker was killed is neither tried again nor accused."""
    with opened(workers=1) as executor:
        stop = (tmp_path / "0").exists
        outcomes = list(executor.outcomes(counting(tmp_path, {0}), range(4), stop))

    assert (outcomes, retries) == ([], [])
    assert calls(tmp_path, 0) == 1


def test_a_worker_killed_between_two_calls_is_replaced(
    opened: Opened, left: Left, retries: list[tuple[int, str]], until: Until
) -> None:
    """The death of an idle worker is nobody's: the next call has all its results."""
    with opened() as executor:
        list(executor.outcomes(abs, range(4), never))
        workers = left()[1]
        for worker in workers:
            worker.kill()
        until(lambda: not any(worker.is_running() for worker in workers))
        results = sorted(executor.outcomes(abs, range(4), never))

    assert (results, retries) == ([0, 1, 2, 3], [])


class Noted:
    """A work that notes every unpickling of itself, and may kill the process that does it."""

    def __init__(self, folder: Path, *, deadly: bool) -> None:
        self.folder, self.deadly = folder, deadly

    def __call__(self, item: int) -> int:
        """The item."""
        return item

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        with (self.folder / str(os.getpid())).open("a") as file:
            file.write("x")
        if self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def test_the_work_is_sent_to_each_worker_once(opened: Opened, tmp_path: Path) -> None:
    """Thirty items and two calls of the same work unpickle it once in each of two processes."""
    work = Noted(tmp_path, deadly=False)
    with opened() as executor:
        list(executor.outcomes(work, range(30), never))
        list(executor.outcomes(work, range(30), never))

    assert [file.read_text() for file in tmp_path.iterdir()] == ["x", "x"]


def test_workers_that_die_before_their_first_item_are_an_error(
    opened: Opened, tmp_path: Path, left: Left
) -> None:
    """No item is accused of a death that came before it, and the run doesn't go on for ever."""
    with opened() as executor, pytest.raises(SoftwareError, match="SIGKILL"):
        list(executor.outcomes(Noted(tmp_path, deadly=True), range(1000), never))

    assert left() == ([], [])


def test_an_error_brings_the_worker_s_traceback(opened: Opened) -> None:
    """The error that is raised here shows the line of the work that raised it there."""

    def unlucky_stage(_item: int) -> None:
        raise LookupError("no such chunk")

    with opened() as executor, pytest.raises(LookupError) as raised:
        list(executor.outcomes(unlucky_stage, [0], never))

    assert "in unlucky_stage" in str(raised.value.__cause__)


class KeywordError(Exception):
    """An error that pickles and doesn't unpickle."""

    def __init__(self, *, column: str) -> None:
        super().__init__(column)


def test_an_error_that_cannot_be_unpickled_is_still_told(opened: Opened) -> None:
    """An error with a keyword-only constructor comes back as text, with its traceback."""

    def unlucky_stage(_item: int) -> None:
        raise KeywordError(column="dest")

    with opened() as executor, pytest.raises(RuntimeError, match="KeywordError: dest") as raised:
        list(executor.outcomes(unlucky_stage, [0], never))

    assert "in unlucky_stage" in str(raised.value)


def test_a_consumer_that_leaves_has_the_work_killed(
    opened: Opened, tmp_path: Path, left: Left
) -> None:
    """An item that would take an hour holds up neither the next call nor the end."""
    parked = tmp_path / "parked"

    def work(item: int) -> Any:
        if item:
            parked.touch()
            time.sleep(3600)
        deadline = time.monotonic() + 30
        while not parked.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return item

    with opened() as executor:
        outcomes = executor.outcomes(work, range(2), never)
        assert next(outcomes) == 0
        outcomes.close()
        assert len(list(executor.outcomes(abs, range(9), never))) == 9

    assert left() == ([], [])


def test_workers_are_not_replaced_for_growing(opened: Opened) -> None:
    """A worker that keeps 400 MB more than after its first item stays the same process."""
    kept = []

    def work(item: int) -> Any:
        if item:
            kept.append(bytearray(os.urandom(1) * 400_000_000) if item == 1 else b"")
            time.sleep(0.6)  # loky looks once a second
        return os.getpid()

    with opened(workers=1) as executor:
        assert len(set(executor.outcomes(work, range(5), never))) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_ignore_ctrl_c_and_nothing_else(opened: Opened) -> None:
    """SIGINT is the parent's; SIGTERM ends a worker as it ends any process."""

    def work(_item: int) -> Any:
        return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with opened(workers=1) as executor:
        (seen,) = executor.outcomes(work, [0], never)

    assert seen == (signal.SIG_IGN, signal.SIG_DFL)


def test_children_are_found_by_psutil(left: Left) -> None:
    """The look at what is left sees a process that is left: without it the tests prove nothing."""
    child = psutil.Popen([sys.executable, "-c", "input()"], stdin=-1, stdout=-3, stderr=-3)

    assert left()[1] == [psutil.Process(child.pid)]
    child.stdin.close()
    child.wait()
