"""The last known good: never older than declared, never from the future, never with a changed byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.disk import Disk
from seawall.errors import UnavailableError
from seawall.lookups.last_known_good import Snapshot, current, keep
from seawall.lookups.pin import content_of
from tests.lookups.chains import NOW, Chain, failed, joined, resolved, rows

DISK = Disk()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the snapshots of the lookup stand."""
    return tmp_path / "snapshots" / "weather"


def stored(folder: Path, table: pa.Table, *, hours: float = 1) -> Snapshot:
    """The table is the newest snapshot, from so many hours ago."""
    file = folder.parent.parent / f"pinned {hours}.arrow"
    table = table.combine_chunks()
    with pa.ipc.new_file(str(file), table.schema) as writer:
        writer.write_table(table)
    snapshot = Snapshot(
        "weather",
        sha256=content_of(table),
        bytes=file.stat().st_size,
        rows=table.num_rows,
        as_of=NOW - timedelta(hours=hours),
        kept_at=NOW,
        run_id="r",
        batch="b",
    )
    keep(DISK, folder, snapshot, file)
    return snapshot


def down(folder: Path, **terms: object) -> Chain:
    """A lookup whose upstream is down, with a last known good of up to twelve hours."""
    link = {"last_known_good": {"max_age": "12h", **terms}}
    upstreams = {"weather": UnavailableError("down")}
    return Chain({"fallback": [link]}, upstreams, snapshots=folder.parent)


def test_it_answers_by_its_name(folder: Path) -> None:
    """Its rows serve the keys that are asked for, its time is told."""
    snapshot = stored(folder, rows("abc"))
    chain = down(folder)
    found = resolved(chain, "ab")

    assert [row[1:3] for row in joined(chain, found, "ab")] == [
        ("live a", "last_known_good"),
        ("live b", "last_known_good"),
    ]
    assert found.table["k"].to_pylist() == ["a", "b"]
    assert found.tried[1].as_of == snapshot.as_of


def problem(folder: Path, keys: str = "a", **terms: object) -> str:
    """Why the last known good did not answer."""
    return failed(down(folder, **terms), keys).tried[1].problem


def test_too_old(folder: Path) -> None:
    """Older than max_age is no answer, exactly as old is one."""
    stored(folder, rows("a"), hours=13)
    old = problem(folder)
    stored(folder, rows("a"), hours=12)

    assert old == "the snapshot is too old: 13 h old, allowed at most 12 h"
    assert resolved(down(folder), "a").serving.links[1] == "last_known_good"


def test_from_the_future(folder: Path) -> None:
    """A backfill is not served from what was only known later, but for the clocks' difference."""
    stored(folder, rows("a"), hours=-1 / 30)
    assert resolved(down(folder), "a")
    stored(folder, rows("a"), hours=-0.2)

    assert "from the future" in problem(folder)


def test_a_flipped_byte(folder: Path) -> None:
    """A file that is not byte for byte what was stored is no answer, and is said to be corrupt."""
    path = folder / stored(folder, rows("ab")).file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert "the snapshot is corrupt" in problem(folder)


def test_a_file_that_is_gone(folder: Path) -> None:
    """Without its file a record is no answer."""
    (folder / stored(folder, rows("ab")).file).unlink()

    assert "the snapshot's file is gone" in problem(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"lookup": "weather"}'])
def test_a_torn_record(folder: Path, text: str) -> None:
    """A record that cannot be read is no answer."""
    stored(folder, rows("ab"))
    (folder / "current.json").write_text(text)

    assert "the record of the snapshot is damaged" in problem(folder)


def test_a_file_in_the_folders_place(folder: Path) -> None:
    """A disk that refuses is the link's failure, not the run's."""
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")

    assert "the snapshot cannot be read" in problem(folder)


@pytest.mark.parametrize(
    "table",
    [
        rows("ab").drop_columns(["w"]),
        rows("ab").set_column(1, "v", pa.array(["mild", "cold"])),
        pa.concat_tables([rows("ab"), rows("a")]),
    ],
    ids=["a column less", "another type", "two rows for a key"],
)
def test_another_schema(folder: Path, table: pa.Table) -> None:
    """A snapshot from before the pipeline changed is no answer where it doesn't fit."""
    stored(folder, table)
    chain = down(folder)
    chain.contracts = {"temp": {"dtype": "float64"}}

    assert failed(chain, "a").tried[1].problem


def test_too_few_keys(folder: Path) -> None:
    """With too few of the keys asked for it is no answer; none at all are never enough."""
    stored(folder, rows("ab"))

    assert "50%" in problem(folder, "abcd", min_key_coverage="60%")
    assert resolved(down(folder, min_key_coverage="50%"), "abcd")
    assert problem(folder, "xyz") == "it has nothing of what is missing"


def test_an_older_one_does_not_replace_it(folder: Path) -> None:
    """A backfill's rows do not take the place of later ones; of the same time the last one counts."""
    newer = stored(folder, rows("ab"), hours=1)
    stored(folder, rows("cd"), hours=30)
    assert current(DISK, folder) == newer
    again = stored(folder, rows("ef"), hours=1)

    assert current(DISK, folder) == again


def test_only_the_one_before_is_kept(folder: Path) -> None:
    """Files of older snapshots, and what a killed run left, are gone after the next one."""
    for number, keys in enumerate(("ab", "cd", "ef")):
        last = stored(folder, rows(keys), hours=9 - number)
        (folder / f".left.{number}.tmp").touch()
    before = content_of(rows("cd"))

    assert {path.name for path in folder.glob("[!.]*")} == {
        "current.json",
        last.file,
        f"{before}.arrow",
    }


def test_a_damaged_file_is_mended(folder: Path) -> None:
    """The same rows kept again put a whole file in place of a damaged one."""
    snapshot = stored(folder, rows("ab"))
    path = folder / snapshot.file
    path.unlink()
    path.write_bytes(b"damaged")
    stored(folder, rows("ab"))

    assert resolved(down(folder), "a")


def test_a_torn_record_is_replaced(folder: Path) -> None:
    """A record that cannot be read does not keep the next snapshot out."""
    snapshot = stored(folder, rows("ab"))
    (folder / "current.json").write_text("{")
    stored(folder, rows("ab"))

    assert current(DISK, folder) == replace(snapshot)
