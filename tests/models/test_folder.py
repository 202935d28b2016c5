"""A model that is a folder is one buffer: what is hashed is what is loaded."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from seawall.errors import DataError, UnavailableError
from seawall.models.folder import folder_digest, packed, unpacked

FILES = {"MLmodel": b"flavors: {}\n", "data/model.bin": bytes(range(256)), "a.txt": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files at two depths."""
    for name, content in FILES.items():
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "model"


def test_round_trip(folder: Path, tmp_path: Path) -> None:
    """What is unpacked is what was packed, byte for byte."""
    unpacked(packed(folder), tmp_path / "copy")
    copied = {name: (tmp_path / "copy" / name).read_bytes() for name in FILES}

    assert copied == FILES
    assert packed(tmp_path / "copy") == packed(folder)


def test_times_and_modes_make_no_difference(folder: Path) -> None:
    """The digest is of names and contents alone."""
    before = folder_digest(packed(folder))
    (folder / "a.txt").chmod(0o600)
    os.utime(folder / "MLmodel", (0, 0))

    assert folder_digest(packed(folder)) == before


@pytest.mark.parametrize("change", ["content", "name", "one more"])
def test_every_change_makes_a_difference(folder: Path, change: str) -> None:
    """Another content, another name and another file give another digest."""
    before = folder_digest(packed(folder))
    if change == "content":
        (folder / "data/model.bin").write_bytes(b"x")
    elif change == "name":
        (folder / "a.txt").rename(folder / "b.txt")
    else:
        (folder / "data/c.txt").write_bytes(b"")

    assert folder_digest(packed(folder)) != before


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed")
def test_the_digest_by_hand(folder: Path) -> None:
    """The digest is what the documented line of shell prints."""
    line = r"find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True
    )

    assert done.stdout.split()[0] == folder_digest(packed(folder))


def test_links_are_refused(folder: Path, tmp_path: Path) -> None:
    """A link could lead to anything, and is refused by its name."""
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(DataError, match="a link or a device"):
        packed(folder)


@pytest.mark.parametrize("name", ["nope", "model/MLmodel"])
def test_no_folder(folder: Path, tmp_path: Path, name: str) -> None:
    """A folder that is not there, or is a file, is unavailable."""
    with pytest.raises(UnavailableError, match="cannot be read"):
        packed(tmp_path / name)
