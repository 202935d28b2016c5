"""Disks: F84 to F87, and F96."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, Command, copied, environment
from tests.faults.apart import RUN, apart
from tests.faults.conftest import Saw
from tests.faults.sound import files, log, sound, staged

Done = subprocess.CompletedProcess[str]

SMALL = "cp -a out saved; mount -t tmpfs -o size=512k none out; cp -a saved/. out/"
FILL = "head -c 9999999 /dev/zero >out/filler"
"""Takes all the room there is; the tool's own refusal is what is wanted."""


def room(bytes_: int) -> str:
    """So many bytes are free, and not one more."""
    return f"{FILL}; truncate -s -{bytes_} out/filler"


def test_f84_full_in_a_chunk(published: Path, out: Path, saw: Saw) -> None:
    """A disk that fills up while chunks are scored ends the run; those that were finished are reused."""
    steps = (room(90_000), f"{RUN} --force", "rm out/filler", f"{RUN} --force")
    _, full, _, again = apart(published, SMALL, *steps)

    happened = "stopped, version 1 stays; with room again, published from the finished chunks"
    saw([full, again], [74, 0], happened, "ENOSPC", "free some space", folder=out)
    assert len(log(out, BATCH)) == 2
    assert "of them from an earlier run" in again.stdout


def test_f84_no_room_from_the_start(published: Path, out: Path, saw: Saw) -> None:
    """Where the rows of the version before would not fit twice, nothing is computed."""
    before = files(out)
    _, full = apart(published, SMALL, FILL, f"{RUN} --force")

    saw(full, 74, "refused before the first chunk", "no room for the predictions", folder=out)
    assert (files(out), staged(out, BATCH)) == (before, 0)


def test_f85_full_while_the_log_is_written(published: Path, out: Path, saw: Saw) -> None:
    """A commit whose entry cannot be written is none; the next run commits the same chunks."""
    stopped = (
        f"SEAWALL_FAILPOINT_STOP=6a {RUN} --force & p=$!; "
        "until grep -q '^State:.T' /proc/$p/status; do sleep 0.02; done; "
        f"{FILL}; kill -CONT $p; wait $p"
    )
    full, looked, _, again = apart(
        published, SMALL, stopped, f"ls out/breakdowns.seawall/log/{BATCH}", "rm out/filler",
        f"{RUN} --force",
    )  # fmt: skip

    happened = "not committed, version 1 stays; with room again, published from the same chunks"
    saw([full, again], [74, 0], happened, "ENOSPC", folder=out)
    assert looked.stdout == "00000001.json\n"
    assert "6, 6 of them from an earlier run" in again.stdout


TRACE = ("strace", "-f", "--seccomp-bpf", "-y", "-qq", "-e", "trace=fsync", "-o")


def traced(project: Path, *how: str) -> Done:
    """A run whose system answers some of its calls with an error; its calls stand in `calls`."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    command = [*TRACE, str(project / "calls"), *how, *shlex.split(RUN), "--force", "--workers", "1"]
    env, pipe = environment({}), subprocess.PIPE
    done = subprocess.run(
        command, cwd=project, env=env, stdout=pipe, stderr=pipe, text=True, check=False
    )
    if "PTRACE" in done.stderr or "strace: " in done.stderr:
        pytest.skip(f"no tracing here: {done.stderr.strip()[-200:]}")
    return done


STAGED = ("/parts/.", "/receipts/.", "/quarantine/.", "/data/")


def place(project: Path) -> int:
    """A number of which every thread's call is on a new file, and one of them on a chunk's or the joined file."""
    threads: dict[str, list[str]] = {}
    for line in (project / "calls").read_text().splitlines():
        threads.setdefault(line.split()[0], []).append(line)
    numbers = range(1, max(map(len, threads.values())))
    calls = ([own[n] for own in threads.values() if n < len(own)] for n in numbers)
    found = (
        all(".tmp>" in call for call in same)
        and any(name in call for name in STAGED for call in same)
        for same in calls
    )
    return 2 + list(found).index(True)


def test_f86_an_error_of_the_device(published: Path, out: Path, saw: Saw) -> None:
    """A file that cannot be synced is written anew, once; where that fails, too, the run ends."""
    other = copied(published, published.with_name("other"))
    traced(copied(published, published.with_name("third")))
    number = place(published.with_name("third"))
    for_good = traced(other, "-e", f"inject=fsync:error=EIO:when={number}+")
    once = traced(published, "-e", f"inject=fsync:error=EIO:when={number}")

    happened = "once: written anew and published; again: stopped, version 1 stays"
    saw([once, for_good], [0, 74], happened, "EIO", "fsync failed", folder=out)
    sound(other / "out/breakdowns")
    assert [len(log(path, BATCH)) for path in (out, other / "out/breakdowns")] == [2, 1]


def test_f86_a_commit_that_nobody_can_vouch_for(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """When the log's folder cannot be synced the outcome is unknown; the next run says what stands."""
    folder = out.with_name("breakdowns.seawall") / "log" / BATCH
    unknown = traced(published, "-P", str(folder), "-e", "inject=fsync:error=EIO:when=2")
    again = score(published)

    happened = "the outcome is unknown, and said so; the next run tells what stands"
    words = ("nobody knows whether it survives a power cut", "already published as version 2")
    saw([unknown, again], [75, 0], happened, *words, folder=out)


def test_f87_a_disk_that_is_read_only(published: Path, out: Path, saw: Saw) -> None:
    """Found before anything is read: the system's word, and what to do."""
    before = files(published / "out")
    mount = f"{SMALL}; mount -o remount,ro none out"
    (done,) = apart(published, mount, f"{RUN} --force")

    saw(done, 74, "refused before anything is read", "EROFS", "remount it", folder=out)
    assert files(published / "out") == before


@pytest.mark.parametrize("path", ["s3://bucket/predictions", "gs://bucket/predictions"])
def test_f96_a_store_that_is_no_disk(project: Path, score: Command, saw: Saw, path: str) -> None:
    """An object store has no rename and no link: the file is refused, and the other sink named."""
    before = files(project)
    done = score(project, "--set", f"publish.path={path}")

    saw(done, 78, "refused before anything is read", "publish.path", "`delta`")
    assert files(project) == before
