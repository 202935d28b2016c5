"""F74 to F77, F79, F80: worker processes that hang, are killed, crash, run out of memory, take too many threads, or print without end."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from seawall.workers import cores
from tests.faults.sound import files, log, staged

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Saw = Callable[..., None]
PLAIN = "    return frame.assign(strain="
PROCESSES = ("--set", "execution.executor=processes", "--workers", "1")


def before_strain(project: Path, lines: str) -> None:
    """The stage does this first."""
    steps = project / "factory/steps.py"
    steps.write_text(steps.read_text().replace(PLAIN, lines + PLAIN))


@pytest.fixture
def fours(published: Path, frame: pd.DataFrame) -> Path:
    """A project with version 1 published, whose batch is read in chunks of four rows from now on."""
    frame.head(12).to_parquet(published / f"data/{BATCH}.parquet", row_group_size=4)
    config = published / "pipeline.yaml"
    config.write_text(config.read_text().replace("chunk_rows: 15", "chunk_rows: 4"))
    return published


def test_f74_a_chunk_that_hangs(fours: Path, score: Command, saw: Saw, out: Path) -> None:
    """A chunk that does not come back is killed, tried once more, and named with where it hung."""
    before = files(out)
    model = fours / "factory/model.py"
    hang = '        import time\n        while (features["load"] == 7.0).any():\n            time.sleep(0.01)\n'
    model.write_text(model.read_text().replace("        square =", hang + "        square =", 1))
    done = score(fours, *PROCESSES, "--set", "execution.attempt_timeout=500ms")

    words = ["a chunk killed its worker twice", "longer than execution.attempt_timeout, 0.5 s"]
    words += ["chunk 000002", "in predict_proba", "chunk retried"]
    saw(done, 70, "killed, tried alone, killed again: named, with its stack", *words, folder=out)
    assert files(out) == before


def test_f74_threads_cannot_be_killed(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A limit that threads could not keep is refused: in the file, and for a run that asks for threads."""
    limit = ("--set", "execution.attempt_timeout=1s")
    written = score(published, *limit)
    asked = score(published, *limit, *PROCESSES, "--executor", "threads", "--force")

    words = ["execution.attempt_timeout: attempt_timeout has no effect", "cannot be killed"]
    saw([written, asked], [78, 2], "with threads the limit is refused", *words, folder=out)
    assert log(out, BATCH)[-1]["version"] == 1


KILL = "    import os\n    if {when}:\n        os.kill(os.getpid(), {signal})\n"
ONE_ROW = '(frame["id"] == 1006).any()'
LAST_ROW = '(frame["id"] == 1009).any()'


def test_f75_chunks_that_kill(
    fours: Path, frame: pd.DataFrame, score: Command, saw: Saw, out: Path
) -> None:
    """One that is too large is scored in halves; of another the row that kills is in quarantine; no byte differs."""
    ten, path = frame.head(10), fours / f"data/{BATCH}.parquet"
    ten.assign(load=ten["load"].where(ten["id"] != 1009, 999.0)).to_parquet(path, row_group_size=4)
    quiet = score(fours)
    before = files(out)
    ten.to_parquet(path, row_group_size=4)
    before_strain(fours, KILL.format(when=f"len(frame) > 2 and {ONE_ROW} or {LAST_ROW}", signal=9))
    done = score(fours, *PROCESSES, "--json")
    told = json.loads(done.stdout)

    happened = (
        "tried again alone, then in halves; within a budget the row that kills is in quarantine"
    )
    saw([quiet, done], [0, 0], happened, "killed by SIGKILL", "killed its worker", folder=out)
    assert told["reasons"] == {"killed its worker": 1}
    assert told["account"] == {"read": 10, "published": 8, "quarantined": 1, "filtered": 1}
    assert (files(out), len(log(out, BATCH))) == (before, 3)


def test_f75_a_row_that_kills_without_a_budget(
    fours: Path, score: Command, saw: Saw, out: Path
) -> None:
    """Without a budget the row's stretch is named; the other chunks are kept for the next run."""
    before, config = files(out), fours / "pipeline.yaml"
    text = config.read_text().replace(", on_violation: quarantine", "").split("limits:")[0]
    rule = "- use: factory.steps:plausible"
    config.write_text(text.replace(rule, f"{rule}\n      on_violation: fail"))
    before_strain(fours, KILL.format(when=ONE_ROW, signal=9))
    done = score(fours, *PROCESSES)

    words = ["chunk 000001, rows 6 to 7 of the batch", "killed by SIGKILL", "quarantined_rows"]
    saw(done, 70, "without a budget its stretch is named, and the run fails", *words, folder=out)
    assert (files(out), staged(out, BATCH)) == (before, 2)


def test_f76_a_crash(fours: Path, score: Command, saw: Saw, out: Path) -> None:
    """A crash in C code is no matter of size: tried once more alone, then the chunk is named."""
    before = files(out)
    before_strain(fours, KILL.format(when=LAST_ROW, signal=11))
    done = score(fours, *PROCESSES)

    words = ["chunk 000002, rows 8 to 12 of the batch", "killed by SIGSEGV", "crash in C code"]
    saw(done, 70, "tried once more alone, then named; nothing is halved", *words, folder=out)
    assert (files(out), staged(out, BATCH)) == (before, 2)


GREEDY = """\
    import resource
    from pathlib import Path
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + (1 << 30), -1))
    import numpy as np
    np.empty(len(frame) * {each}, dtype=bool)
"""


def test_f77_memory_that_runs_out(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A stage for which memory runs out is given halves and quarters, to the bytes of a quiet run."""
    before = files(out)
    before_strain(published, GREEDY.format(each="(220 << 20)"))
    done = score(published, "--workers", "1")

    happened = "given in halves and quarters: published as ever"
    saw(done, 0, happened, "published as version 2", folder=out)
    assert files(out) == before


def test_f77_memory_that_runs_out_for_good(
    published: Path, score: Command, saw: Saw, out: Path
) -> None:
    """Where a quarter of the rows is too much, too, the chunk fails, and the message says what to do."""
    before = files(out)
    before_strain(published, GREEDY.format(each="(1 << 40)"))
    done = score(published, "--workers", "1")

    words = ["memory ran out", "factory/steps.py:", "smaller chunk_rows"]
    saw(done, 70, "where a quarter is too much, too, the chunk fails", *words, folder=out)
    assert files(out) == before


CALLS, LINES = 7, 500
"""A call for a sample of the batch, and one for each of its six chunks."""
FLOOD = """\
    import sys, warnings
    warnings.simplefilter("always")
    for number in range(500):
        print("a line", number)
        warnings.warn(f"a warning {number}")
"""


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_f80_a_flood_of_words(
    project: Path, score: Command, saw: Saw, out: Path, executor: str
) -> None:
    """Of 3,500 lines and as many warnings a thousand come through, the others are counted exactly."""
    before_strain(project, FLOOD)
    done = score(project, "--executor", executor, "--workers", "1")

    happened = "published; of the flood a thousand lines come through, the others are counted"
    saw(done, 0, happened, "published as version 1", folder=out)
    lost = re.findall(r"left out ([\d,]+) lines", done.stderr)
    shown = sum(
        done.stderr.count(word) for word in ("a line ", "UserWarning: ", "  warnings.warn(")
    )
    assert 1_000 < shown < 2 * CALLS * LINES
    assert shown + sum(int(number.replace(",", "")) for number in lost) == 3 * CALLS * LINES


COUNTING = '''\
import os
from pathlib import Path

import numpy as np


def ticks():
    """The processor time of each thread, in hundredths of a second."""
    told = {task.name: (task / "stat").read_text() for task in Path("/proc/self/task").iterdir()}
    fields = {name: text.rpartition(")")[2].split() for name, text in told.items()}
    return {name: int(field[11]) + int(field[12]) for name, field in fields.items()}


class Strain:
    classes_ = (0, 1)
    feature_names_in_ = ("load", "strain")
    asked = False

    def predict_proba(self, features):
        if not self.asked:
            self.asked, before, matrix = True, ticks(), np.ones((1_600, 1_600))
            matrix @ matrix
            busy = [name for name, now in ticks().items() if now - before.get(name, 0) > 3]
            with open("busy", "a") as file:
                file.write(f"{os.getpid()} {os.getppid()} {len(busy)}\\n")
        return np.full((len(features), 2), 0.5)
'''


def busy(project: Path) -> set[str]:
    """How many threads computed in the model's first call of each worker."""
    lines = [line.split() for line in (project / "busy").read_text().splitlines()]
    (project / "busy").unlink()
    # The parent tries a sample of the batch before it begins its workers.
    parents = {parent for _, parent, _ in lines}
    return {count for process, _, count in lines if process not in parents}


def test_f79_threads_of_a_model(project: Path, score: Command, saw: Saw, out: Path) -> None:
    """A matrix product in each of two workers has one thread; in one worker that may use two, it has two."""
    (project / "factory/model.py").write_text(COUNTING)
    many = ("--executor", "processes", "--workers", "2", "--inner-threads", "1")
    held = score(project, *many)
    each = busy(project)
    one = ("--executor", "processes", "--workers", "1", "--inner-threads", "2", "--force")
    free = score(project, *one)

    happened = "threads that compute are counted: workers times threads a call are the cores"
    saw([held, free], [0, 0], happened, folder=out)
    assert (each, busy(project)) == ({"1"}, {str(min(2, cores()))})
