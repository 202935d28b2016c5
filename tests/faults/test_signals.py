"""Signals, and whoever watches a run: F101 to F109."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

import seawall
from seawall.contracts import Account
from seawall.events import RunEnded, RunStarted
from seawall.ledger import Recorder, open_ledger
from tests.end_to_end.conftest import BATCH, SEAWALL, Command, environment
from tests.faults.conftest import Saw
from tests.faults.sound import files, log, staged
from tests.http_server import HttpServer, drip, failure, hang, rows, text

Begin = Callable[..., "subprocess.Popen[str]"]
Done = subprocess.CompletedProcess[str]
RUN = ("run", "pipeline.yaml", "--batch", BATCH)
FIRST = "    with: {scale: 2.0}\n"
PAUSE = (
    '  - use: factory.steps:pause\n    with: {{begun: "{0}/begun", gate: "{0}/gate", row: 30}}\n'
)
CHAIN = "      retry: {max_attempts: 5, backoff: {initial: 1m, max: 2m}}\n"
OF_HTTP = "      type: http\n      url: {0}/weather\n      private_networks: [127.0.0.0/8]\n"
OF_SQL = "      type: sql\n      url: sqlite:///data/weather.db\n"
MISSPELT = "    frame['strian']\n    return frame.assign(s"
QUERY = "      query: SELECT city, temp FROM weather WHERE day = :batch\n"


@pytest.fixture
def paused(published: Path) -> Path:
    """A project whose fourth chunk waits for the file `gate`, after it wrote its pid to `begun`."""
    os.mkfifo(published / "elsewhere/begun")
    put_in(published, FIRST, FIRST + PAUSE.format(published / "elsewhere"))
    return published


def put_in(project: Path, old: str, new: str) -> None:
    """A piece of the pipeline file is another."""
    config = project / "pipeline.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))


def more(project: Path, text: str) -> None:
    """The pipeline file goes on with this."""
    config = project / "pipeline.yaml"
    config.write_text(config.read_text() + text)


def limited(project: Path, limits: str) -> None:
    """The pipeline file has these limits, too."""
    put_in(project, "  quarantined_rows: {rows: 5}\n", "  quarantined_rows: {rows: 5}\n" + limits)


def wait_for_chunk(project: Path) -> None:
    """Comes back when a worker is in the fourth chunk."""
    with (project / "elsewhere/begun").open() as begun:
        begun.readline()


def let_go(project: Path) -> None:
    """The chunk goes on, and so does every later attempt at it."""
    (project / "elsewhere/gate").touch()
    (project / "elsewhere/begun").unlink()


def said(process: subprocess.Popen[str], words: str) -> None:
    """Comes back when the process has said this on standard error."""
    assert process.stderr is not None
    assert any(words in line for line in iter(process.stderr.readline, ""))


def ended(process: subprocess.Popen[str]) -> Done:
    """What the process said to its end."""
    out, err = process.communicate(timeout=60)
    return Done([], process.returncode, out, err)


def test_f101_sigterm_while_computing(
    paused: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """A chunk that does not end within the grace is abandoned; what was finished is reused."""
    limited(paused, "  grace: 300ms\n")
    before = files(out)
    process = begin(paused, "--workers", "1")
    wait_for_chunk(paused)
    process.terminate()
    done = ended(process)
    waiting = staged(out, BATCH)
    let_go(paused)
    rerun = json.loads(score(paused, "--json").stdout)

    happened = (
        "stopped at a chunk's border, or after the grace; the next run reuses what is finished"
    )
    saw(done, 143, happened, "did not end within 0.3 s and is abandoned", "in pause", folder=out)
    assert (before, waiting) == ({f"batch={BATCH}/predictions.parquet": log(out, BATCH)[0]["file"]["sha256"]}, 3)  # fmt: skip
    assert (rerun["state"], rerun["reused_chunks"]) == ("published", 3)


def test_f102_sigterm_while_waiting_for_a_retry(
    published: Path, begin: Begin, http_server: HttpServer, out: Path, saw: Saw
) -> None:
    """A wait of a minute between two attempts ends at once."""
    http_server.route("/weather", failure(503))
    put_in(published, OF_SQL + QUERY, OF_HTTP.format(http_server.url) + CHAIN)
    before = files(out)
    process = begin(published, "--force")
    said(process, "attempt failed")
    began = datetime.now(UTC)
    process.terminate()
    done = ended(process)

    saw(done, 143, "the wait ends at once; the version before is live", "interrupted", folder=out)
    assert datetime.now(UTC) - began < timedelta(seconds=20)
    assert files(out) == before


def test_f103_sigterm_behind_the_commit(
    published: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """What is committed is finished: readers see it, the ledger has it, and the code is 0."""
    process = begin(published, "--force", SEAWALL_FAILPOINT_STOP="6e")
    os.waitpid(process.pid, os.WUNTRACED)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    done = ended(process)

    saw(done, 0, "the run is finished, and published", "published as version 2", folder=out)
    assert len(log(out, BATCH)) == 2


@pytest.mark.parametrize(("executor", "number"), [("threads", 15), ("processes", 2)])
def test_f104_a_second_signal(  # noqa: PLR0913, PLR0917 - fixtures
    paused: Path, begin: Begin, score: Command, out: Path, saw: Saw, executor: str, number: int
) -> None:
    """Whoever asks twice does not wait for the chunk, and no process is left."""
    process = begin(paused, "--executor", executor, "--workers", "1")
    wait_for_chunk(paused)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    said(process, "stopping at the next chunk's border")
    process.send_signal(number)
    done = ended(process)
    left = still_there(family, within_s=5)
    let_go(paused)

    saw(done, 128 + number, "the process ends at once; finished chunks stay", folder=out)
    assert left == []
    assert json.loads(score(paused, "--json").stdout)["reused_chunks"] == 3


def still_there(family: Sequence[psutil.Process], *, within_s: float) -> list[psutil.Process]:
    """Those that have not ended in so many seconds; nobody may come for what they leave."""
    left, until = list(family), time.monotonic() + within_s
    while left and time.monotonic() < until:
        _, alive = psutil.wait_procs(left, 0.05)
        left = [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    return left


def test_f105_those_who_are_told_are_down(
    published: Path, http_server: HttpServer, seawall: Command, out: Path, saw: Saw
) -> None:
    """Webhooks that hang, drip or refuse, and a log on a full disk: the run publishes, and notes who was not told."""
    ways = {"hangs": hang(), "drips": drip(text("x" * 100)), "refuses": failure(500)}
    urls = [http_server.route(f"/{name}", way) for name, way in ways.items()]
    told = "".join(f"  - {{url: '{url}', on: [published], timeout: 300ms}}\n" for url in urls)
    more(published, f"alerts:\n{told}")
    with Path("/dev/full").open("w") as full:
        line = [*SEAWALL, *RUN, "--force"]
        where = {"cwd": published, "env": environment({}), "stderr": full}
        done = subprocess.run(line, **where, stdout=subprocess.PIPE, text=True, check=False)
    explained = seawall(published, "explain").stdout

    saw(done, 0, "published; `explain` names who could not be told", "as version 2", folder=out)
    assert (explained.count("alert failed"), "HTTP 500" in explained) == (2, True)


def test_f106_a_report_that_cannot_be_rendered(published: Path, out: Path, saw: Saw) -> None:
    """With a broken rich on a terminal the same is said in plain text, and the run has its outcome."""
    broken = published / "elsewhere/rich"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('half installed')\n")
    path = os.pathsep.join([str(broken.parent), environment({})["PYTHONPATH"]])
    shown = [on_a_terminal(published, path, *args) for args in ((*RUN, "--force"), ("runs",))]

    happened, failed = "published; told in plain text", "rich failed (ImportError: half installed)"
    saw(shown, [0, 0], happened, f"no progress is shown: {failed}", "as version 2", folder=out)
    assert f"tables are plain text: {failed}" in shown[1].stdout


def test_f106_a_summary_that_raises(published: Path, out: Path, saw: Saw) -> None:
    """Where seawall is exchanged for another version meanwhile, the outcome is told in one plain line."""
    path = published / "elsewhere/installed"
    summary = of_another_version(path) / "cli/summary.py"
    summary.write_text(summary.read_text().replace("import listed", "import enumerated"))
    line, env = [*SEAWALL, *RUN, "--force"], environment({"PYTHONPATH": str(path)})
    done = subprocess.run(line, cwd=published, env=env, capture_output=True, text=True, check=False)

    words = [
        "the summary failed (ImportError: ",
        "breakdowns 2024-03-01: published, exit 0, version 2",
    ]
    saw(done, 0, "published; told in one plain line", *words, folder=out)
    assert len(done.stdout.splitlines()) == 1


def of_another_version(folder: Path) -> Path:
    """The package, installed once more in the folder; `cli/summary.py` may be written to."""
    folder.mkdir()
    package = folder / "seawall"
    subprocess.run(["cp", "-as", Path(seawall.__file__).parent.resolve(), package], check=True)
    summary = package / "cli/summary.py"
    text = summary.read_text()
    summary.unlink()
    summary.write_text(text)
    return package


def test_f106_letters_that_cannot_be_shown(
    published: Path, out: Path, score: Command, saw: Saw
) -> None:
    """Where standard output has no letters but those of ASCII, the others are escaped."""
    score(published, "--force", "--set=check_output.distribution.p_break.mean=[0.9, 0.99]")
    env = environment({"PYTHONIOENCODING": "ascii"})
    line, pipe = [*SEAWALL, "explain"], subprocess.PIPE
    done = subprocess.run(
        line, cwd=published, env=env, stdout=pipe, stderr=pipe, text=True, check=False
    )

    saw(done, 0, "letters that the terminal has not are escaped", "HELD", "\\u2026", folder=out)


def on_a_terminal(project: Path, path: str, *args: str) -> Done:
    """What the command showed to a person at a terminal."""
    ours, theirs = pty.openpty()
    env = environment({"PYTHONPATH": path, "TERM": "xterm"})
    process = subprocess.Popen(
        [*SEAWALL, *args], cwd=project, env=env, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        found = b""
        try:
            while piece := terminal.read(65536):
                found += piece
        except OSError:  # on Linux, how the end of a terminal shows
            pass
    return Done([], process.wait(60), found.decode(), "")


def test_f107_standard_output_is_closed(published: Path, out: Path, saw: Saw) -> None:
    """Whoever reads the answer has gone away before the run ends: it is published all the same."""
    ours, theirs = os.pipe()
    line = [*SEAWALL, *RUN, "--force"]
    process = subprocess.Popen(
        line, cwd=published, env=environment({}), stdout=theirs, stderr=subprocess.PIPE, text=True
    )
    os.close(theirs)
    os.close(ours)
    done = ended(process)

    saw(done, 0, "published; nobody reads that", "state=published", folder=out)
    assert len(log(out, BATCH)) == 2


def test_f108_a_storm_of_alerts(
    published: Path, http_server: HttpServer, score: Command, out: Path, saw: Saw
) -> None:
    """All chunks of a run fail at once in four workers, and each address is told once."""
    urls = [http_server.route(name, rows({})) for name in ("/ops", "/data")]
    more(published, "alerts:\n" + "".join(f"  - {{url: '{url}', on: [failed]}}\n" for url in urls))
    steps = published / "factory/steps.py"
    steps.write_text(steps.read_text().replace("    return frame.assign(s", MISSPELT))
    done = score(published, "--workers", "4")

    saw(done, 70, "one alert a run and address", "a column 'strian'", folder=out)
    assert [len(http_server.asked(name)) for name in ("/ops", "/data")] == [1, 1]


def test_f109_shorter_than_ever(
    published: Path, score: Command, seawall: Command, out: Path, saw: Saw
) -> None:
    """A run that takes a second where the last seven took a minute is published with a warning."""
    ledger = open_ledger(str(published / ".seawall/ledger.db"), warn=pytest.fail)
    with closing(ledger):
        for number in range(7):
            record(Recorder(ledger, warn=pytest.fail), number, seconds=60.0)
    done = score(published, "--force")

    happened = "a warning where a run takes three times the usual, or a third"
    saw(done, 0, happened, "the run took much shorter than usual", "is 60.0 s", folder=out)
    assert "duration" in seawall(published, "explain").stdout


def record(recorder: Recorder, number: int, *, seconds: float) -> None:
    """A run of some hours ago is in the ledger."""
    at = {"run_id": f"earlier-{number}", "at": datetime.now(UTC) + timedelta(hours=number - 9)}
    named = {"pipeline": "breakdowns", "batch": BATCH}
    recorder.emit(RunStarted(**at, **named, config_path="pipeline.yaml", host="elsewhere", pid=1))
    end = {"state": "published", "exit": 0, "version": 1, "path": "", "account": Account()}
    recorder.emit(RunEnded(**at, **named, **end, findings=(), message="", seconds=seconds))


def test_f109_without_an_end(
    paused: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """A run that hangs beyond its deadline and the grace is killed, and says where every thread was."""
    (paused / "elsewhere/begun").unlink()
    limited(paused, "  run_deadline: 4s\n  grace: 200ms\n")
    process = begin(paused, "--workers", "1")
    done = ended(process)
    let_go(paused)
    rerun = json.loads(score(paused, "--json", "--set=limits.run_deadline=1m").stdout)

    happened = "killed at `run_deadline` with the stacks of its threads; what is finished stays"
    saw(done, 75, happened, "the run's time is up", "in pause", folder=out)
    assert (rerun["state"], rerun["reused_chunks"]) == ("published", 3)
