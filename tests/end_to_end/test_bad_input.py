"""Input that cannot be used: one clear message, the right exit code, and readers see what they saw."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Put = Callable[[Path, pd.DataFrame], None]
Spoil = Callable[[Path], None]
CSV = ("--set", "ingest.primary.type=csv", "--set", "ingest.primary.path=data/{batch}.csv")
PARTS = ("seen: ", "allowed: ", "to do: ")


def source(project: Path) -> Path:
    """The batch's file."""
    return project / "data" / f"{BATCH}.parquet"


def damaged(how: Callable[[bytes], bytes]) -> Spoil:
    """Changes the file's bytes."""
    return lambda project: (source(project).write_bytes(how(source(project).read_bytes())), None)[1]


def dangling(project: Path) -> None:
    """A link that leads nowhere stands in place of the file."""
    source(project).unlink()
    source(project).symlink_to(project / "nowhere")


def folder(project: Path) -> None:
    """A folder has the file's name."""
    source(project).unlink()
    source(project).mkdir()


def empty_csv(project: Path) -> None:
    """A CSV file without a byte."""
    source(project).with_suffix(".csv").touch()


FILES: dict[str, tuple[Spoil, tuple[str, ...], int, tuple[str, ...]]] = {
    "dangling link": (dangling, (), 69, ("the input is missing", *PARTS)),
    "a folder": (folder, (), 69, ("the input is missing", *PARTS)),
    "no bytes": (damaged(lambda _: b""), (), 65, (f"{BATCH}.parquet", "seen: ", "to do: ")),
    "text": (
        damaged(lambda _: b"id,city\n1,Rome\n"),
        (),
        65,
        ("damaged or of another format", f"{BATCH}.parquet", "seen: ", "to do: "),
    ),
    "empty csv": (empty_csv, CSV, 65, (f"{BATCH}.csv", "seen: ", "allowed: ")),
}


@pytest.mark.breaks("the input file: {name}")
@pytest.mark.parametrize("name", FILES)
def test_bad_file(published: Path, score: Command, refused: Callable[..., str], name: str) -> None:
    """A file that is no file, empty or something else ends the run before anything is scored."""
    spoil, args, code, words = FILES[name]
    spoil(published)

    refused(published, score(published, *args), code, *words)


def flipped(project: Path) -> None:
    """A bit in the middle of the data, between magic number and footer."""
    content = bytearray(source(project).read_bytes())
    for place in range(40, 400):
        content[place] ^= 0x55
    source(project).write_bytes(content)


@pytest.mark.breaks("the input file: damaged data pages")
def test_damaged_data_pages(published: Path, score: Command, refused: Callable[..., str]) -> None:
    """A footer that is whole over data that is not is found when the data is read."""
    flipped(published)

    refused(published, score(published), 65, f"{BATCH}.parquet", "to do: ")


Change = Callable[[pd.DataFrame], pd.DataFrame]


def null_key(frame: pd.DataFrame) -> pd.DataFrame:
    """One key is null."""
    return frame.assign(id=frame["id"].astype("Int64").where(frame.index != 30))


ROWS: dict[str, tuple[Change, tuple[str, ...]]] = {
    "type changed": (
        lambda frame: frame.assign(load=[f"{n} kN" for n in frame["load"]]),
        ("load", "kN", "float64", "to do: "),
    ),
    "null key": (null_key, ("id", "null", "to do: ")),
    "not one of": (
        lambda frame: frame.assign(city=frame["city"].replace("Oslo", "Os1o")),
        ("city", "Os1o", "Rome, Oslo, Bonn", "to do: "),
    ),
    "over the budget": (
        lambda frame: frame.assign(load=frame["load"] + 90),
        ("limits.quarantined_rows", "5 rows", "load: above max", "to do: "),
    ),
}


@pytest.mark.breaks("the input rows: {name}")
@pytest.mark.parametrize("name", ROWS)
def test_bad_rows(
    published: Path, score: Command, refused: Callable[..., str], put: Put, name: str
) -> None:
    """Rows that break what was promised about them end the run with 65, naming column and rows."""
    change, words = ROWS[name]
    put(published, change(pd.read_parquet(source(published))))

    refused(published, score(published), 65, *words)


def test_no_budget_no_loss(
    published: Path, score: Command, seawall: Command, refused: Callable[..., str]
) -> None:
    """Without a budget a file that sets rows aside is refused, and so is the first row of a filter-less one."""
    config = published / "pipeline.yaml"
    config.write_text(config.read_text().replace("  quarantined_rows: {rows: 5}", "  {}"))
    checked = seawall(published, "check", "pipeline.yaml")
    config.write_text(
        config.read_text()
        .replace(", on_violation: quarantine", "")
        .replace("    - use: factory.steps:plausible", "    []")
    )

    assert (checked.returncode, "quarantined_rows" in checked.stderr) == (78, True)
    message = refused(published, score(published), 65, "load: above max", "999.0", "at most 100")
    assert "on_violation: quarantine with a budget" in message
