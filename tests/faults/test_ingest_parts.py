"""Parts of the input that cannot be read, or are larger than anything may be: F21 to F23, F30, F31."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.end_to_end.conftest import BATCH, Command, environment
from tests.faults.conftest import Saw
from tests.faults.inputs import PARTS, lines_as, primary, quarantined, source, without_budget
from tests.faults.sound import files, log

QUARANTINE = primary(on_corrupt_fragment="quarantine")


def damage(project: Path, group: int) -> None:
    """A row group of the batch's file cannot be decoded."""
    path = source(project)
    column = pq.ParquetFile(path).metadata.row_group(group).column(0)
    content = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    content[start : start + 20] = bytes(20)
    path.write_bytes(content)


F21 = {
    "by default": ([], ("corrupt fragment", "row group 3", "on_corrupt_fragment", *PARTS)),
    "over the budget": (
        QUARANTINE,
        ("limits.quarantined_rows", "corrupt fragment 10", *PARTS),
    ),
}


@pytest.mark.parametrize("name", F21)
def test_f21_a_corrupt_row_group(
    published: Path, score: Command, out: Path, saw: Saw, name: str
) -> None:
    """One corrupt row group refuses the batch, unless it is declared and its rows within the budget."""
    words, seen = F21[name]
    damage(published, 3)
    before = files(out)
    done = score(published, *words)

    saw(done, 65, f"{name}: refused by file and row group", *seen, folder=out)
    assert files(out) == before


def test_f21_a_corrupt_row_group_set_aside(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """As declared, its ten rows are in quarantine with file and row group, and all others published."""
    damage(published, 3)
    done = score(published, *QUARANTINE, "--set", "limits.quarantined_rows.rows=12")
    lost = [row for row in quarantined(published) if row["_reason"] == "corrupt fragment"]

    happened = "as declared: its rows are in quarantine and in the account, the others published"
    saw(done, 0, happened, "quarantined 12", folder=out)
    assert [row["_row"] for row in lost] == list(range(30, 40))
    assert {row["_place"].rpartition("/")[2] for row in lost} == {f"{BATCH}.parquet, row group 3"}
    assert log(out, BATCH)[-1]["account"]["read"] == 60


def spoiled(kind: str) -> Callable[[list[bytes]], list[bytes]]:
    """One line with a field too many or no object, and one of another kind."""
    bad = {
        "csv": [b"1,Rome,P0,on,1.0,2.0,3.0\n", b"3,Rome\n"],
        "jsonl": [b'{"id": 1, \n', b"null\n"],
    }
    first, second = bad[kind]
    return lambda lines: [*lines[:11], first, *lines[11:41], second, *lines[41:]]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_f22_malformed_lines(
    published: Path, score: Command, out: Path, saw: Saw, kind: str
) -> None:
    """Without a budget the first malformed line refuses the batch, by file and line."""
    without_budget(published)
    before = files(out)
    done = score(published, *lines_as(published, kind, spoiled(kind)))

    words = (f"{BATCH}.{kind}:12", "malformed line", *PARTS)
    saw(done, 65, "without a budget: refused by file and line", *words, folder=out)
    assert files(out) == before


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_f22_malformed_lines_set_aside(
    published: Path, score: Command, out: Path, saw: Saw, kind: str
) -> None:
    """Within the budget they are in quarantine with place and text; the rest is what it was."""
    before = pd.read_parquet(out)
    words = lines_as(published, kind, spoiled(kind))
    text = source(published).with_suffix(f".{kind}").read_text().splitlines()
    done = score(published, *words)
    lost = [row for row in quarantined(published) if row["_reason"] == "malformed line"]

    saw(done, 0, "within it: quarantined with place and text", "2 for malformed", folder=out)
    assert [row["_place"].rpartition(":")[2] for row in lost] == ["12", "43"]
    assert [row["_raw"] for row in lost] == [text[11], text[42]]
    pd.testing.assert_frame_equal(pd.read_parquet(out), before)


F23 = {"utf-16": "text that is not UTF-8", "utf-8-sig": "a byte order mark"}


@pytest.mark.parametrize("encoding", F23)
def test_f23_another_encoding(
    published: Path, score: Command, out: Path, saw: Saw, encoding: str
) -> None:
    """A file in another encoding is refused as a whole, whatever the budget."""
    words = lines_as(published, "csv", lambda lines: [b"".join(lines).decode().encode(encoding)])
    before = files(out)
    done = score(published, *words)

    happened = "the whole file: refused at its first byte"
    saw(done, 65, happened, f"{BATCH}.csv", "byte 0", F23[encoding], *PARTS, folder=out)
    assert files(out) == before


def latin(lines: list[bytes]) -> list[bytes]:
    """Two lines of the file are Latin-1."""
    return [
        line.replace(b"Rome", b"R\xf4me") if n in {7, 10} else line for n, line in enumerate(lines)
    ]


def test_f23_lines_in_another_encoding(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """Lines that are not UTF-8 are refused by line and byte with a hint; within a budget, set aside."""
    words = lines_as(published, "csv", latin)
    content = source(published).with_suffix(".csv").read_bytes()
    set_aside = score(published, *words)
    lost = [row for row in quarantined(published) if row["_reason"] == "text that is not UTF-8"]
    before = files(out)
    without_budget(published)
    refused = score(published, *words)

    seen = (f"{BATCH}.csv:8", f"at byte {content.index(0xF4):,}", "iconv", *PARTS)
    happened = "some lines: refused by line and byte; within a budget quarantined with their text"
    saw([set_aside, refused], [0, 65], happened, *seen, folder=out)
    assert [row["_raw"].partition(",")[2][:8] for row in lost] == ["R\\xf4me,"] * 2
    assert files(out) == before


def limited(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """What a run said that was given 500 MB of memory; a usual one needs 350."""
    line = f"ulimit -d 500000; exec {sys.executable} -m seawall run pipeline.yaml --batch {BATCH}"
    return subprocess.run(
        ["bash", "-c", f"{line} --force {' '.join(args)}"],
        cwd=project,
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )


def gzip_bomb(project: Path) -> list[str]:
    """A file of a few MB holds a line twenty million times."""
    words = lines_as(project, "csv")
    text = source(project).with_suffix(".csv").read_bytes()
    with gzip.open(project / f"data/{BATCH}.csv.gz", "wb", compresslevel=1) as file:
        file.write(text)
        for _ in range(400):
            file.write(text.splitlines(keepends=True)[-1] * 50_000)
    return [*words, *primary(path="data/{batch}.csv.gz", **{"caps.decoded_bytes": "50MB"})]


def parquet_bomb(project: Path) -> list[str]:
    """A footer of 0.1 MB names the same ten million rows a hundred and ninety times."""
    path = source(project)
    names = pq.read_schema(path).names
    nulls = pa.table({name: pa.nulls(10_000_000, pa.bool_()) for name in names})
    pq.write_table(nulls, path, row_group_size=10_000_000)
    footer = pq.read_metadata(path)
    for _ in range(6):
        footer.append_row_groups(pq.read_metadata(path))
        footer.append_row_groups(footer)
    sink = pa.BufferOutputStream()
    footer.write_metadata_file(sink)
    content = path.read_bytes()
    pages = content[: -8 - int.from_bytes(content[-8:-4], "little")]
    path.write_bytes(pages + sink.getvalue().to_pybytes()[4:])
    return []


F30 = {
    "gzip": (gzip_bomb, "caps.decoded_bytes: 50,000,000"),
    "Parquet": (parquet_bomb, "caps.rows: 500,000,000"),
}


@pytest.mark.parametrize("name", F30)
def test_f30_a_bomb(published: Path, out: Path, saw: Saw, name: str) -> None:
    """A small file that unpacks into more than it may is refused, in the memory that any run has."""
    make, cap = F30[name]
    words = make(published)
    before = files(out)
    done = limited(published, *words)
    large = [path for path in (published / "out").rglob("*") if path.stat().st_size > 5_000_000]

    seen = ("the input is larger than it may be", cap, *PARTS)
    saw(done, 65, f"{name}: refused at its cap, in 500 MB of memory", *seen, folder=out)
    assert large == []
    assert files(out) == before


def test_f31_an_enormous_field(published: Path, out: Path, saw: Saw) -> None:
    """A field of 300 MB is refused by its line, in the memory that any run has."""
    words = lines_as(published, "csv")
    path = source(published).with_suffix(".csv")
    with path.open("r+b") as file:
        file.seek(0, 2)
        file.write(b"9,Rome,P")
        file.seek(300_000_000, 1)
        file.write(b",on,1.0,2.0\n")
    before = files(out)
    done = limited(published, *words)

    seen = ("line 62", "a record longer than any may be", "caps.record_bytes: 16,777,216", *PARTS)
    saw(done, 65, "refused by its line, in 500 MB of memory", *seen, folder=out)
    assert "plan ready" not in done.stderr
    assert files(out) == before
