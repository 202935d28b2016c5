"""The executor's contract, held against both kinds."""

from __future__ import annotations

import importlib
import itertools
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from seawall.errors import SoftwareError, UsageError
from seawall.workers import Kind

Opened = Callable[..., Any]
Left = Callable[[], tuple[list[str], list[psutil.Process]]]
Until = Callable[[Callable[[], bool]], None]

pytestmark = pytest.mark.parametrize("kind", ["threads", "processes"])


def never() -> bool:
    """No reason to stop."""
    return False


def marking(folder: Path) -> Callable[[int], int]:
    """A work that leaves a file for every item that it began."""

    def work(item: int) -> Any:
        (folder / str(item)).touch()
        return item

    return work


def begun(folder: Path) -> set[int]:
    """The items that left a file."""
    return {int(file.name) for file in folder.iterdir()}


def reached(folder: Path, count: int) -> bool:
    """Whether so many items were begun."""
    return len(begun(folder)) >= count


def test_every_item_comes_back_exactly_once(kind: Kind, opened: Opened) -> None:
    """Fifty items give their fifty results, none twice, none lost."""
    with opened(kind) as executor:
        results = list(executor.outcomes(lambda item: item * item, range(50), never))

    assert sorted(results) == [item * item for item in range(50)]


def test_no_items_give_no_results(kind: Kind, opened: Opened) -> None:
    """An empty sequence ends at once."""
    with opened(kind) as executor:
        assert list(executor.outcomes(abs, [], never)) == []


def test_an_executor_can_be_asked_again(kind: Kind, opened: Opened) -> None:
    """A second call of the same executor gives its own results, of its own work."""
    with opened(kind) as executor:
        first = sorted(executor.outcomes(lambda item: item + 1, range(5), never))
        second = sorted(executor.outcomes(lambda item: -item, range(5), never))

    assert (first, second) == ([1, 2, 3, 4, 5], [-4, -3, -2, -1, 0])


def test_results_come_as_they_are_done(kind: Kind, opened: Opened, tmp_path: Path) -> None:
    """An item that waits for a later one doesn't hold it up."""

    def work(item: int) -> Any:
        deadline = time.monotonic() + 30
        while item == 0 and not (tmp_path / "9").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        (tmp_path / str(item)).touch()
        return item

    with opened(kind) as executor:
        results = list(executor.outcomes(work, range(10), never))

    assert set(results) == set(range(10))
    assert results.index(0) > results.index(8)


def test_no_more_items_are_in_work_than_there_are_workers(
    kind: Kind, opened: Opened, tmp_path: Path
) -> None:
    """Three workers never have four items in work at the same time."""

    def work(item: int) -> Any:
        mine = tmp_path / str(item)
        mine.touch()
        seen = max(len(list(tmp_path.iterdir())) for _ in range(50))
        mine.unlink()
        return seen

    with opened(kind, workers=3) as executor:
        assert max(executor.outcomes(work, range(40), never)) <= 3


def test_a_slow_consumer_holds_the_workers_back(
    kind: Kind, opened: Opened, tmp_path: Path, until: Until
) -> None:
    """Workers go on while the consumer is busy, until two items a worker are not consumed."""
    with opened(kind) as executor:
        outcomes = executor.outcomes(marking(tmp_path), range(40), never)
        for consumed in range(1, 36):
            next(outcomes)
            until(partial(reached, tmp_path, consumed + 4))
            assert len(begun(tmp_path)) == consumed + 4
        outcomes.close()


def test_after_stop_nothing_begins_and_what_is_in_work_comes_back(
    kind: Kind, opened: Opened, tmp_path: Path
) -> None:
    """What was begun when stop became true is yielded, all of it; the rest is never begun."""
    consumed: list[int] = []
    with opened(kind) as executor:
        outcomes = executor.outcomes(marking(tmp_path), range(20), lambda: len(consumed) >= 3)
        for item in outcomes:
            consumed.append(item)  # noqa: PERF402 - stop looks at it meanwhile

    assert set(consumed) == begun(tmp_path)
    assert 3 <= len(consumed) <= 3 + 4


def test_a_stop_before_the_start_begins_nothing(kind: Kind, opened: Opened, tmp_path: Path) -> None:
    """With stop true from the first, no item is begun."""
    with opened(kind) as executor:
        results = list(executor.outcomes(marking(tmp_path), range(5), lambda: True))

    assert results == []
    assert begun(tmp_path) == set()


def test_a_consumer_that_leaves_ends_the_work(
    kind: Kind, opened: Opened, tmp_path: Path, left: Left
) -> None:
    """After the consumer has left at the second result, no more than the window was begun."""
    with opened(kind) as executor:
        outcomes = executor.outcomes(marking(tmp_path), range(100), never)
        list(itertools.islice(outcomes, 2))
        outcomes.close()

    assert len(begun(tmp_path)) <= 2 + 4
    assert left() == ([], [])


def test_after_a_consumer_left_the_next_call_is_whole(
    kind: Kind, opened: Opened, tmp_path: Path
) -> None:
    """A call after one that was left half way has all its results."""
    with opened(kind) as executor:
        outcomes = executor.outcomes(marking(tmp_path), range(100), never)
        next(outcomes)
        outcomes.close()
        results = list(executor.outcomes(abs, range(-9, 0), never))

    assert sorted(results) == list(range(1, 10))


def test_an_error_of_the_work_is_raised_in_the_consumer(
    kind: Kind, opened: Opened, tmp_path: Path, left: Left
) -> None:
    """A work that raises ends the call with its own error, and nothing is left running."""

    def work(item: int) -> Any:
        (tmp_path / str(item)).touch()
        if item == 3:
            raise LookupError("no such chunk", item)
        return item

    with opened(kind) as executor, pytest.raises(LookupError, match="no such chunk") as raised:
        list(executor.outcomes(work, range(100), never))

    assert raised.value.args == ("no such chunk", 3)
    assert len(begun(tmp_path)) < 100
    assert left() == ([], [])


def test_an_error_of_the_consumer_ends_the_work(
    kind: Kind, opened: Opened, tmp_path: Path, left: Left
) -> None:
    """An error in the loop's body leaves no thread and no process."""

    def consume() -> None:
        with opened(kind) as executor:
            for _ in executor.outcomes(marking(tmp_path), range(100), never):
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consume()

    assert len(begun(tmp_path)) <= 1 + 4
    assert left() == ([], [])


def test_a_call_that_is_left_open_does_not_hold_up_the_end(
    kind: Kind, opened: Opened, tmp_path: Path, left: Left
) -> None:
    """Closing the executor ends a call that somebody still holds, and the holder is told."""
    with opened(kind) as executor:
        outcomes = executor.outcomes(marking(tmp_path), range(100), never)
        next(outcomes)

    assert left() == ([], [])
    with pytest.raises(UsageError, match="closed before"):
        list(outcomes)


def test_two_calls_at_once_are_refused(kind: Kind, opened: Opened) -> None:
    """A second call while the first is half consumed is a usage error rather than a deadlock."""
    with opened(kind) as executor:
        first = executor.outcomes(abs, range(100), never)
        next(first)
        with pytest.raises(UsageError, match="not consumed"):
            next(executor.outcomes(abs, range(100), never))
        rest = list(first)

    assert len(rest) == 99


def test_an_error_of_stop_is_raised_in_the_consumer(kind: Kind, opened: Opened) -> None:
    """A stop that raises ends the call with its error instead of a wait without end."""
    with opened(kind) as executor, pytest.raises(ZeroDivisionError):
        list(executor.outcomes(abs, range(5), lambda: bool(1 / 0)))


def test_a_work_that_exits_is_an_error(kind: Kind, opened: Opened) -> None:
    """sys.exit(0) in a stage doesn't end the run as if it had been published."""

    def work(item: int) -> Any:
        raise SystemExit(item)

    with opened(kind) as executor, pytest.raises(SoftwareError, match=r"sys\.exit"):
        list(executor.outcomes(work, [0], never))


def test_nothing_is_left_after_the_end(kind: Kind, opened: Opened, left: Left) -> None:
    """Threads and processes are there while the executor is open and gone afterwards."""
    with opened(kind) as executor:
        list(executor.outcomes(abs, range(5), never))
        threads, processes = left()

    assert len(threads) == 2
    assert len(processes) == (2 if kind == "processes" else 0)
    assert left() == ([], [])


def test_libraries_are_held_to_the_inner_threads(kind: Kind, opened: Opened) -> None:
    """BLAS and OpenMP, as a worker sees them, use the threads that the worker was given."""
    openmp = "sklearn.utils._openmp_helpers"  # what trees use
    importlib.import_module(openmp)

    def work(_item: int) -> Any:
        from threadpoolctl import threadpool_info

        importlib.import_module(openmp)
        return {(library["internal_api"], library["num_threads"]) for library in threadpool_info()}

    with opened(kind, inner_threads=1) as executor:
        (seen,) = executor.outcomes(work, [0], never)

    assert seen == {("openblas", 1), ("openmp", 1)}
