"""The input as a whole: its columns, its number of rows, its age, and a contract read off it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

BATCH, NEXT = "2024-03-01", "2024-03-02"
CSV = ("--set", "ingest.primary.type=csv", "--set", "ingest.primary.path=data/{batch}.csv")
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Put = Callable[[Path, pd.DataFrame], None]
Refused = Callable[..., str]


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What a run with --json found, by check."""
    return {entry["check"]: entry["message"] for entry in json.loads(done.stdout)["findings"]}


def uncontracted(project: Path) -> None:
    """The pipeline file declares no column, and its one rule passes every row."""
    path = project / "pipeline.yaml"
    head, _, rest = path.read_text().partition("  columns:\n")
    text = f"{head}{rest[rest.index('  filters:') :]}".replace("steps:plausible", "steps:running")
    path.write_text(text)


def pasted(project: Path, proposal: str) -> None:
    """The proposal stands in the pipeline file."""
    path = project / "pipeline.yaml"
    columns = proposal.partition("validate:\n")[2]
    path.write_text(path.read_text().replace("validate:\n", f"validate:\n{columns}", 1))


@pytest.mark.parametrize("how", [(), CSV], ids=["parquet", "csv"])
def test_a_proposed_contract_is_kept_by_its_data(
    project: Path, seawall: Command, how: tuple[str, ...]
) -> None:
    """What `check --infer` says can be pasted: then a check passes, and a run leaves no row out."""
    uncontracted(project)
    frame = pd.read_parquet(project / f"data/{BATCH}.parquet")
    frame.to_csv(project / f"data/{BATCH}.csv", index=False)
    proposed = seawall(project, "check", "pipeline.yaml", "--infer", "--batch", BATCH, *how)
    assert proposed.returncode == 0, proposed.stderr
    pasted(project, proposed.stdout)
    checked = seawall(project, "check", "pipeline.yaml", *how)
    done = seawall(project, "run", "pipeline.yaml", "--batch", BATCH, "--json", *how)

    assert (checked.returncode, done.returncode) == (0, 0), checked.stderr + done.stderr
    assert json.loads(done.stdout)["account"]["quarantined"] == 0
    assert "load: {dtype: float64" in proposed.stdout


def test_a_primary_that_has_to_be_fetched_is_looked_through(
    project: Path, seawall: Command
) -> None:
    """A packed file is fetched into a temporary folder, and nothing of it stays in the project."""
    frame = pd.read_parquet(project / f"data/{BATCH}.parquet")
    frame.to_csv(project / f"data/{BATCH}.csv.gz", index=False)
    how = (*CSV[:3], "ingest.primary.path=data/{batch}.csv.gz")
    done = seawall(project, "check", "pipeline.yaml", "--infer", "--batch", BATCH, "--json", *how)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["columns"]["speed"]["contract"]["nullable"] is True
    assert not (project / "out").exists()


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("--batch", BATCH), 2, "a check reads no data"),
        (("--infer",), 2, "name a batch with --batch"),
        (("--infer", "--batch", "2000-01-01"), 69, "the input is missing"),
    ],
)
def test_what_cannot_be_inferred(
    project: Path, seawall: Command, args: tuple[str, ...], code: int, words: str
) -> None:
    """A batch without --infer, none at all, or one that isn't there is refused in words."""
    done = seawall(project, "check", "pipeline.yaml", *args)

    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_a_renamed_column_is_shown_beside_yesterdays(
    published: Path, seawall: Command, frame: pd.DataFrame
) -> None:
    """The error has both names with their types, and where the column was there before."""
    renamed = frame.rename(columns={"speed": "speed_kmh"})
    renamed.to_parquet(published / f"data/{NEXT}.parquet")
    done = seawall(published, "run", "pipeline.yaml", "--batch", NEXT)

    assert done.returncode == 65
    assert "- speed float64" in done.stderr
    assert "+ speed_kmh double (did you mean speed?)" in done.stderr
    assert f"was there in batch {BATCH} (version 1): speed as double" in done.stderr


def test_a_type_that_changed_is_told(
    published: Path, seawall: Command, frame: pd.DataFrame
) -> None:
    """Whole numbers where there were floats convert; the run says so, and of columns that are new."""
    changed = frame.assign(load=frame["load"].astype("int64"), more=1)
    changed.to_parquet(published / f"data/{NEXT}.parquet")
    done = seawall(published, "run", "pipeline.yaml", "--batch", NEXT, "--json")

    assert done.returncode == 0, done.stderr
    since = f"since batch {BATCH} (version 1)"
    assert (
        findings(done)["column type"] == f"the type of 'load' changed from double to int64 {since}"
    )
    assert findings(done)["columns"] == f"new columns {since}: 'more'"


def test_yesterdays_file_is_noticed_unasked(
    published: Path, seawall: Command, frame: pd.DataFrame, put: Put
) -> None:
    """The same content as the batch before is a warning also where nothing is declared about it."""
    put(published, frame)
    source = published / f"data/{BATCH}.parquet"
    (published / f"data/{NEXT}.parquet").write_bytes(source.read_bytes())
    done = seawall(published, "run", "pipeline.yaml", "--batch", NEXT, "--json")

    assert done.returncode == 0, done.stderr
    assert f"from which batch {BATCH} was published" in findings(done)["unchanged input"]


@pytest.fixture
def aged(published: Path, seawall: Command, frame: pd.DataFrame, put: Put) -> Command:
    """A run of rows that were all seen at one time."""

    def run(newest: str) -> subprocess.CompletedProcess[str]:
        put(published, frame.assign(seen_at=pd.Timestamp(newest)))
        declared = "validate.columns.seen_at={dtype: timestamp}"
        fresh = "validate.freshness={column: seen_at, max_age: 36h}"
        args = ("--batch", BATCH, "--set", declared, "--set", fresh)
        return seawall(published, "run", "pipeline.yaml", *args)

    return run


@pytest.mark.parametrize(
    ("newest", "words"),
    [
        ("2024-02-27T12:00", ("the newest seen_at is too old", "2 d 12 h before as_of")),
        ("2024-03-01T00:06", ("data from the future", "6 min after as_of")),
    ],
)
def test_rows_of_another_time(
    published: Path, aged: Command, refused: Refused, newest: str, words: tuple[str, ...]
) -> None:
    """Rows that are too old, or later than the time from which ages are measured, are refused."""
    refused(published, aged(newest), 65, *words)
