"""Several batches in order, and a sample of one that is only tried."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, Command

Begin = Callable[..., "subprocess.Popen[str]"]
NARROW = "--set=check_output.distribution.p_break.mean=[0.9, 0.99]"
RANGE = ("run", "pipeline.yaml", "--batch", "2024-03-01..2024-03-04")


@pytest.fixture
def days(published: Path) -> Path:
    """A project with the input of four days, of which one is missing."""
    for day in ("2024-03-02", "2024-03-04"):
        shutil.copy(published / f"data/{BATCH}.parquet", published / f"data/{day}.parquet")
    config = published / "pipeline.yaml"
    config.write_text(config.read_text().replace("WHERE day = :batch", f"WHERE day = '{BATCH}'"))
    return published


def checksums(project: Path) -> dict[str, str]:
    """Every file of the project but Python's own."""
    found = (path for path in project.rglob("*") if path.is_file())
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if "__pycache__" not in path.parts
    }


def test_a_range_stops_at_the_first_failure(days: Path, seawall: Command) -> None:
    """The batches before it are published, those behind it are not begun, and its code is the command's."""
    done = seawall(days, *RANGE)
    told = [line.partition(";")[0] for line in done.stdout.splitlines()]

    assert done.returncode == 69, done.stderr
    assert told[:2] == [
        "2024-03-01: published as version 2",
        "2024-03-02: published as version 1",
    ]
    assert told[2].startswith("2024-03-03: failed, exit 69")
    assert done.stdout.splitlines()[3] == "4 batches: 2 published, 1 failed; 1 not begun"


@pytest.mark.faults
def test_a_range_goes_on_where_it_is_told_to(days: Path, seawall: Command) -> None:
    """With --keep-going every batch is run, held ones count as failed, and each is one JSON object."""
    done = seawall(days, *RANGE, "--keep-going", "--json", NARROW)
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 4
    assert [(one["batch"][-2:], one["exit"]) for one in found] == [
        ("01", 4), ("02", 4), ("03", 69), ("04", 4)
    ]  # fmt: skip


@pytest.mark.faults
def test_batches_named_one_by_one_are_run_in_that_order(days: Path, seawall: Command) -> None:
    """Each --batch is run, none is left out, and one that is named twice is run once."""
    named = ("2024-03-04", "2024-03-02", "2024-03-04")
    done = seawall(days, "run", "pipeline.yaml", *(f"--batch={batch}" for batch in named))
    told = [line.partition(":")[0] for line in done.stdout.splitlines()]

    assert (done.returncode, told) == (0, ["2024-03-04", "2024-03-02", "2 batches"]), done.stderr


@pytest.mark.faults
def test_a_signal_ends_a_range(days: Path, begin: Begin) -> None:
    """SIGTERM behind a commit lets that batch end, begins no other, and the code says why."""
    process = begin(days, "--batch", RANGE[-1], SEAWALL_FAILPOINT_STOP="6e")
    stopped(process)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 143, err
    assert out.splitlines()[-1] == "4 batches: 1 published; 3 not begun"


def stopped(process: subprocess.Popen[str]) -> None:
    """Comes back when the process has stopped itself."""
    assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])


def test_a_sample_is_tried_and_leaves_nothing(published: Path, score: Command) -> None:
    """So many rows go through everything; no file of the project is another one afterwards."""
    before = checksums(published)
    tried = json.loads(score(published, "--limit", "20", "--json").stdout)

    assert checksums(published) == before
    assert (tried["state"], tried["exit"], tried["account"]["read"]) == ("tried", 0, 20)
    assert tried["rows"][0].keys() == {"id", "p_break", "_degraded"}
    assert [one["check"] for one in tried["findings"]] == ["mean"]


@pytest.mark.faults
def test_a_sample_ends_as_a_run_would(published: Path, score: Command) -> None:
    """What the gate would hold is said, with the code that a run would have."""
    done = score(published, "--limit", "20", NARROW)

    assert (done.returncode, "tried, and would be held" in done.stdout) == (4, True), done.stderr
    assert "nothing is published or kept" in done.stdout


@pytest.mark.faults
def test_shares_of_a_few_rows_are_too_few_to_tell(published: Path, score: Command) -> None:
    """Neither the nulls nor the quarantine of a small sample fails it; those of a batch would."""
    config = published / "pipeline.yaml"
    text = config.read_text().replace(
        "speed:      {dtype: float64, nullable: true}",
        "speed:      {dtype: float64, nullable: true, max_null_share: 1%}",
    )
    config.write_text(text.replace("quarantined_rows: {rows: 5}", "quarantined_rows: {share: 1%}"))
    tried = json.loads(score(published, "--limit", "60", "--json").stdout)
    whole = score(published)
    told = {one["check"]: one["severity"] for one in tried["findings"]}

    assert (tried["exit"], tried["account"]["quarantined"], whole.returncode) == (0, 2, 65)
    assert told["null share"] == "insufficient"


def test_a_sample_is_of_one_batch(days: Path, seawall: Command) -> None:
    """A sample of a range is refused before anything is read."""
    done = seawall(days, *RANGE, "--limit", "5")

    assert (done.returncode, "--limit: a sample of several batches" in done.stderr) == (2, True)
