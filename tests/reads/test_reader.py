"""Reads of real sources in real processes: what arrives, what is tried again, what is told."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.contracts import Caps
from seawall.errors import InterruptedRunError, StorageError
from seawall.reads import Read, Unread
from tests.reads.conftest import Reading, python
from tests.reads.upstreams import BORN


def unread(outcome: Read | Unread) -> Unread:
    """The outcome of a read that failed."""
    assert isinstance(outcome, Unread), outcome
    return outcome


def test_rows_arrive(reading: Reading) -> None:
    """The rows are in the file, without the frame's index, and the Read says how many."""
    outcome = reading.read(python("frame", rows=3))

    assert reading.rows(outcome).to_pydict() == {"n": [0, 1, 2], "t": ["t0", "t1", "t2"]}
    assert isinstance(outcome, Read)
    assert (outcome.rows, outcome.attempts) == (3, 1)
    assert outcome.bytes == outcome.path.stat().st_size


@pytest.mark.parametrize("into", ["rows.arrow", "rows.parquet"])
def test_pieces_become_one_file(reading: Reading, into: str) -> None:
    """Many pieces are one table in their order, in either format."""
    outcome = reading.read(python("tables", pieces=50, rows=1_000), into=into)

    assert reading.rows(outcome).column("n").to_pylist() == list(range(50_000))


def test_categories_are_texts(reading: Reading) -> None:
    """Categories that differ from piece to piece arrive as their values."""
    table = reading.rows(reading.read(python("categories")))

    assert table.column("c").to_pylist() == ["a", "b", "z", None]


def test_wanted_columns_come_in_order(reading: Reading) -> None:
    """Of the columns those that are asked for arrive, in the order of the question."""
    outcome = reading.read(python("frame"), columns=("t", "n"))

    assert reading.rows(outcome).column_names == ["t", "n"]


@pytest.mark.parametrize("name", ["frame", "renamed"])
def test_missing_column(reading: Reading, name: str) -> None:
    """A column that is missing, be it from a later piece, is a fault of the data with the nearest name."""
    last = unread(reading.read(python(name), columns=("n", "t_") if name == "frame" else None)).last

    assert (last.kind, last.transient, last.availability) == ("data", False, False)
    assert "did you mean 't" in last.todo


def test_no_piece_at_all(reading: Reading) -> None:
    """A source that sends nothing has sent no rows of the columns that were asked for."""
    table = reading.rows(reading.read(python("nothing"), columns=("a", "b")))

    assert (table.num_rows, table.column_names) == (0, ["a", "b"])


def test_what_is_no_table(reading: Reading) -> None:
    """A list of dicts is a bug of the source, and is not asked for twice."""
    outcome = unread(reading.read(python("records")))

    assert (outcome.last.kind, outcome.attempts) == ("software", 1)
    assert "dict" in outcome.last.seen


@pytest.mark.parametrize("error", ["busy", "down", "refused"])
def test_transient_errors_are_tried_again(reading: Reading, error: str) -> None:
    """A source that fails twice for a while is read at the third attempt."""
    outcome = reading.read(python("fails_then_works", times=2, error=error))

    assert reading.rows(outcome).to_pydict() == {"n": [2]}
    assert [name for name, _ in reading.told] == ["ReadBegins", "AttemptFailed", "AttemptFailed"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("data", "data"),
        ("bug", "software"),
        ("memory", "software"),
        ("interrupt", "software"),
        ("denied", "unavailable"),
    ],
)
def test_permanent_errors_are_not_tried_again(reading: Reading, error: str, kind: str) -> None:
    """What cannot pass is asked for once."""
    outcome = unread(reading.read(python("raises", error=error)))

    assert (outcome.attempts, outcome.last.kind) == (1, kind)


def test_sys_exit_is_a_bug(reading: Reading) -> None:
    """A source that calls sys.exit has failed as one that raises, and ends nothing else."""
    outcome = unread(reading.read(python("exits")))

    assert (outcome.attempts, outcome.last.kind) == (1, "software")


@pytest.mark.parametrize(
    ("section", "named"),
    [
        (python("dies", by="SIGKILL"), "killed by SIGKILL"),
        (python("dies", by="SIGSEGV"), "killed by SIGSEGV"),
        (python("leaves", code=3), "exit code 3"),
    ],
)
def test_death_is_as_a_lost_connection(
    reading: Reading, section: dict[str, object], named: str
) -> None:
    """A process that dies is told with its signal, tried again, and counts as an outage."""
    outcome = unread(reading.read(section, max_attempts=2))

    assert (outcome.attempts, outcome.last.availability) == (2, True)
    assert named in outcome.last.what


@pytest.mark.parametrize("name", ["hangs", "ignores_sigterm"])
def test_hang_is_ended(reading: Reading, name: str) -> None:
    """An attempt that hangs ends at its timeout, told with where it hung; the next one is made."""
    begun = time.monotonic()
    outcome = unread(reading.read(python(name), attempt_timeout_s=0.4, max_attempts=2))

    assert time.monotonic() - begun < 60
    assert (outcome.attempts, outcome.last.availability) == (2, True)
    assert "in hangs" in outcome.last.trace


def test_deadline_is_over_all(reading: Reading) -> None:
    """Attempts and waits together end at the deadline; an attempt gets what is left."""
    outcome = unread(
        reading.read(python("hangs"), attempt_timeout_s=0.5, deadline_s=0.8, max_attempts=99)
    )

    assert outcome.attempts <= 2
    assert outcome.seconds < 60
    assert outcome.given_up


def test_nothing_is_left_of_a_killed_attempt(reading: Reading) -> None:
    """Neither the rows that had come nor the scratch folder stay beside the file."""
    outcome = unread(reading.read(python("starts_then_dies"), max_attempts=1))

    assert "SIGKILL" in outcome.last.what
    assert (reading.root / "begun").exists()
    assert list(reading.folder.iterdir()) == []


def test_endless_source_is_stopped(reading: Reading) -> None:
    """A source without an end is stopped by the cap on rows, long before its time is up."""
    outcome = unread(reading.read(python("endless"), caps=Caps(rows=100_000)))

    assert (outcome.last.kind, outcome.attempts) == ("data", 1)
    assert "caps: rows" in outcome.last.todo


def test_stop_ends_an_attempt(reading: Reading) -> None:
    """A signal ends a read that hangs at once, with the signal's number, and nothing is left."""

    def stop_when_begun() -> None:
        while not (reading.root / "begun").exists():
            threading.Event().wait(0.01)
        reading.stop.set(15)

    threading.Thread(target=stop_when_begun).start()
    with pytest.raises(InterruptedRunError) as raised:
        reading.read(python("starts_then_hangs"), attempt_timeout_s=600, deadline_s=600)

    assert raised.value.signal_number == 15
    assert list(reading.folder.iterdir()) == []


def test_stop_ends_a_wait(reading: Reading) -> None:
    """A signal ends the wait between two attempts at once."""
    patient = {"initial_s": 600, "max_wait_s": 600, "jitter": False, "deadline_s": 3_600}

    def stop_when_told() -> None:
        while len(reading.told) < 2:
            threading.Event().wait(0.01)
        reading.stop.set(2)

    threading.Thread(target=stop_when_told).start()
    with pytest.raises(InterruptedRunError) as raised:
        reading.read(python("raises", error="busy"), **patient)

    assert raised.value.signal_number == 2


def test_events(reading: Reading) -> None:
    """The effective times are told when it begins, and each failure with the wait that follows."""
    reading.read(python("raises", error="down"), max_attempts=2, jitter=False, initial_s=0.01)
    (_, begun), (_, first), (_, last) = reading.told

    assert begun == {
        "source": "lookup w",
        "attempt_timeout_s": 30,
        "deadline_s": 60,
        "max_attempts": 2,
    }
    assert (first["attempt"], first["wait_s"]) == (1, 0.01)
    assert (last["attempt"], last["wait_s"]) == (2, None)
    assert last["problem"].startswith("out of order")


def test_secrets_are_hidden(reading: Reading) -> None:
    """What a driver quotes of a URL with a password is told without it."""
    section = {
        "type": "sql",
        "url": "${env:DB}",
        "query": "SELECT 1 AS n",
    }
    env = {"DB": "postgresql://u:hunter22@127.0.0.1:1/hunter22"}
    outcome = unread(reading.read(section, env=env, max_attempts=1))

    assert "refused" in outcome.last.seen
    assert "hunter22" not in f"{outcome} {reading.told}"


def test_full_disk_is_no_outage(reading: Reading) -> None:
    """When our own disk refuses, the run ends with that, and the upstream isn't blamed."""
    (reading.folder / "part-rows.arrow").symlink_to("/dev/full")

    with pytest.raises(StorageError, match="No space left"):
        reading.read(python("tables", pieces=1, rows=300_000))


def test_many_at_once(reading: Reading) -> None:
    """Threads that read at the same time get each its own rows."""
    found: dict[int, Read | Unread] = {}

    def read(rows: int) -> None:
        found[rows] = reading.read(python("frame", rows=rows), into=f"{rows}.arrow")

    threads = [threading.Thread(target=read, args=(rows,)) for rows in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {rows: reading.rows(read).num_rows for rows, read in found.items()} == {
        1: 1,
        2: 2,
        3: 3,
        4: 4,
    }


def test_local_files_need_no_process(reading: Reading) -> None:
    """Files of this machine that no time is declared for are read here, to the same bytes."""
    pq.write_table(pa.table({"n": range(300_000)}), reading.root / "a.parquet")
    section = {"type": "parquet", "path": "a.parquet"}
    aside = reading.read(section, into="aside.parquet")
    here = replace(reading, calls=None).read(section, into="here.parquet", bounded=False)  # type: ignore[arg-type]

    assert isinstance(aside, Read)
    assert isinstance(here, Read)
    assert here.path.read_bytes() == aside.path.read_bytes()
    assert here.as_of == aside.as_of


def test_as_of_is_carried(reading: Reading) -> None:
    """The time of a file is the time that its rows are from."""
    path = reading.root / "a.csv"
    path.write_text("k\n1\n")
    os.utime(path, (BORN.timestamp(), BORN.timestamp()))
    outcome = reading.read({"type": "csv", "path": "a.csv"})

    assert isinstance(outcome, Read)
    assert outcome.as_of == datetime(2026, 1, 1, tzinfo=UTC)
