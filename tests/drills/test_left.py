"""What a drill leaves behind that is ended from outside: nothing."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.conftest import BATCH, SEAWALL, environment
from tests.isolation.asking import eventually, left

pytestmark = pytest.mark.faults
Begun = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def begun(project: Path, tmp_path: Path) -> Iterator[Begun]:
    """Begins a drill of everything, and comes back when its second case hangs."""
    shelter, processes = tmp_path / "tmp", list[subprocess.Popen[str]]()
    shelter.mkdir()

    def begin() -> subprocess.Popen[str]:
        known = set(shelter.iterdir())
        processes.append(started(project, shelter))
        eventually(lambda: any(map(_hangs, {*shelter.iterdir()} - known)))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def started(project: Path, shelter: Path) -> subprocess.Popen[str]:
    """A drill whose sandbox stands in the folder."""
    return subprocess.Popen(
        [*SEAWALL, "drill", "pipeline.yaml", "--batch", BATCH],
        cwd=project,
        env=environment({"TMPDIR": str(shelter)}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _hangs(folder: Path) -> bool:
    return (folder / "cases/0002/upstreams/primary").is_dir()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_drill_that_is_stopped_leaves_nothing(
    begun: Begun, tmp_path: Path, number: signal.Signals
) -> None:
    """Its processes and its folder are gone when it is, and its exit code names the signal."""
    process = begun()
    children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]

    process.send_signal(number)

    assert process.wait(timeout=60) == 128 + number
    assert (len(children) > 1, left(children)) == (True, [])
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_next_drill_sweeps_up_after_one_that_was_killed(begun: Begun, tmp_path: Path) -> None:
    """SIGKILL leaves a folder and no process; the folder goes when somebody drills again."""
    process = begun()
    children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    (folder,) = (tmp_path / "tmp").iterdir()
    process.kill()
    process.wait()

    again = begun()
    again.terminate()
    again.wait(timeout=60)

    assert left(children, within_s=10) == []
    assert not folder.exists()
