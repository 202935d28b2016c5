"""Opening a ledger, whatever stands in its place."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seawall.errors import Exit, StorageError, UsageError
from seawall.ledger import (
    Ledger,
    LedgerVersionError,
    Recorder,
    existing_ledger,
    open_ledger,
    run,
    runs,
)


def test_a_missing_ledger_is_made_with_its_folder(tmp_path: Path) -> None:
    """Folders above it are made, and it can be read at once while others write (WAL)."""
    file = tmp_path / "a" / "b" / "ledger.db"
    ledger = open_ledger(str(file), warn=print)

    assert runs(ledger) == []
    ledger.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """Where there is no ledger, reading makes none."""
    assert existing_ledger(str(tmp_path / "a" / "ledger.db")) is None
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_a_newer_version_is_refused_untouched(tmp_path: Path, ledger: Ledger) -> None:
    """Exit 78, both versions are named, and not a byte is changed."""
    file = tmp_path / "ledger.db"
    ledger.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    before = hashlib.sha256(file.read_bytes()).hexdigest()

    for opening in (lambda: open_ledger(str(file), warn=print), lambda: existing_ledger(str(file))):
        with pytest.raises(LedgerVersionError, match="schema version 99") as caught:
            opening()
        assert caught.value.exit == Exit.CONFIG
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_a_corrupt_ledger_is_set_aside(tmp_path: Path) -> None:
    """A new ledger is begun, the old file is kept, and people are told."""
    file, told = tmp_path / "ledger.db", []
    file.write_bytes(b"not a database, " * 100)

    ledger = open_ledger(str(file), warn=told.append)

    assert runs(ledger) == []
    ledger.close()
    kept = [path for path in tmp_path.iterdir() if ".corrupt-" in path.name]
    assert [path.read_bytes()[:14] for path in kept] == [b"not a database"]
    assert len(told) == 1
    assert kept[0].name in told[0]


def test_a_corrupt_ledger_is_not_touched_by_looking(tmp_path: Path) -> None:
    """Reading says that it is corrupt and what to do, and leaves it."""
    file = tmp_path / "ledger.db"
    file.write_bytes(b"not a database, " * 100)

    with pytest.raises(StorageError, match="not a database"):
        existing_ledger(str(file))
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_is_a_storage_error(tmp_path: Path) -> None:
    """A file in place of the folder is said so, with the place."""
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="ledger cannot be used"):
        open_ledger(str(tmp_path / "file" / "ledger.db"), warn=print)


def test_a_url_that_is_none_is_a_usage_error() -> None:
    """The value isn't quoted: it may hold a password."""
    with pytest.raises(UsageError) as caught:
        open_ledger("://secret@", warn=print)
    assert "secret" not in str(caught.value)


def test_a_path_with_signs_of_urls_is_a_path(tmp_path: Path) -> None:
    """`?`, `#` and `%` in a folder's name mean themselves."""
    file = tmp_path / "a?b#c%20d" / "ledger.db"
    open_ledger(str(file), warn=print).close()

    assert file.is_file()


def _unwritable(folder: Path) -> list[str]:
    """What must stand before a command to which the folder is to be unwritable."""
    folder.chmod(0o555)
    if os.geteuid() != 0:
        return []
    # Permissions don't stop root; a read-only mount in a namespace of its own does.
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    prefix = ["unshare", "-m", "sh", "-c", mount, str(folder)]
    probe = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    if probe.returncode:
        pytest.skip(f"root may not mount here: {probe.stderr.strip()}")
    return prefix


_LOOK = """
import sys
from seawall.ledger import existing_ledger, run
print(run(existing_ledger(sys.argv[1]), "last").run.state)
"""


def test_a_ledger_in_a_folder_that_cannot_be_written_is_read(
    tmp_path: Path, story: Any, warnings_seen: list[str]
) -> None:
    """Who may read and not write sees the runs."""
    _recorded(tmp_path / "ledger.db", story, warnings_seen)
    argv = [*_unwritable(tmp_path), sys.executable, "-c", _LOOK, str(tmp_path / "ledger.db")]
    seen = subprocess.run(argv, capture_output=True, text=True, check=False)
    tmp_path.chmod(0o755)

    assert (seen.stdout, seen.returncode) == ("published\n", 0), seen.stderr


def _recorded(file: Any, story: Any, warnings_seen: list[str]) -> None:
    ledger = open_ledger(str(file), warn=warnings_seen.append)
    recorder = Recorder(ledger, warn=warnings_seen.append)
    for event in story().whole():
        recorder.emit(event)
    assert run(ledger, "last").run.state == "published"
    ledger.close()


def test_two_processes_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    """Of eight that begin together, all get the same ledger."""
    code = (
        "import sys; from seawall.ledger import open_ledger, runs;"
        "sys.stdin.read(); print(runs(open_ledger(sys.argv[1], warn=print)))"
    )
    argv = [sys.executable, "-c", code, str(tmp_path / "ledger.db")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    children = [subprocess.Popen(argv, text=True, **pipes) for _ in range(8)]
    for child in children:
        child.stdin.close()
    answers = []
    for child in children:
        answers.append((child.stdout.read(), child.stderr.read(), child.wait()))
        child.stdout.close()
        child.stderr.close()

    assert answers == [("[]\n", "", 0)] * 8
