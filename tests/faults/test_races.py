"""Several at once: F92, F93, and F97 to F100."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.conftest import BATCH, Command
from tests.faults.conftest import Saw
from tests.faults.sound import files, log, staged

Begin = Callable[..., "subprocess.Popen[str]"]
Done = subprocess.CompletedProcess[str]


def stopped(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The process, once it has stopped itself."""
    assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
    return process


def ended(process: subprocess.Popen[str]) -> Done:
    """What came of the process, which goes on if it was stopped."""
    process.send_signal(signal.SIGCONT)
    said, message = process.communicate(timeout=60)
    return Done([], process.returncode, said, message)


def lock(out: Path) -> Path:
    """The file that a run of the batch holds."""
    return out.with_name("breakdowns.seawall") / "locks" / BATCH


def test_f92_a_run_that_wakes_after_another_took_over(
    published: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """A run that slept while another one published is refused by the log, and harms nothing."""
    sleeper = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="6d"))
    lock(out).unlink()
    winner = score(published, "--force", "--set", "description=the second")
    after = files(out)
    woken = ended(sleeper)

    happened = "the second publishes, the first is refused by the log when it wakes"
    saw([winner, woken], [0, 75], happened, "another run", folder=out)
    assert (files(out), len(log(out, BATCH))) == (after, 2)


def test_f92_a_chunk_that_is_finished_too_late(
    published: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """What a run writes after another has taken its plan over has a name of its own."""
    sleeper = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="4c"))
    lock(out).unlink()
    winner = score(published, "--force")
    after = files(out)
    woken = ended(sleeper)

    happened = "in a chunk: its part is an orphan under another name, the run is refused"
    saw([winner, woken], [0, 75], happened, folder=out)
    assert (files(out), len(log(out, BATCH))) == (after, 2)


@pytest.mark.parametrize("turn", range(2))
def test_f93_two_runs_race(published: Path, begin: Begin, out: Path, saw: Saw, turn: int) -> None:
    """Of two runs that reach the commit together one wins, and the other is told who."""
    first = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="6d"))
    lock(out).unlink()
    second = stopped(
        begin(
            published, "--force", "--set", f"description=turn {turn}", SEAWALL_FAILPOINT_STOP="6d"
        )
    )
    for process in (first, second):
        process.send_signal(signal.SIGCONT)
    done = sorted([ended(first), ended(second)], key=lambda one: one.returncode)

    happened = "one publishes, the other is refused by the log"
    saw(done, [0, 75], happened, "another run", folder=out)
    assert len(log(out, BATCH)) == 2


def test_f97_a_view_that_cannot_be_replaced(
    published: Path, score: Command, seawall: Command, out: Path, saw: Saw
) -> None:
    """A version whose view cannot be put in place is committed, said so, and shown by the next command."""
    view = out / f"batch={BATCH}" / "predictions.parquet"
    view.rename(published / "kept")
    (view / "in the way").mkdir(parents=True)
    done = score(published, "--force")
    strict = score(published, "--force", "--strict-exit")
    (view / "in the way").rmdir()
    view.rmdir()
    (published / "kept").rename(view)
    status = seawall(published, "status", "pipeline.yaml")

    happened = "committed, with a warning; 74 with --strict-exit; the next command shows it"
    words = ("readers do not see it yet", "view failed")
    saw([done, strict, status], [0, 74, 0], happened, *words, folder=out)
    assert len(log(out, BATCH)) == 3


READ = """
import json, sys
from pathlib import Path
import pandas as pd

seen, failed, told = set(), [], False
while not Path(sys.argv[2]).exists():
    try:
        frame = pd.read_parquet(sys.argv[1])
        seen.add(len(frame) if frame["id"].is_unique else -1)
    except Exception as error:
        failed.append(str(error))
    if not told:
        print("ready", flush=True)
        told = True
print(json.dumps([sorted(seen), failed]))
"""


def test_f98_a_reader_while_runs_publish(  # noqa: PLR0913 - fixtures
    published: Path,
    score: Command,
    put: Callable[..., None],
    frame: pd.DataFrame,
    *,
    out: Path,
    saw: Saw,
) -> None:
    """A program that reads over and over sees every row of one version, whichever."""
    program = [sys.executable, "-c", READ, str(out), str(published / "stop")]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        done = []
        for rows in (40, 60, 30):
            put(published, frame.head(rows))
            done.append(score(published))
        (published / "stop").touch()
        seen, failed = json.loads(reader.stdout.readline())
    whole = {entry["file"]["rows"] for entry in log(out, BATCH)}

    happened = "every read finds one whole version, none fails"
    saw(done, [0, 0, 0], happened, folder=out)
    assert (failed, set(seen) - whole) == ([], set())
    assert len(seen) > 1


def test_f99_a_rollback_while_a_run_is_staging(  # noqa: PLR0913 - fixtures
    published: Path, begin: Begin, score: Command, seawall: Command, *, out: Path, saw: Saw
) -> None:
    """A run whose batch was rolled back meanwhile is refused; its chunks wait for the next one."""
    score(published, "--force")
    sleeper = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="5"))
    rollback = ("rollback", "pipeline.yaml", "--batch", BATCH, "--reason", "wrong")
    held = seawall(published, *rollback)
    lock(out).unlink()  # as another host would not see it
    back = seawall(published, *rollback)
    after = files(out)
    woken = ended(sleeper)

    happened = "beside a run: 75; where the lock did not hold: rolled back, and the run is refused"
    saw([held, back, woken], [75, 0, 75], happened, "the lock is held", folder=out)
    assert files(out) == after
    assert [entry["kind"] for entry in log(out, BATCH)] == ["publish", "publish", "rollback"]
    assert staged(out, BATCH) == 6


def test_f100_garbage_collected_during_a_run(
    published: Path, begin: Begin, seawall: Command, out: Path, saw: Saw
) -> None:
    """A collection beside a run passes its batch over, however old its plans look."""
    sleeper = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="6d"))
    for attempt in out.with_name("breakdowns.seawall").glob("plans/*/*/attempt.json"):
        document = json.loads(attempt.read_text()) | {"at": "2020-01-01T00:00:00+00:00"}
        attempt.write_text(json.dumps(document))
    collected = seawall(published, "gc", "pipeline.yaml", "--json")
    done = ended(sleeper)

    saw([collected, done], [0, 0], "nothing of the batch is removed; the run publishes", folder=out)
    assert json.loads(collected.stdout)["waste"] == []
    assert len(log(out, BATCH)) == 2


def test_f100_garbage_after_a_commit_that_nobody_knows_of(
    published: Path, score: Command, seawall: Command, out: Path, saw: Saw
) -> None:
    """A complete file above every commit may be that of one which is just not visible: it stays."""
    killed = score(published, "--force", SEAWALL_FAILPOINT="6d")
    for entry in out.with_name("breakdowns.seawall").glob(f"log/{BATCH}/*.json"):
        old = json.loads(entry.read_text()) | {"committed_at": "2020-01-01T00:00:00Z"}
        entry.write_text(json.dumps(old))
    collected = seawall(published, "gc", "pipeline.yaml", "--json")
    left = sorted(path.name[:8] for path in out.with_name("breakdowns.seawall").glob("data/*/*"))

    happened = "the file of a commit whose outcome is unknown stays"
    saw([killed, collected], [-signal.SIGKILL, 0], happened, folder=out)
    assert left == ["00000001", "00000002"]
