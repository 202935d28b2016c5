"""What a batch is compared with, from the log of a real sink."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seawall.contracts import Account, StoredFile
from seawall.running.history import previous, rows_before
from seawall.sinks.files import Draft, FilesSink, Holder

HOLDER = Holder.here("test")
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


class Log:
    """A sink in which versions are published one after the other, without their files."""

    def __init__(self, folder: Path) -> None:
        self.sink = FilesSink(folder / "out")
        self.sink.preflight()
        self.commits = 0

    def publish(self, batch: str, rows: int, *, filtered: int = 0, kind: str = "publish") -> None:
        """A version with so many rows that stayed."""
        self.commits += 1
        (self.sink.layout.data(batch)).mkdir(parents=True, exist_ok=True)
        draft = Draft(
            kind=kind,  # type: ignore[arg-type]
            commit_id=f"c{self.commits}",
            run_id=f"r{self.commits}",
            file=StoredFile(f"data/{batch}/{self.commits}", "0" * 64, 1, rows),
            account=Account(rows + filtered, rows, 0, filtered),
            fingerprint={},
            committed_at=BEGIN + timedelta(hours=self.commits),
            to_version=1 if kind == "rollback" else None,
        )
        with self.sink.claim(batch, HOLDER) as claim:
            claim.commit(draft)

    def rows_before(self, batch: str) -> tuple[int, ...]:
        """What a run of the batch is compared with."""
        with self.sink.claim(batch, HOLDER) as claim:
            return rows_before(claim)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A sink without versions."""
    return Log(tmp_path)


def test_the_newest_batches_but_this_one(log: Log) -> None:
    """Seven batches are compared, the newest first, without this one and without filtered rows."""
    for number in range(9):
        log.publish(f"b{number}", 100 + number, filtered=50)

    assert log.rows_before("b8") == (107, 106, 105, 104, 103, 102, 101)
    assert log.rows_before("new")[0] == 108


def test_a_batch_counts_once_with_what_is_live(log: Log) -> None:
    """Of a batch that was published again, or rolled back, only the live version counts."""
    log.publish("a", 10)
    log.publish("b", 1)
    log.publish("b", 20)
    log.publish("a", 99_999)
    log.publish("a", 10, kind="rollback")

    assert log.rows_before("c") == (10, 20)


def test_nothing_before(log: Log) -> None:
    """The first batch of a sink has nothing to be compared with."""
    assert log.rows_before("a") == ()
    assert previous(log.sink, "a") is None


@pytest.mark.parametrize(("batch", "found"), [("b", "b"), ("c", "b"), ("aa", "a"), ("0", "a")])
def test_the_version_before(log: Log, batch: str, found: str) -> None:
    """It is the live one of the batch itself, else of the one before it by name, else of the next."""
    for name in ("b", "a", "x"):
        log.publish(name, 1)
    entry = previous(log.sink, batch)

    assert entry is not None
    assert entry.batch == found
