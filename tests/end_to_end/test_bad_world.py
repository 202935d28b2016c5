"""Disks, locks, upstreams, ledgers and listeners that fail: the outcome is what it has to be."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]
RUN = f"-m seawall run pipeline.yaml --batch {BATCH}"


def in_shell(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A shell's answer, with `$SEAWALL` for the interpreter."""
    import seawall

    env = {
        "PYTHONPATH": str(Path(seawall.__file__).parents[1]),
        "PATH": os.environ["PATH"],
        "SEAWALL": sys.executable,
        "PYTHONDONTWRITEBYTECODE": "1",  # a limit on file sizes would leave half a file of bytecode
    }
    return subprocess.run(
        ["bash", "-c", script], cwd=project, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.breaks("a disk that takes no more")
def test_file_size_limit(published: Path, refused: Refused, score: Command) -> None:
    """When the system takes no more bytes: 74, it is said which limit, and a rerun with room publishes."""
    done = in_shell(published, f"trap '' XFSZ; ulimit -f 1; exec $SEAWALL {RUN} --force")

    refused(published, done, 74, "EFBIG", "ulimit -f")
    assert score(published, "--force").returncode == 0


MOUNTED = {
    "read-only": ("mount --bind out out && mount -o remount,bind,ro out", "read-only"),
    "full": ("mount -t tmpfs -o size=96k none out", "ENOSPC"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="mounts in a namespace of its own")
@pytest.mark.parametrize("name", MOUNTED)
def test_output_that_takes_nothing(project: Path, name: str) -> None:
    """A read-only or full disk: 74, one message that says what to do."""
    mount, word = MOUNTED[name]
    (project / "out").mkdir()
    full = "head -c 90K /dev/zero > out/fill" if name == "full" else "true"
    script = f"unshare -Urm bash -c '{mount} && {full} && exec $SEAWALL {RUN}'"
    done = in_shell(project, script)
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")

    assert (done.returncode, "Traceback" in done.stderr) == (74, False), done.stderr
    assert word in done.stderr
    assert "to do: " in done.stderr


def test_folder_that_nobody_can_make(project: Path, score: Command) -> None:
    """A place that takes no folder, as /proc is, ends the run with 74 and what to do."""
    done = score(project, "--set", "publish.path=/proc/nope")

    assert (done.returncode, "Traceback" in done.stderr) == (74, False), done.stderr
    assert "to do: choose another publish.path" in done.stderr


def test_damaged_file_is_published_anew(published: Path, score: Command) -> None:
    """A published file that is no longer what was committed does not count as published."""
    file = published / "out/breakdowns/batch=2024-03-01/predictions.parquet"
    whole = file.read_bytes()
    file.chmod(0o644)
    with file.open("ab") as damage:
        damage.write(b"x")

    done = score(published)

    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == whole


def test_file_where_the_folder_belongs(project: Path, score: Command) -> None:
    """A file in the way of the published folder is named, 74."""
    (project / "out").write_text("in the way")
    done = score(project)

    assert (done.returncode, "Traceback" in done.stderr) == (74, False)
    assert "a file stands where a folder is needed" in done.stderr


def broken(project: Path, sql: str) -> None:
    """The weather database is changed."""
    with sqlite3.connect(project / "data" / "weather.db") as weather:
        weather.execute(sql)
    weather.close()


def missing_database(project: Path) -> None:
    """The weather database is gone."""
    (project / "data" / "weather.db").unlink()


LOOKUPS: dict[str, tuple[Callable[[Path], None], int, tuple[str, ...]]] = {
    "missing database": (missing_database, 69, ("weather.db", "SQLite file is missing")),
    "dropped table": (
        lambda project: broken(project, "DROP TABLE weather"),
        69,
        ("lookup weather", "no such table"),
    ),
    "renamed column": (
        lambda project: broken(project, "ALTER TABLE weather RENAME temp TO tmp"),
        65,
        ("lookup weather", "no such column: temp"),
    ),
    "doubled key": (
        lambda project: broken(project, f"INSERT INTO weather VALUES ('Rome', '{BATCH}', 1)"),
        65,
        ("lookup weather", "several rows for one key", "Rome"),
    ),
    "no database": (
        lambda project: (project / "data" / "weather.db").write_text("no database") and None,
        65,
        ("lookup weather", "not a database"),
    ),
    "missing csv": (
        lambda project: (project / "data" / "plants.csv").unlink(),
        69,
        ("plants.csv", "missing"),
    ),
    "csv without its column": (
        lambda project: (project / "data" / "plants.csv").write_text("code,sizes\nP1,1\n") and None,
        65,
        ("'size'", "did you mean 'sizes'?"),
    ),
}


@pytest.mark.breaks("a lookup: {name}")
@pytest.mark.parametrize("name", LOOKUPS)
def test_lookup_that_does_not_answer(
    published: Path, score: Command, refused: Refused, name: str
) -> None:
    """An upstream that is down, changed or doubled is named, and nothing is published."""
    spoil, code, words = LOOKUPS[name]
    spoil(published)

    refused(published, score(published, "--force"), code, *words)


def test_ledger_that_cannot_be_written(published: Path, score: Command) -> None:
    """A ledger in a place where nothing can be made does not keep the run from publishing."""
    done = score(published, "--force", SEAWALL_LEDGER="/proc/none/ledger.db")

    assert (done.returncode, "published as version 2" in done.stdout) == (0, True)
    assert "not recorded" in done.stderr


def test_nobody_listens(published: Path) -> None:
    """With both streams closed by their reader the run ends as it would have: published, 0."""
    script = f"$SEAWALL {RUN} --force 2>&1 | head -0; echo ${{PIPESTATUS[0]}}"
    alone = in_shell(published, script)
    closed = in_shell(published, f"$SEAWALL {RUN} --force >&- 2>&-; echo $?")
    full = in_shell(published, f"$SEAWALL {RUN} --force >/dev/full 2>/dev/full; echo $?")

    log = published / "out/breakdowns.seawall/log" / BATCH
    assert [done.stdout.strip() for done in (alone, closed, full)] == ["0", "0", "0"]
    assert len(list(log.iterdir())) == 4


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


ALERT = (
    '\nalerts: [{{url: "http://127.0.0.1:{port}/?token=geheim", on: [published], timeout: 1s}}]\n'
)


@pytest.mark.breaks("an alert: hangs or fails", then="published; said within the alert's timeout")
def test_alerts_that_fail(published: Path, score: Command) -> None:
    """A webhook that hangs, and then one that refuses: published, 0, noted without its address."""
    config = published / "pipeline.yaml"
    text = config.read_text()
    with silent_server() as port:
        config.write_text(text + ALERT.format(port=port))
        hanging = score(published, "--force", "--json")
    refusing = score(published, "--force", "--json")

    for done in (hanging, refusing):
        assert (done.returncode, "alert failed" in done.stderr) == (0, True), done.stderr
        assert "geheim" not in done.stderr
        assert json.loads(done.stdout)["seconds"] < 30


USAGES = {
    "unknown command": (("rnu",), 2, "run"),
    "bad batch": (("run", "pipeline.yaml", "--batch", "../../etc"), 2, "../../etc"),
    "no batch": (("run", "pipeline.yaml"), 2, "--batch"),
    "no workers": (("run", "pipeline.yaml", "--batch", BATCH, "--workers", "0"), 2, "--workers"),
    "no such file": (("run", "nowhere.yaml", "--batch", BATCH), 78, "nowhere.yaml"),
    "bad set": (
        ("run", "pipeline.yaml", "--batch", BATCH, "--set", "publish.fromat=csv"),
        78,
        "format",
    ),
}


@pytest.mark.parametrize("name", USAGES)
def test_wrong_command_line(project: Path, seawall: Command, name: str) -> None:
    """A command line that cannot be carried out says what is wrong with it and does nothing."""
    args, code, word = USAGES[name]
    done = seawall(project, *args)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert word in done.stderr
    assert not (project / "out").exists()


def test_every_fault_of_a_file_at_once(project: Path, seawall: Command, score: Command) -> None:
    """A file with faults is refused by `check` and by `run` alike, each fault at its line: 78."""
    config = project / "pipeline.yaml"
    text = config.read_text().replace("chunk_rows: 15", "chunk_rwos: 15")
    config.write_text(text.replace("format: parquet", "format: parket"))
    checked, ran = seawall(project, "check", "pipeline.yaml"), score(project)

    assert (checked.returncode, ran.returncode) == (78, 78)
    for done in (checked, ran):
        assert "pipeline.yaml:9:5 ingest.primary.chunk_rwos" in done.stderr
        assert "did you mean `chunk_rows`?" in done.stderr
        assert "did you mean `parquet`?" in done.stderr
        assert "2 faults in the pipeline file" in done.stderr
    assert not (project / "out").exists()
