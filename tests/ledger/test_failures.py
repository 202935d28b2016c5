"""A ledger that fails never fails a run."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from seawall.ledger import Ledger, Recorder, existing_ledger, open_ledger, recorder, run, runs


def test_a_locked_ledger_is_waited_for_and_caught_up_with(
    tmp_path: Path, ledger: Ledger, story: Any, warnings_seen: list[str]
) -> None:
    """While somebody holds the lock rows wait, one warning is given, and the end writes all of them."""
    sink, events = (
        Recorder(ledger, warn=warnings_seen.append, patience_s=0.3),
        list(story().whole()),
    )
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    sink.emit(events[0])
    other.execute("BEGIN IMMEDIATE")
    for event in events[1:-1]:
        sink.emit(event)
    other.execute("ROLLBACK")
    other.close()

    sink.emit(events[-1])

    detail = run(ledger, "last")
    assert (detail.run.state, len(detail.chunks), len(detail.stages)) == ("published", 2, 5)
    assert len(warnings_seen) == 1
    assert "locked" in warnings_seen[0]


def test_a_ledger_that_stays_locked_is_warned_of_once(
    tmp_path: Path, ledger: Ledger, story: Any, warnings_seen: list[str]
) -> None:
    """The run's end comes and goes, the ledger refuses, and nothing is raised."""
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sink = Recorder(ledger, warn=warnings_seen.append, patience_s=0.1)
    for event in story().whole():
        sink.emit(event)
    other.close()

    assert len(warnings_seen) == 1
    assert runs(ledger) == []


def test_a_ledger_that_cannot_be_opened_is_warned_of(
    tmp_path: Path, story: Any, warnings_seen: list[str]
) -> None:
    """The run is told to a sink that keeps nothing."""
    (tmp_path / "file").touch()
    sink = recorder(str(tmp_path / "file" / "ledger.db"), warn=warnings_seen.append)
    for event in story().whole():
        sink.emit(event)

    assert len(warnings_seen) == 1
    assert "not recorded" in warnings_seen[0]


def test_a_ledger_that_breaks_during_a_run_is_begun_anew(
    tmp_path: Path, story: Any, warnings_seen: list[str]
) -> None:
    """The new ledger knows the run from its start, and the broken one is kept."""
    file, one = tmp_path / "ledger.db", story()
    ledger = open_ledger(str(file), warn=warnings_seen.append)
    sink, events = Recorder(ledger, warn=warnings_seen.append), list(one.whole())
    for event in events[:3]:
        sink.emit(event)
    ledger.close()
    file.write_bytes(b"overwritten by something else " * 1000)
    for event in events[3:]:
        sink.emit(event)

    detail = run(ledger, "last")
    ledger.close()
    assert (detail.run.state, detail.run.plan_id, len(detail.chunks)) == ("published", "p1", 2)
    assert len(warnings_seen) == 1
    assert "corrupt" in warnings_seen[0]
    assert [path for path in tmp_path.iterdir() if ".corrupt-" in path.name]


_FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from seawall.events import ChunkRetried, RunStarted
from seawall.ledger import Recorder, open_ledger
ledger = open_ledger(sys.argv[1], warn=print)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
sink = Recorder(ledger, warn=lambda text: print("warned:", text))
at = dict(run_id="r", at=datetime.now(UTC))
sink.emit(RunStarted(pipeline="p", batch="b", config_path="c", host="h", pid=1, **at))
for number in range(100):
    sink.emit(ChunkRetried(chunk=str(number), reason="x" * 10_000, **at))
print("the run went on")
"""


def test_a_full_disk_does_not_stop_a_run(tmp_path: Path) -> None:
    """With no room for more, the run is told once and goes on; what was recorded stays."""
    file = tmp_path / "ledger.db"
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(file)], capture_output=True, text=True, check=True
    )

    assert done.stdout.count("warned:") == 1
    assert done.stdout.endswith("the run went on\n")
    ledger = existing_ledger(str(file))
    assert ledger is not None
    assert [row.run_id for row in runs(ledger)] == ["r"]
    ledger.close()


_WRITER = """
import sys
from datetime import UTC, datetime
from seawall.contracts import Account
from seawall.events import ChunkFinished, RunStarted
from seawall.ledger import Recorder, open_ledger
warned = []
sink = Recorder(open_ledger(sys.argv[1], warn=warned.append), warn=warned.append)
at = dict(run_id=sys.argv[2], at=datetime.now(UTC))
sink.emit(RunStarted(pipeline="p", batch="b", config_path="c", host="h", pid=1, **at))
print("begun", flush=True)
for number in range(200):
    account = Account(10, 10)
    sink.emit(ChunkFinished(chunk=f"{number:06d}", account=account, filtered={}, quarantined={},
                            seconds=0.1, reused=False, **at))
assert not warned, warned
"""


def test_runs_are_read_while_others_write(tmp_path: Path) -> None:
    """Two runs write, this process reads all the while: nobody is turned away, nothing is missing."""
    file = str(tmp_path / "ledger.db")
    open_ledger(file, warn=print).close()
    argv = [sys.executable, "-c", _WRITER, file]
    writers = [subprocess.Popen([*argv, name], stdout=subprocess.PIPE) for name in "ab"]
    for writer in writers:
        writer.stdout.readline()
        writer.stdout.close()
    ledger = existing_ledger(file)
    counts = []
    while any(writer.poll() is None for writer in writers):
        counts.append(len(run(ledger, "a").chunks))

    assert [writer.returncode for writer in writers] == [0, 0]
    assert counts == sorted(counts)
    assert [len(run(ledger, name).chunks) for name in "ab"] == [200, 200]
    ledger.close()
