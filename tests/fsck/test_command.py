"""`seawall fsck` and `seawall gc`, as a user calls them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import (  # noqa: F401 - fixtures
    BATCH,
    published,
    published_template,
    score,
    seawall,
    template,
)
from tests.postgres import Postgres

Command = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.faults  # each is a command of its own: left out of the plain suite


def state(project: Path) -> Path:
    """The folder beside the published one."""
    return project / "out" / "breakdowns.seawall"


def aged(project: Path) -> None:
    """The plans of the project ended long ago."""
    for outcome in state(project).glob("plans/*/*/outcome.json"):
        outcome.write_text(json.dumps({"state": "committed", "at": "2020-01-01T00:00:00+00:00"}))


def tree(project: Path) -> list[str]:
    """Every file below the project's output."""
    return sorted(str(path) for path in (project / "out").rglob("*") if path.is_file())


def test_a_sound_project(published: Path, seawall: Command) -> None:  # noqa: F811
    """Nothing is said of a published version, and the exit is 0."""
    done = seawall(published, "fsck", "pipeline.yaml")

    assert (done.returncode, done.stdout) == (0, "1 batch: no faults, no notes\n")


def test_a_damaged_version(published: Path, seawall: Command) -> None:  # noqa: F811
    """A flipped bit in a published file is one line, and exit 74."""
    (path,) = state(published).glob(f"data/{BATCH}/*")
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    done = seawall(published, "fsck", "pipeline.yaml", "--batch", BATCH)

    assert done.returncode == 74
    assert "fault: data: the file of version 1 is missing or damaged" in done.stdout
    assert done.stdout.endswith(f"batch {BATCH}: 1 fault, no notes\n")


def test_a_view_that_a_crash_left_behind(published: Path, seawall: Command) -> None:  # noqa: F811
    """A view that is behind is put right, and said so."""
    view = published / "out" / "breakdowns" / f"batch={BATCH}" / "predictions.parquet"
    view.unlink()
    done = seawall(published, "fsck", "pipeline.yaml", "--json")
    (problem,) = json.loads(done.stdout)["problems"]

    assert done.returncode == 0
    assert problem["what"] == "readers did not see the newest version; now they do"
    assert view.exists()


@pytest.mark.parametrize("hurt", ["corrupt", "gone"])
def test_rebuild(
    published: Path,  # noqa: F811
    seawall: Command,  # noqa: F811
    hurt: str,
) -> None:
    """A ledger that is corrupt or gone is built anew: the run, its chunks and lookups are known again."""
    ledger = published / ".seawall" / "ledger.db"
    before = json.loads(seawall(published, "explain", "--json").stdout)
    ledger.unlink() if hurt == "gone" else ledger.write_bytes(b"garbage " * 2000)
    seen = seawall(published, "fsck", "pipeline.yaml")
    done = seawall(published, "fsck", "pipeline.yaml", "--rebuild")
    after = json.loads(seawall(published, "explain", "--json").stdout)

    assert (seen.returncode, done.returncode) == (74 if hurt == "corrupt" else 0, 0)
    assert "--rebuild" in seen.stdout
    assert "1 run added, 0 corrected" in done.stdout
    for name in ("run_id", "state", "exit", "version", "account", "config_path", "batch"):
        assert after["run"][name] == before["run"][name]
    assert [c["account"] for c in after["chunks"]] == [c["account"] for c in before["chunks"]]
    assert [x["sha256"] for x in after["lookups"]] == [x["sha256"] for x in before["lookups"]]
    assert after["findings"] == before["findings"]


def test_rebuild_adds_to_a_sound_ledger(published: Path, score: Command, seawall: Command) -> None:  # noqa: F811
    """What a sound ledger knows stays, a failed run say; a run killed after its commit is corrected."""
    score(published, "--force", "--set", "validate.rows={min: 1000}")
    score(published, "--force", SEAWALL_FAILPOINT="6f")
    seen = seawall(published, "fsck", "pipeline.yaml")
    done = seawall(published, "fsck", "pipeline.yaml", "--rebuild")
    runs = json.loads(seawall(published, "runs", "--json").stdout)["runs"]

    assert "note: ledger: versions that the ledger does not know as published" in seen.stdout
    assert "no runs added, 1 corrected" in done.stdout
    assert [(run["state"], run["version"]) for run in runs] == [
        ("published", 2),
        ("failed", 1),
        ("published", 1),
    ]


@pytest.mark.upstreams
def test_rebuild_of_a_database(
    published: Path,  # noqa: F811
    score: Command,  # noqa: F811
    seawall: Command,  # noqa: F811
    postgres: Postgres,
) -> None:
    """On a server missing runs are added and wrong ends corrected; a failed run stays; so it does from nothing."""
    database = postgres.database("ledger")
    env, rebuild = {"SEAWALL_LEDGER": database.url}, ("fsck", "pipeline.yaml", "--rebuild")
    score(published, "--force", "--set", "validate.rows={min: 1000}", **env)
    score(published, "--force", SEAWALL_FAILPOINT="6f", **env)
    database.run("DELETE FROM runs WHERE state = 'published'")
    said = [seawall(published, *rebuild, **env).stdout]
    ends = database.run("SELECT state, version FROM runs ORDER BY started_at DESC")
    database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    said += [seawall(published, *rebuild, **env).stdout for _ in "ab"]

    assert sorted(ends) == [("failed", 1), ("published", 1), ("published", 2)]
    assert [words.partition("log: ")[2].splitlines()[0] for words in said] == [
        "1 run added, 1 corrected", "2 runs added, 0 corrected", "no runs added, 0 corrected"
    ]  # fmt: skip
    assert "tester:***@" in said[0]


@pytest.mark.parametrize("how", [(), ("--rebuild",)])
def test_a_server_that_does_not_answer(
    published: Path,  # noqa: F811
    seawall: Command,  # noqa: F811
    how: tuple[str, ...],
) -> None:
    """A ledger's server that is down is told without its password, and no file is asked to be moved."""
    env = {"SEAWALL_LEDGER": "postgresql://tester:hunter2@127.0.0.1:1/ledger"}
    done = seawall(published, "fsck", "pipeline.yaml", *how, **env)
    said = done.stdout + done.stderr

    assert (done.returncode, "hunter2" in said) == (74, False)
    assert "to do: see that the server answers, or set SEAWALL_LEDGER" in said


def test_a_lost_publish(published: Path, score: Command, seawall: Command) -> None:  # noqa: F811
    """A version that a run was told to have published, and no log has, is a fault."""
    score(published, "--force")
    (state(published) / "log" / BATCH / "00000002.json").unlink()
    done = seawall(published, "fsck", "pipeline.yaml")

    assert done.returncode == 74
    assert "was told to have published version 2, and the log lacks it" in done.stdout


def test_a_held_plan_that_is_gone(published: Path, score: Command, seawall: Command) -> None:  # noqa: F811
    """The ledger knows a run as held that nobody can release any more: a fault, told with its run."""
    held = score(
        published, "--force", "--set", "check_output.distribution.p_break.mean=[0.98, 0.99]"
    )
    whole = seawall(published, "fsck", "pipeline.yaml")
    newest = max(state(published).glob(f"plans/{BATCH}/*"))
    shutil.rmtree(newest)
    done = seawall(published, "fsck", "pipeline.yaml")

    assert (held.returncode, whole.returncode, done.returncode) == (4, 0, 74)
    assert "was held, and cannot be released: its plan is gone" in done.stdout


def test_a_batch_that_never_was(published: Path, seawall: Command) -> None:  # noqa: F811
    """Of a batch, or range, of which nothing stands no faults are denied: it is refused, or said so."""
    ranged = seawall(published, "fsck", "pipeline.yaml", "--batch", f"{BATCH}..{BATCH}")
    live = seawall(published, "status", "pipeline.yaml", "--batch", "2099-01-01")

    assert ranged.returncode == 2
    assert "nothing stands of this batch" in ranged.stderr
    assert "nothing of batch 2099-01-01 is published" in live.stdout


def test_a_lost_log(published: Path, score: Command, seawall: Command) -> None:  # noqa: F811
    """Without its log a batch is not published anew, and no command calls it unpublished."""
    shutil.rmtree(state(published) / "log")
    live = seawall(published, "status", "pipeline.yaml")
    again = score(published)

    assert (live.returncode, again.returncode) == (74, 74)
    assert "the log has lost commits" in live.stderr
    assert "the log has lost commits" in again.stderr


def test_a_ledger_that_is_a_folder(published: Path, seawall: Command) -> None:  # noqa: F811
    """A folder in the ledger's place is to be moved away: nothing is built anew over it."""
    ledger = published / ".seawall" / "ledger.db"
    for path in ledger.parent.glob("ledger.db*"):
        path.unlink()
    ledger.mkdir()
    done = seawall(published, "fsck", "pipeline.yaml")

    assert done.returncode == 74
    assert "move the file away" in done.stdout
    assert "--rebuild" not in done.stdout


def test_gc_lists_what_it_removes(published: Path, score: Command, seawall: Command) -> None:  # noqa: F811
    """The dry run names the paths and removes nothing; then just those are removed."""
    score(published, "--force", "--set", "limits.quarantined_rows={rows: 6}")
    aged(published)
    before = tree(published)
    listed: dict[str, Any] = json.loads(
        seawall(published, "gc", "pipeline.yaml", "--dry-run", "--json").stdout
    )
    untouched = tree(published)
    done: dict[str, Any] = json.loads(seawall(published, "gc", "pipeline.yaml", "--json").stdout)

    assert untouched == before
    assert listed["waste"] == done["waste"] != []
    assert all(not (published / "out" / one["path"]).exists() for one in done["waste"])
    assert all(one["why"] and one["bytes"] for one in done["waste"])
    assert seawall(published, "fsck", "pipeline.yaml").returncode == 0


def test_a_bad_pipeline_file(published: Path, seawall: Command) -> None:  # noqa: F811
    """A fault in the file is exit 78, for both."""
    (published / "pipeline.yaml").write_text("pipeline: 1\n")

    assert [seawall(published, name, "pipeline.yaml").returncode for name in ("fsck", "gc")] == [
        78,
        78,
    ]


def test_nothing_heavy_is_imported(published: Path) -> None:  # noqa: F811
    """Neither command imports pandas."""
    import sys

    from tests.end_to_end.conftest import environment

    code = (
        "import sys; from seawall.cli.border import outcome; outcome(['fsck', 'pipeline.yaml']);"
        "outcome(['gc', 'pipeline.yaml', '--dry-run']); print('pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=published,
        env=environment({}),
        text=True,
        capture_output=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "False", done.stdout
