"""kill -9 of the real command at every named place, then the same command again: F88 to F91."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from seawall.failpoints import FAILPOINTS
from tests.end_to_end.conftest import BATCH, Command
from tests.faults.conftest import Saw

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


@pytest.mark.parametrize("point", FAILPOINTS)
def test_f88_killed_anywhere(  # noqa: PLR0913 - fixtures
    changed: Path,
    undisturbed: dict[str, bytes],
    score: Command,
    tmp_path: Path,
    *,
    saw: Saw,
    point: str,
) -> None:
    """Readers see the old version or the new; the rerun ends with the bytes of an undisturbed run."""
    bytes_expected = expected(changed, undisturbed, score, tmp_path)
    times = ":3" if point.startswith("4") else ""
    killed = score(changed, SEAWALL_FAILPOINT=point + times)
    after_kill = rows(changed)
    rerun = score(changed, "--json")
    result = json.loads(rerun.stdout)
    committed = FAILPOINTS.index(point) >= COMMITTED

    happened = (
        "readers see one whole version; the next run publishes the bytes of an undisturbed run"
    )
    saw([killed, rerun], [-signal.SIGKILL, 0], happened, folder=changed / "out/breakdowns")
    assert after_kill in (OLD[0], NEW[0])
    assert after_kill == OLD[0] or committed
    assert result["version"] == 2, rerun.stderr
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


def test_f88_killed_before_anything_was_published(project: Path, score: Command, saw: Saw) -> None:
    """Killed in a first publish, readers find no batch at all; the rerun reuses what was finished."""
    killed = score(project, SEAWALL_FAILPOINT="6d")
    found = list((project / "out" / "breakdowns").iterdir())
    rerun = score(project)

    happened = (
        "in a first publish: readers see no batch, the next run publishes the finished chunks"
    )
    saw([killed, rerun], [-signal.SIGKILL, 0], happened, folder=project / "out/breakdowns")
    assert found == []
    assert "6, 6 of them from an earlier run" in rerun.stdout
    assert rows(project) == OLD[0]


def test_a_forced_run_after_a_killed_one_reads_lookups_anew(changed: Path, score: Command) -> None:
    """A plan that was committed before its run was killed is not resumed by --force."""
    score(changed, SEAWALL_FAILPOINT="6f")
    rerun = score(changed, "--force", "--json")
    result = json.loads(rerun.stdout)

    assert (result["version"], result["reused_chunks"]) == (3, 0)


def interrupted(project: Path, score: Command) -> list[Path]:
    """The finished parts of a run that was killed when it had all of them."""
    score(project, SEAWALL_FAILPOINT="5")
    (plan,) = (
        path.parent
        for path in project.glob(f"out/breakdowns.seawall/plans/{BATCH}/*/plan.json")
        if not (path.parent / "outcome.json").exists()
    )
    return sorted((plan / "parts").iterdir())


def flip(path: Path) -> None:
    """One bit of the file is another."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)


def test_f89_a_flipped_bit_in_a_part(changed: Path, score: Command, saw: Saw) -> None:
    """A part that is not what its receipt says is computed again."""
    flip(interrupted(changed, score)[0])
    done = score(changed, "--json")

    happened = "staged: that chunk is computed again, and published"
    saw(done, 0, happened, '"reused_chunks": 5', folder=changed / "out/breakdowns")
    assert rows(changed) == NEW[0]


def test_f89_a_flipped_bit_in_what_is_published(
    published: Path, score: Command, seawall: Command, saw: Saw
) -> None:
    """A damaged version is told by `fsck` and `status --verify`, and made anew by the next run."""
    flip(view(published))
    checks = [
        seawall(published, "fsck", "pipeline.yaml"),
        seawall(published, "status", "pipeline.yaml", "--verify"),
    ]
    again = score(published)
    whole = seawall(published, "fsck", "pipeline.yaml", "--batch", BATCH)

    happened = "published: `fsck` and `status --verify` tell, the next run makes the version anew"
    words = ("file of version 1 is missing or damaged", "a published file is missing or damaged")
    saw([*checks, again], [74, 74, 0], happened, *words)
    assert rows(published) == OLD[0]
    assert "version 1 is missing" in whole.stdout


def test_f90_a_part_that_somebody_deleted(changed: Path, score: Command, saw: Saw) -> None:
    """A part that is gone is computed again."""
    interrupted(changed, score)[1].unlink()
    done = score(changed, "--json")

    happened = "that chunk is computed again, and published"
    saw(done, 0, happened, '"reused_chunks": 5', folder=changed / "out/breakdowns")
    assert rows(changed) == NEW[0]


CHANGES = {
    "config featurize": ("pipeline.yaml", "scale: 2.0", "scale: 3.0"),
    "code factory.steps": ("factory/steps.py", '!= "off"', '!= "of"'),
    "code factory.model": ("factory/model.py", "10_000.0", "20_000.0"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_f91_resumed_after_a_change(changed: Path, score: Command, saw: Saw, what: str) -> None:
    """An interrupted plan of another config, code or model is left, and what is different is said."""
    interrupted(changed, score)
    name, old, new = CHANGES[what]
    path = changed / name
    path.write_text(path.read_text().replace(old, new))
    done = score(changed, "--json")

    happened = "a new plan; what has changed is said, nothing of the old one is used"
    words = ("resume refused", f"{what}", " is now ", '"reused_chunks": 0')
    saw(done, 0, happened, *words, folder=changed / "out/breakdowns")
