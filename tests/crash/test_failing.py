"""The n-th operation on the disk fails, for every n: an error, and never a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seawall.disk import Disk
from seawall.errors import SeawallError
from tests.crash.interposed import Failing
from tests.crash.oracle import faults, outcome, wrongs
from tests.crash.protocol import FOLDER, Told, Work, publish, sink_on
from tests.crash.simulated import Simulated

NEVER = 10**9


def failed(make: Callable[[], tuple[Disk, Path]], **how: object) -> Iterator[tuple[int, list[str]]]:
    """For n = 1, 2, … until the run passes: which operation was refused, and what is wrong then."""
    undisturbed = _ended(*make())
    for n in range(1, NEVER):
        disk, folder = make()
        told = _begun(disk, folder)
        failing = Failing(disk, n, **how)  # type: ignore[arg-type]
        passed = _tried(failing, folder, told)
        if not failing.failed:
            assert passed
            return
        yield n, [f"{failing.failed}: {wrong}" for wrong in _wrong(disk, folder, told, undisturbed)]


def _begun(disk: Disk, folder: Path) -> Told:
    told = Told()
    publish(sink_on(disk, folder), Work(1), told)
    return told


def _ended(disk: Disk, folder: Path) -> tuple[object, ...]:
    publish(sink_on(disk, folder), Work(2), _begun(disk, folder))
    return outcome(disk, folder)


def _tried(disk: Disk, folder: Path, told: Told) -> bool:
    try:
        publish(sink_on(disk, folder, pause_s=1e-9), Work(2), told)
    except SeawallError:
        return False
    return True


def _left(disk: Disk, folder: Path) -> Iterator[Path]:
    """Temporary names, wherever they stand."""
    for path in (folder / name for name in disk.list(folder)):
        if disk.is_folder(path):
            yield from _left(disk, path)
        elif path.suffix == ".tmp" or folder.parent.name == "tmp":
            yield path


def _wrong(disk: Disk, folder: Path, told: Told, undisturbed: tuple[object, ...]) -> Iterator[str]:
    sink = sink_on(disk, folder)
    yield from (*wrongs(disk, folder, told), *faults(sink))
    publish(sink, Work(2), told)
    yield from (*wrongs(disk, folder, told), *faults(sink))
    if outcome(disk, folder) != undisturbed:
        yield f"the next run ends with {outcome(disk, folder)[1:]}"


def in_memory() -> tuple[Disk, Path]:
    """A simulated disk."""
    return Simulated(), FOLDER


ONCE = {"code": "EIO"}
ALWAYS = {"code": "ENOSPC", "from_then_on": True}


@pytest.mark.parametrize(
    "how", [ONCE, pytest.param(ALWAYS, marks=pytest.mark.faults)], ids=["once", "from then on"]
)
def test_each_operation_fails(how: dict[str, object]) -> None:
    """Whichever operation of a republish fails, readers keep a whole version and a rerun has its bytes."""
    ends = dict(failed(in_memory, **how))

    assert [wrong for found in ends.values() for wrong in found] == []
    assert len(ends) > 100


@pytest.mark.faults
def test_no_temporary_is_left() -> None:
    """Whatever is refused, but for a removal, the run takes its temporary names with it."""
    left = {}
    for n in range(1, NEVER):
        disk, folder = in_memory()
        failing = Failing(disk, n)
        _tried(failing, folder, _begun(disk, folder))
        if not failing.failed:
            break
        left[failing.failed] = list(_left(disk, Path("/")))

    assert [what for what, paths in left.items() if paths and not what.startswith("unlink")] == []
