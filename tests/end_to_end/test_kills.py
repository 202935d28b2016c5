"""kill -9 of the real command at every named place, then the same command again."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from seawall.failpoints import FAILPOINTS

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Put = Callable[[Path, pd.DataFrame], None]
OLD, NEW = (52, 2), (53, 1)
"""Rows published and quarantined: of the version before, and of the one that is killed."""
COMMITTED = FAILPOINTS.index("6e")


@pytest.fixture
def changed(published: Path, put: Put, frame: pd.DataFrame) -> Path:
    """A project with version 1 published, another input since, and garbage to collect."""
    put(published, frame.assign(load=frame["load"].clip(0, 100)))
    (outcome,) = published.glob(f"out/breakdowns.seawall/plans/{BATCH}/*/outcome.json")
    outcome.write_text(json.dumps({"state": "committed", "at": "2020-01-01T00:00:00+00:00"}))
    return published


@pytest.fixture(scope="session")
def undisturbed() -> dict[str, bytes]:
    """What an undisturbed run publishes, once somebody has run it."""
    return {}


def view(project: Path) -> Path:
    """The file that readers see."""
    return project / "out" / "breakdowns" / f"batch={BATCH}" / "predictions.parquet"


def rows(project: Path) -> int:
    """How many rows a reader finds, each once."""
    frame = pd.read_parquet(project / "out" / "breakdowns")
    assert frame["id"].is_unique
    return len(frame)


def expected(changed: Path, undisturbed: dict[str, bytes], score: Command, tmp_path: Path) -> bytes:
    """The bytes of an undisturbed run on a copy of the project."""
    if not undisturbed:
        other = tmp_path / "undisturbed"
        subprocess.run(["cp", "-a", str(changed), str(other)], check=True)
        assert score(other).returncode == 0
        undisturbed["bytes"] = view(other).read_bytes()
    return undisturbed["bytes"]


@pytest.mark.breaks(
    "`kill -9` at any step of a run",
    exit=137,
    then="readers see the old version or the new one; a rerun gives an undisturbed run's bytes",
)
@pytest.mark.kill
@pytest.mark.parametrize("point", FAILPOINTS)
def test_killed_anywhere(
    changed: Path, undisturbed: dict[str, bytes], score: Command, tmp_path: Path, point: str
) -> None:
    """Readers see the old version or the new; the rerun ends with the bytes of an undisturbed run."""
    bytes_expected = expected(changed, undisturbed, score, tmp_path)
    times = ":3" if point.startswith("4") else ""
    killed = score(changed, SEAWALL_FAILPOINT=point + times)
    after_kill = rows(changed)
    rerun = score(changed, "--json")
    result = json.loads(rerun.stdout)
    committed = FAILPOINTS.index(point) >= COMMITTED

    assert killed.returncode == -signal.SIGKILL, f"never reached: {killed.stderr}"
    assert after_kill in (OLD[0], NEW[0])
    assert after_kill == OLD[0] or committed
    assert (rerun.returncode, result["version"]) == (0, 2), rerun.stderr
    assert result["state"] == ("already published" if committed else "published")
    assert view(changed).read_bytes() == bytes_expected
    assert rows(changed) == NEW[0]
    if point[0] in "56" and point != "5a" and not committed:
        assert result["reused_chunks"] == 6
    if point.startswith("4f"):
        assert result["reused_chunks"] >= 1
    if point[0] in "123":
        assert result["reused_chunks"] == 0
    assert_tidy(changed)


def assert_tidy(project: Path) -> None:
    """No temporary name is left, and no plan is left open."""
    state = project / "out" / "breakdowns.seawall"
    temporary = [*state.rglob("*.tmp"), *(state / "tmp" / BATCH).iterdir()]
    plans = [plan.parent for plan in (state / "plans" / BATCH).glob("*/plan.json")]

    assert temporary == []
    assert [plan for plan in plans if not (plan / "outcome.json").is_file()] == []


def test_killed_before_anything_was_published(project: Path, score: Command) -> None:
    """Killed in a first publish, readers find no batch at all; the rerun reuses what was finished."""
    killed = score(project, SEAWALL_FAILPOINT="6d")
    found = list((project / "out" / "breakdowns").iterdir())
    rerun = score(project)

    assert (killed.returncode, found) == (-signal.SIGKILL, [])
    assert "6, 6 of them from an earlier run" in rerun.stdout
    assert rows(project) == OLD[0]


def test_forced_run_after_a_killed_one_reads_lookups_anew(changed: Path, score: Command) -> None:
    """A plan that was committed before its run was killed is not resumed by --force."""
    score(changed, SEAWALL_FAILPOINT="6f")
    rerun = score(changed, "--force", "--json")
    result = json.loads(rerun.stdout)

    assert (result["version"], result["reused_chunks"]) == (3, 0)


def test_damaged_parts_are_computed_again(changed: Path, score: Command) -> None:
    """Of the finished chunks of an interrupted run, a flipped bit and a lost file are noticed."""
    score(changed, SEAWALL_FAILPOINT="5")
    (plan,) = (
        path.parent
        for path in changed.glob(f"out/breakdowns.seawall/plans/{BATCH}/*/plan.json")
        if not (path.parent / "outcome.json").exists()
    )
    parts = sorted((plan / "parts").iterdir())
    parts[0].chmod(0o644)
    content = bytearray(parts[0].read_bytes())
    content[-20] ^= 1
    parts[0].write_bytes(content)
    parts[1].unlink()
    result = json.loads(score(changed, "--json").stdout)

    assert (result["state"], result["reused_chunks"]) == ("published", 4)
    assert rows(changed) == NEW[0]
