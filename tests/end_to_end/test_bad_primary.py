"""A primary that is late, damaged, too large or another batch's, through the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

BATCH, NEXT = "2024-03-01", "2024-03-02"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Begin = Callable[..., "subprocess.Popen[str]"]
Refused = Callable[..., str]
PARTS = ("seen: ", "allowed: ", "to do: ")


def primary(**values: object) -> list[str]:
    """Words that set keys of the primary."""
    return [
        word for key, value in values.items() for word in ("--set", f"ingest.primary.{key}={value}")
    ]


def text_of(kind: str) -> list[str]:
    """Words that make the primary a file of text."""
    return primary(type=kind, path=f"data/{{batch}}.{kind}")


def write(project: Path, kind: str, change: Callable[[list[bytes]], list[bytes]]) -> list[str]:
    """The batch's rows as text, its lines changed; the words that make it the primary."""
    frame = pd.read_parquet(project / f"data/{BATCH}.parquet")
    text = (
        frame.to_csv(index=False) if kind == "csv" else frame.to_json(orient="records", lines=True)
    )
    lines = change(text.encode().splitlines(keepends=True))
    (project / f"data/{BATCH}.{kind}").write_bytes(b"".join(lines))
    return text_of(kind)


def without_budget(project: Path) -> None:
    """The pipeline sets nothing aside and may not."""
    config = project / "pipeline.yaml"
    text = config.read_text().replace(", on_violation: quarantine", ", on_violation: warn")
    text = text.replace("  rules:\n    - use: factory.steps:plausible\n", "")
    config.write_text(text.partition("limits:")[0])


def quarantined(project: Path) -> list[dict[str, Any]]:
    """The rows that the last plan has set aside."""
    plans = sorted((project / "out/breakdowns.seawall/plans" / BATCH).iterdir())
    files = sorted((plans[-1] / "quarantine").iterdir())
    return [
        row
        for file in files
        for row in pa.ipc.open_file(pa.OSFile(str(file))).read_all().to_pylist()
    ]


# F15
@pytest.mark.breaks("the input file: missing, and not there after `wait_for`")
def test_input_that_does_not_come(published: Path, score: Command, refused: Refused) -> None:
    """An input that does not come in time ends the run with 69; it was waited for."""
    (published / f"data/{BATCH}.parquet").unlink()
    words = ("the input is missing", "input waited", "came=False", *PARTS)

    refused(published, score(published, *primary(wait_for="1s")), 69, *words)


def waiting(project: Path, begin: Begin) -> subprocess.Popen[str]:
    """A run that has its batch and waits a minute for the file."""
    source = project / f"data/{BATCH}.parquet"
    source.rename(project / "later")
    process = begin(project, "--force", *primary(wait_for="1m"))
    lock = project / f"out/breakdowns.seawall/locks/{BATCH}"
    while f'"pid": {process.pid}' not in lock.read_text() and process.poll() is None:
        time.sleep(0.01)
    return process


@pytest.mark.breaks("the input file: late, within `wait_for`", then="the run waits, then publishes")
def test_input_that_comes(published: Path, begin: Begin) -> None:
    """An input that comes while it is waited for is published."""
    process = waiting(published, begin)
    (published / "later").rename(published / f"data/{BATCH}.parquet")
    message = process.communicate(timeout=60)[1]

    assert process.returncode == 0, message


def test_a_signal_while_waiting(published: Path, begin: Begin) -> None:
    """SIGTERM ends the wait at once, with 143."""
    process = waiting(published, begin)
    process.send_signal(signal.SIGTERM)
    message = process.communicate(timeout=30)[1]

    assert (process.returncode, "waited for" in message) == (143, True), message


# F18
@pytest.mark.breaks("the input file: a CSV file that ends in the middle of a line")
def test_a_torn_last_line(published: Path, score: Command, refused: Refused) -> None:
    """A last line that lacks fields is refused by name where none may be left out."""
    without_budget(published)
    words = write(published, "csv", lambda lines: [*lines[:-1], lines[-1][:8]])

    refused(published, score(published, *words), 65, f"{BATCH}.csv:61", "malformed line", *PARTS)


def test_a_last_line_without_an_end(published: Path, score: Command) -> None:
    """A last line that is whole but for its end is published with a warning."""
    words = write(published, "csv", lambda lines: [*lines[:-1], lines[-1].rstrip()])
    done = score(published, *words)

    assert (done.returncode, "may be cut short" in done.stderr) == (0, True), done.stderr


# F21
def damage(project: Path, group: int) -> None:
    """A row group of the batch's file cannot be decoded."""
    path = project / f"data/{BATCH}.parquet"
    column = pq.ParquetFile(path).metadata.row_group(group).column(0)
    content = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    content[start : start + 20] = bytes(20)
    path.write_bytes(content)


@pytest.mark.breaks("the input file: one corrupt row group of many")
def test_a_corrupt_row_group(published: Path, score: Command, refused: Refused) -> None:
    """By default one corrupt row group refuses the batch, by file and row group, with the way out."""
    damage(published, 3)
    words = ("corrupt fragment", f"{BATCH}.parquet, row group 3", "on_corrupt_fragment", *PARTS)

    refused(published, score(published), 65, *words)


@pytest.mark.breaks(
    "the input file: a corrupt row group, with `on_corrupt_fragment: quarantine` and a budget",
    then="the other rows are published, its rows are in quarantine",
)
def test_a_corrupt_row_group_set_aside(published: Path, score: Command) -> None:
    """As declared, its ten rows are in quarantine with file and row group, and all others published."""
    damage(published, 3)
    allowed = ["--set", "limits.quarantined_rows.rows=12"]
    done = score(published, *primary(on_corrupt_fragment="quarantine"), *allowed)
    lost = [row for row in quarantined(published) if row["_reason"] == "corrupt fragment"]

    assert done.returncode == 0, done.stderr
    assert [row["_row"] for row in lost] == list(range(30, 40))
    assert {row["_place"].rpartition("/")[2] for row in lost} == {f"{BATCH}.parquet, row group 3"}


@pytest.mark.breaks("the input file: a corrupt row group of more rows than the budget")
def test_a_corrupt_row_group_over_the_budget(
    published: Path, score: Command, refused: Refused
) -> None:
    """The budget for quarantined rows holds for corrupt fragments, too."""
    damage(published, 3)
    done = score(published, *primary(on_corrupt_fragment="quarantine"))

    refused(published, done, 65, "limits.quarantined_rows", "corrupt fragment 10", *PARTS)


# F22, F23
def spoiled(kind: str) -> Callable[[list[bytes]], list[bytes]]:
    """One line with a field too many or no object, one that is Latin-1, and one of another kind."""
    bad = {
        "csv": [b"1,Rome,P0,on,1.0,2.0,3.0\n", b"2,R\xf4me,P0,on,1.0,2.0\n", b"3,Rome\n"],
        "jsonl": [b'{"id": 1, \n', b'{"id": 2, "city": "R\xf4me"}\n', b"null\n"],
    }
    first, second, third = bad[kind]
    return lambda lines: [*lines[:11], first, *lines[11:41], second, third, *lines[41:]]


@pytest.mark.breaks("the input file: malformed lines in {kind}, more than none")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_malformed_lines(published: Path, score: Command, refused: Refused, kind: str) -> None:
    """Without a budget the first malformed line refuses the batch, by file and line."""
    without_budget(published)
    words = write(published, kind, spoiled(kind))

    refused(published, score(published, *words), 65, f"{BATCH}.{kind}:12", "malformed line", *PARTS)


@pytest.mark.breaks(
    "the input file: malformed lines in {kind}, within the budget",
    then="the other rows are published, the lines are in quarantine as they stand",
)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_malformed_lines_set_aside(published: Path, score: Command, kind: str) -> None:
    """Within the budget they are in quarantine with place and text; the rest is what it was."""
    before = pd.read_parquet(published / "out/breakdowns")
    words = write(published, kind, spoiled(kind))
    done = score(published, *words)
    lost = [row for row in quarantined(published) if row["_reason"] == "malformed line"]
    lines = [row["_place"].rpartition(":")[2] for row in lost]

    assert done.returncode == 0, done.stderr
    assert lines == ["12", "43", "44"]
    assert ("R\\xf4me" in lost[1]["_raw"], lost[1]["_stage"]) == (True, "ingest")
    pd.testing.assert_frame_equal(pd.read_parquet(published / "out/breakdowns"), before)


@pytest.mark.breaks("the input file: {name}")
@pytest.mark.parametrize(
    ("name", "encoding"), [("UTF-16", "utf-16"), ("a byte order mark", "utf-8-sig")]
)
def test_another_encoding(
    published: Path, score: Command, refused: Refused, name: str, encoding: str
) -> None:
    """A file in another encoding is refused as a whole, whatever the budget."""
    del name
    words = write(published, "csv", lambda lines: [b"".join(lines).decode().encode(encoding)])

    refused(published, score(published, *words), 65, f"{BATCH}.csv", "byte 0", *PARTS)


# F24
def again(project: Path, seawall: Command, policy: str) -> subprocess.CompletedProcess[str]:
    """A run of the next batch, whose file is the one of the batch before."""
    content = (project / f"data/{BATCH}.parquet").read_bytes()
    (project / f"data/{NEXT}.parquet").write_bytes(content)
    words = primary(on_unchanged_input=policy)
    return seawall(project, "run", "pipeline.yaml", "--batch", NEXT, *words)


@pytest.mark.breaks("the input file: another batch's again, with `on_unchanged_input: fail`")
def test_the_same_file_again(published: Path, seawall: Command, refused: Refused) -> None:
    """Yesterday's file under today's name is refused where the pipeline says so."""
    done = again(published, seawall, "fail")

    words = ("the input is another batch's", f"from which batch {BATCH} was published", *PARTS)
    message = refused(published, done, 65, *words)
    assert "plan ready" not in message


def test_the_same_file_with_a_warning(published: Path, seawall: Command) -> None:
    """With `warn` it is published and said."""
    done = again(published, seawall, "warn")

    assert (done.returncode, "the input is another batch's" in done.stderr) == (0, True), (
        done.stderr
    )


# F30, F31
@pytest.mark.breaks("the input file: larger than `caps.{cap}`")
@pytest.mark.parametrize(("cap", "most"), [("rows", "59"), ("decoded_bytes", "1kB")])
def test_more_than_it_may(
    published: Path, score: Command, refused: Refused, cap: str, most: str
) -> None:
    """An input that is larger than it may be, by its footers, is refused before a row is read."""
    done = score(published, *primary(**{f"caps.{cap}": most}))

    message = refused(published, done, 65, "larger than it may be", f"caps.{cap}", *PARTS)
    assert "plan ready" not in message


@pytest.mark.breaks("the input file: a field of 20 MB")
def test_a_giant_field(published: Path, score: Command, refused: Refused) -> None:
    """A field above 16 MiB is refused by line and size, before a row is read."""
    words = write(
        published, "csv", lambda lines: [*lines[:5], lines[5].replace(b"P", b"P" * 20_000_000)]
    )

    message = refused(published, score(published, *words), 65, "line 6", "record_bytes", *PARTS)
    assert "plan ready" not in message


# F32
@pytest.mark.breaks("the input file: removed during the run")
def test_a_file_that_is_gone(published: Path, begin: Begin, refused: Refused) -> None:
    """A file that is gone when it is read ends the run with 75: a new plan would lack its rows."""
    process = begin(published, "--force", SEAWALL_FAILPOINT_STOP="3e")
    os.waitpid(process.pid, os.WUNTRACED)
    (published / f"data/{BATCH}.parquet").unlink()
    process.send_signal(signal.SIGCONT)
    out, message = process.communicate(timeout=60)
    done = subprocess.CompletedProcess([], process.returncode, out, message)

    refused(published, done, 75, "a file of the input is gone", *PARTS)
