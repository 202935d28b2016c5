"""The input as a whole: F15 to F20, F24 and F32."""

from __future__ import annotations

import gzip
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.conftest import BATCH, Command, default_frame
from tests.faults.conftest import Saw
from tests.faults.inputs import (
    PARTS,
    Begin,
    halted,
    let_go,
    lines_as,
    primary,
    put,
    source,
    without_budget,
)
from tests.faults.sound import files, log

NEXT = "2024-03-02"
WRITER = """\
from pathlib import Path


def write(frame, *, folder: str):
    # whoever writes the input goes on while it is scored
    if len(frame):
        parts = sorted(Path(folder).glob("*.parquet"))
        Path(folder, f"{len(parts)}.parquet").write_bytes(parts[0].read_bytes())
    return frame
"""
TOUCHER = """\
import os


def write(frame, *, folder: str):
    os.utime(folder)
    return frame
"""


def writing(project: Path, code: str, place: Path) -> None:
    """A step of the pipeline changes the input, as its real writer would."""
    (project / "factory" / "writer.py").write_text(code)
    config = project / "pipeline.yaml"
    step = f"featurize:\n  - {{use: factory.writer:write, with: {{folder: {place}}}}}\n"
    config.write_text(config.read_text().replace("featurize:\n", step))


def test_f15_no_input(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """An input that is missing, and one that does not come while it is waited for, end with 69."""
    source(published).unlink()
    before = files(out)
    at_once = score(published)
    waited = score(published, *primary(wait_for="500ms"))

    words = ("the input is missing", "input waited", "came=False", *PARTS)
    saw([at_once, waited], [69, 69], "waited for as declared, then refused", *words, folder=out)
    assert files(out) == before


def waiting(project: Path, begin: Begin) -> subprocess.Popen[str]:
    """A run that has its batch and waits a minute for the file."""
    source(project).rename(project / "later")
    process = begin(project, "--force", *primary(wait_for="1m"))
    lock = project / f"out/breakdowns.seawall/locks/{BATCH}"
    while f'"pid": {process.pid}' not in lock.read_text() and process.poll() is None:
        time.sleep(0.01)
    return process


def test_f15_an_input_that_comes(published: Path, begin: Begin, out: Path, saw: Saw) -> None:
    """An input that comes while it is waited for is published."""
    process = waiting(published, begin)
    (published / "later").rename(source(published))
    done = let_go(process)

    saw(done, 0, "one that comes in time is published", "published as version 2", folder=out)


def test_f15_a_signal_while_waiting(published: Path, begin: Begin, out: Path, saw: Saw) -> None:
    """SIGTERM ends the wait at once, with 143."""
    process = waiting(published, begin)
    process.send_signal(signal.SIGTERM)
    done = let_go(process)

    saw(done, 143, "a signal ends the wait", "waited for", folder=out)


Change = Callable[[Path], list[str]]


def no_rows(project: Path) -> list[str]:
    """A Parquet file without a row."""
    put(project, default_frame().head(0))
    return []


def no_lines(project: Path) -> list[str]:
    """A CSV file that is nothing but its header."""
    return lines_as(project, "csv", lambda lines: lines[:1])


def all_filtered(project: Path) -> list[str]:
    """Rows that all belong to another job."""
    put(project, default_frame().assign(state="off"))
    return []


F16: dict[str, tuple[Change, tuple[str, ...]]] = {
    "Parquet": (no_rows, ("the input has no rows", f"{BATCH}.parquet", *PARTS)),
    "CSV": (no_lines, ("the input has no rows", f"{BATCH}.csv", *PARTS)),
    "all filtered": (all_filtered, ("0 rows", "at least 1")),
}


@pytest.mark.parametrize("name", F16)
def test_f16_an_empty_input(
    published: Path, score: Command, out: Path, saw: Saw, name: str
) -> None:
    """An input without a row to score is refused."""
    change, words = F16[name]
    before = files(out)
    done = score(published, *change(published))

    saw(done, 65, "refused; the version before stays", *words, folder=out)
    assert files(out) == before


def test_f17_changed_once(
    published: Path, begin: Begin, frame: pd.DataFrame, out: Path, saw: Saw
) -> None:
    """A file that is rewritten after it was planned is planned anew: what it holds then is published."""
    process = halted(published, begin)
    put(published, frame.head(50))
    done = let_go(process)

    saw(done, 0, "changed once: planned anew and published", "input changed", folder=out)
    assert pd.read_parquet(out)["id"].max() == 1049


def test_f17_changed_again(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """A file that is rewritten under the second plan, too, ends the run with 75, for a retry."""
    writing(published, TOUCHER, source(published))
    before = files(out)
    done = score(published, "--workers", "1")

    saw(done, 75, "changed again: given up, for a retry", "the input changed", *PARTS, folder=out)
    assert done.stderr.count("plan ready") == 2
    assert files(out) == before


def test_f18_cut_within_a_line(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """A last line that lacks fields is refused by its number where none may be left out."""
    without_budget(published)
    before = files(out)
    done = score(published, *lines_as(published, "csv", lambda all_: [*all_[:-1], all_[-1][:8]]))

    words = (f"{BATCH}.csv:61", "malformed line", *PARTS)
    saw(done, 65, "cut within a line: refused by file and line", *words, folder=out)
    assert files(out) == before


def test_f18_cut_between_lines(
    published: Path, seawall: Command, frame: pd.DataFrame, out: Path, saw: Saw
) -> None:
    """A file that ends between two lines is refused by its rows, once three batches say what is usual."""
    quiet = "ingest.lookups.weather.expect={min_rows: 0}"
    how = ("--set", "validate.rows={change: 50%}", "--set", quiet)
    for number in (1, 2, 3):
        frame.to_parquet(published / f"data/2024-02-2{number}.parquet")
        done = seawall(published, "run", "pipeline.yaml", "--batch", f"2024-02-2{number}", *how)
        assert done.returncode == 0, done.stderr
    before = files(out)
    cut = lines_as(published, "csv", lambda lines: lines[:20])
    done = seawall(published, "run", "pipeline.yaml", "--batch", BATCH, *cut, *how)

    words = ("the number of rows is far from the usual one", "fewer than usual")
    saw(done, 65, "cut between lines: refused by the number of rows", *words, folder=out)
    assert files(out) == before


def test_f18_cut_before_the_last_line_ends(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """A last line that is whole but for its end is published with a warning."""
    done = score(
        published, *lines_as(published, "csv", lambda all_: [*all_[:-1], all_[-1].rstrip()])
    )

    saw(done, 0, "only a line's end missing: published, warned", "may be cut short", folder=out)


@pytest.mark.parametrize("share", [0.5, 0.999])
def test_f19_truncated_parquet(
    published: Path, score: Command, out: Path, saw: Saw, share: float
) -> None:
    """A file that lacks its footer, or the end of it, is refused before a row is read."""
    content = source(published).read_bytes()
    source(published).write_bytes(content[: int(len(content) * share)])
    before = files(out)
    done = score(published)

    words = ("damaged or of another format", f"{BATCH}.parquet", "seen: ", "to do: ")
    saw(done, 65, "refused; nothing is tried again", *words, folder=out)
    assert "plan ready" not in done.stderr
    assert files(out) == before


@pytest.mark.parametrize("left", [0.5, 0.99])
def test_f20_truncated_gzip(
    published: Path, score: Command, out: Path, saw: Saw, left: float
) -> None:
    """A packed file without its end is refused at the first attempt, and nothing of it stays."""
    lines_as(published, "csv")
    packed = gzip.compress((published / f"data/{BATCH}.csv").read_bytes())
    (published / f"data/{BATCH}.csv.gz").write_bytes(packed[: int(len(packed) * left)])
    before = files(out)
    done = score(published, *primary(type="csv", path="data/{batch}.csv.gz"))

    words = ("not whole gzip data", f"{BATCH}.csv.gz", "1 attempt", *PARTS)
    saw(done, 65, "refused at the first attempt", *words, folder=out)
    assert files(out) == before
    assert list((published / "out/breakdowns.seawall").rglob("*primary*")) == []


@pytest.mark.parametrize("policy", ["fail", "warn"])
def test_f24_yesterdays_file(
    published: Path, seawall: Command, out: Path, saw: Saw, policy: str
) -> None:
    """The file of another batch under this one's name is refused, or warned of, as declared."""
    (published / f"data/{NEXT}.parquet").write_bytes(source(published).read_bytes())
    words = primary(on_unchanged_input=policy)
    done = seawall(published, "run", "pipeline.yaml", "--batch", NEXT, *words)

    code, happened = {
        "fail": (65, "`fail`: refused before a row is scored"),
        "warn": (0, "`warn`: published, and said"),
    }[policy]
    seen = ("the input is another batch's", f"from which batch {BATCH} was published")
    saw(done, code, happened, *seen, folder=out)
    assert len(log(out, NEXT)) == (code == 0)


def into_parts(project: Path, frame: pd.DataFrame) -> list[str]:
    """The first half of the rows stands in a file of a folder; the words that make it the primary."""
    folder = project / "data" / "parts"
    folder.mkdir()
    frame.head(30).to_parquet(folder / "0.parquet", row_group_size=10)
    return primary(path="data/parts/*.parquet")


def test_f32_a_file_that_is_gone(published: Path, begin: Begin, out: Path, saw: Saw) -> None:
    """A file that is gone when it is read ends the run with 75: a new plan would lack its rows."""
    process = halted(published, begin)
    source(published).unlink()
    before = files(out)
    done = let_go(process)

    words = ("a file of the input is gone", *PARTS)
    saw(done, 75, "one that is gone: given up, for a retry", *words, folder=out)
    assert files(out) == before


def test_f32_a_file_that_comes(
    published: Path, begin: Begin, frame: pd.DataFrame, out: Path, saw: Saw
) -> None:
    """Where a file comes after the plan was made, half of a batch is not published as the whole."""
    process = halted(published, begin, *into_parts(published, frame))
    frame.tail(30).to_parquet(published / "data/parts/1.parquet", row_group_size=10)
    done = let_go(process)

    saw(done, 0, "one that comes: planned anew, with all files", "a file has come", folder=out)
    assert pd.read_parquet(out)["id"].max() == 1059


def test_f32_files_that_keep_coming(
    published: Path, score: Command, frame: pd.DataFrame, out: Path, saw: Saw
) -> None:
    """Where files come under the second plan, too, the run is given up with 75."""
    words = into_parts(published, frame)
    writing(published, WRITER, published / "data/parts")
    before = files(out)
    done = score(published, "--force", "--workers", "1", *words, *primary(on_duplicate_key="fail"))

    saw(done, 75, "files that keep coming: given up", "a file has come", *PARTS, folder=out)
    assert files(out) == before
