"""How cores become workers and threads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seawall.errors import UsageError
from seawall.workers import Kind, budget, cores, open_executor


@pytest.mark.parametrize(
    ("workers", "inner", "expected"),
    [
        (None, None, (8, 1)),
        (2, None, (2, 4)),
        (3, None, (3, 2)),
        (None, 4, (2, 4)),
        (None, 3, (2, 3)),
        (None, 16, (1, 16)),
        (16, None, (16, 1)),
        (8, 8, (8, 8)),
    ],
)
@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_workers_times_threads_fit_the_cores_unless_more_is_asked_for(
    kind: Kind, workers: int | None, inner: int | None, expected: tuple[int, int]
) -> None:
    """What is not given is filled up to eight cores; what is given stands."""
    assert budget(kind, workers, inner, 8) == expected


@pytest.mark.parametrize(
    ("workers", "inner", "name"), [(0, None, "workers"), (1, 0, "inner_threads")]
)
def test_nobody_to_work_is_refused(workers: int | None, inner: int | None, name: str) -> None:
    """No workers, or workers without a thread, are a usage error that names the setting."""
    with pytest.raises(UsageError, match=name):
        budget("threads", workers, inner, 8)


def test_an_unknown_executor_is_refused() -> None:
    """A kind that isn't there is a usage error that says which are."""
    with pytest.raises(UsageError, match="threads or processes"):
        open_executor("dask", workers=1, inner_threads=1, notify=lambda *_: None)  # type: ignore[arg-type] # as asked


def group(root: Path, line: str, **files: str) -> Path:
    """A mounted system whose process stands in a control group with these files."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(line + "\n")
    for path, text in files.items():
        file = root / "sys/fs/cgroup" / path.replace("__", "/").replace("_DOT_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_a_quota_of_the_control_group_bounds_the_cores(tmp_path: Path) -> None:
    """Half a core's quota leaves one core, whatever the machine has."""
    root = group(tmp_path, "0::/job", job__cpu_DOT_max="50000 100000\n")

    assert cores(root) == 1


def test_a_quota_of_a_group_above_bounds_the_cores(tmp_path: Path) -> None:
    """The quota of the group around the process's own counts too."""
    files = {"slice__job__cpu_DOT_max": "max 100000\n", "slice__cpu_DOT_max": "100000 100000\n"}

    assert cores(group(tmp_path, "0::/slice/job", **files)) == 1


def test_an_old_control_group_bounds_the_cores(tmp_path: Path) -> None:
    """The first version of control groups is read as well."""
    root = group(tmp_path, "4:cpuacct,cpu:/job")
    folder = root / "sys/fs/cgroup/cpu/job"
    folder.mkdir(parents=True)
    (folder / "cpu.cfs_quota_us").write_text("100000\n")
    (folder / "cpu.cfs_period_us").write_text("100000\n")

    assert cores(root) == 1


@pytest.mark.parametrize("text", ["max 100000\n", "100000000 100000\n", "nonsense"])
def test_without_a_tighter_quota_the_affinity_counts(tmp_path: Path, text: str) -> None:
    """No quota, or one beyond the machine, leaves what the process may run on."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    assert cores(group(tmp_path, "0::/job", job__cpu_DOT_max=text)) == usable
