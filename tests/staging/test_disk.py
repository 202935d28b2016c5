"""The disk's answers, and what happens to a file whose fsync failed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import IO

import pytest

from seawall.disk import Disk, UnsyncedError
from seawall.durable import make_folders, put
from seawall.errors import StorageError


class Unsure(Disk):
    """A disk whose first `failures` fsyncs of a file fail, as a device's do that loses a write."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.asked: list[str] = []

    def fsync(self, file: IO[bytes]) -> None:
        """Fails for the first files."""
        self.asked.append(str(file.name))
        if len(self.asked) <= self.failures:
            raise UnsyncedError("fsync failed", str(file.name))
        super().fsync(file)


def test_put_replaces_whole(tmp_path: Path) -> None:
    """A file that was there is replaced, and no other name is left."""
    for payload in (b"old", b"new"):
        put(Disk(), tmp_path / "a", payload)

    assert (tmp_path / "a").read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_failed_fsync_is_never_asked_again(tmp_path: Path) -> None:
    """After a failed fsync another file is written and synced, and the first one is gone."""
    disk = Unsure(1)
    put(disk, tmp_path / "a", b"x")

    assert len(set(disk.asked)) == len(disk.asked) == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_two_failed_fsyncs_are_an_error(tmp_path: Path) -> None:
    """After a second failure the old file stays, nothing else does, and the error is a storage error."""
    (tmp_path / "a").write_bytes(b"old")

    with pytest.raises(StorageError):
        put(Unsure(2), tmp_path / "a", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_rename_onto_a_link_of_the_same_file(tmp_path: Path) -> None:
    """rename() of two names of one file does nothing; the source is gone all the same."""
    (tmp_path / "a").write_bytes(b"x")
    os.link(tmp_path / "a", tmp_path / "b")
    Disk().rename(tmp_path / "b", tmp_path / "a")

    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_link_refuses_a_taken_name(tmp_path: Path) -> None:
    """A link never replaces: a taken name is FileExistsError."""
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")

    with pytest.raises(FileExistsError):
        Disk().link(tmp_path / "a", tmp_path / "b")


def test_create_new_refuses_a_taken_name(tmp_path: Path) -> None:
    """A file that is there is never opened for writing."""
    (tmp_path / "a").write_bytes(b"a")

    with pytest.raises(FileExistsError):
        Disk().create_new(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"a"


@pytest.mark.parametrize(("mode", "expected"), [(0o666, 0o640), (0o444, 0o440)])
def test_modes_follow_the_umask(tmp_path: Path, mode: int, expected: int) -> None:
    """A new file has the mode that was asked for, without the umask's bits."""
    before = os.umask(0o027)
    try:
        Disk().create_new(tmp_path / "a", mode=mode).close()
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == expected


def test_error_says_what_where_and_what_to_do(tmp_path: Path) -> None:
    """A system's refusal names the file, the error's name, and what to do about it."""
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(StorageError) as caught:
        Disk().write(full, b"x")

    assert (caught.value.what, caught.value.where) == ("cannot write", "/dev/full")
    assert caught.value.seen.startswith(errno.errorcode[errno.ENOSPC])
    assert "free some space" in caught.value.todo


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A file where a folder is needed is a storage error that names the file."""
    (tmp_path / "a").write_bytes(b"")

    with pytest.raises(StorageError, match="stands where a folder is needed"):
        make_folders(Disk(), tmp_path / "a")
