"""Input that cannot be used: one clear message, the right exit code, and readers see what they saw."""

from __future__ import annotations

import os
import signal
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


def csv_of(lines: int) -> Spoil:
    """A CSV file with its header and so many lines; -1 means that it is empty."""

    def write(project: Path) -> None:
        text = pd.read_parquet(source(project)).head(max(lines, 0)).to_csv(index=False)
        source(project).with_suffix(".csv").write_text(text if lines >= 0 else "")

    return write


FILES: dict[str, tuple[Spoil, tuple[str, ...], int, tuple[str, ...]]] = {
    "missing": (
        lambda project: source(project).unlink(),
        (),
        69,
        ("the input is missing", f"{BATCH}.parquet", *PARTS),
    ),
    "dangling link": (dangling, (), 69, ("the input is missing", *PARTS)),
    "a folder": (folder, (), 69, ("the input is missing", *PARTS)),
    "no bytes": (damaged(lambda _: b""), (), 65, (f"{BATCH}.parquet", "seen: ", "to do: ")),
    "truncated": (
        damaged(lambda content: content[: len(content) // 2]),
        (),
        65,
        ("damaged or of another format", f"{BATCH}.parquet", "seen: ", "to do: "),
    ),
    "text": (
        damaged(lambda _: b"id,city\n1,Rome\n"),
        (),
        65,
        ("damaged or of another format", f"{BATCH}.parquet", "seen: ", "to do: "),
    ),
    "header only": (csv_of(0), CSV, 65, ("the input has no rows", f"{BATCH}.csv", *PARTS)),
    "empty csv": (csv_of(-1), CSV, 65, (f"{BATCH}.csv", "seen: ", "allowed: ")),
}


@pytest.mark.breaks("the input file: {name}")
@pytest.mark.parametrize("name", FILES)
def test_bad_file(published: Path, score: Command, refused: Callable[..., str], name: str) -> None:
    """A file that is missing, empty, torn or something else ends the run before anything is scored."""
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


def doubled(first: int, second: int) -> Change:
    """The key of one row stands in another one, too."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[second, "id"] = frame.loc[first, "id"]
        return frame

    return change


def null_key(frame: pd.DataFrame) -> pd.DataFrame:
    """One key is null."""
    return frame.assign(id=frame["id"].astype("Int64").where(frame.index != 30))


ROWS: dict[str, tuple[Change, tuple[str, ...]]] = {
    "no rows": (lambda frame: frame.head(0), ("the input has no rows", f"{BATCH}.parquet", *PARTS)),
    "renamed": (
        lambda frame: frame.rename(columns={"load": "laod"}),
        ("'load'", "did you mean 'laod'?", f"{BATCH}.parquet", "seen: ", "allowed: "),
    ),
    "missing column": (
        lambda frame: frame.drop(columns="speed"),
        ("a column is missing", "'speed'", "seen: ", "allowed: "),
    ),
    "type changed": (
        lambda frame: frame.assign(load=[f"{n} kN" for n in frame["load"]]),
        ("load", "kN", "float64", "to do: "),
    ),
    "lossy type": (
        lambda frame: frame.assign(id=frame["id"] + 0.5),
        ("id", ".5", "int64", "to do: "),
    ),
    "doubled in one chunk": (doubled(1, 2), ("key", "1001", "unique", "to do: ")),
    "doubled across chunks": (doubled(1, 50), ("key", "1001", "unique", "to do: ")),
    "doubled in last row of a chunk": (doubled(9, 10), ("key", "1009", "to do: ")),
    "null key": (null_key, ("id", "null", "to do: ")),
    "not one of": (
        lambda frame: frame.assign(city=frame["city"].replace("Oslo", "Os1o")),
        ("city", "Os1o", "Rome, Oslo, Bonn", "to do: "),
    ),
    "over the budget": (
        lambda frame: frame.assign(load=frame["load"] + 90),
        ("limits.quarantined_rows", "5 rows", "load: above max", "to do: "),
    ),
    "all filtered": (lambda frame: frame.assign(state="off"), ("rows", "at least 1")),
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


def test_input_that_changes_once(
    published: Path, begin: Callable[..., subprocess.Popen[str]], put: Put, frame: pd.DataFrame
) -> None:
    """A file that is rewritten after it was planned is planned anew: what it holds then is published."""
    process = begin(published, "--force", SEAWALL_FAILPOINT_STOP="3e")
    os.waitpid(process.pid, os.WUNTRACED)
    put(published, frame.head(50))
    process.send_signal(signal.SIGCONT)
    message = process.communicate()[1]

    assert (process.returncode, "input changed" in message) == (0, True), message
    assert pd.read_parquet(published / "out/breakdowns")["id"].max() == 1049


@pytest.mark.breaks("the input file: rewritten again and again during the run")
def test_input_that_changes_always(
    published: Path, score: Command, refused: Callable[..., str]
) -> None:
    """A file that is rewritten under the second plan, too, ends the run with 75, for a retry."""
    writer = "import os\n\ndef write(frame, *, path: str):\n    os.utime(path)\n    return frame\n"
    (published / "factory" / "writer.py").write_text(writer)
    config = published / "pipeline.yaml"
    step = f"featurize:\n  - {{use: factory.writer:write, with: {{path: {source(published)}}}}}\n"
    config.write_text(config.read_text().replace("featurize:\n", step))

    message = refused(
        published, score(published, "--workers", "1"), 75, "the input changed", *PARTS
    )
    assert message.count("plan ready") == 2
