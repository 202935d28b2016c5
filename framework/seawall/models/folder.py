"""A model that is a folder, as one buffer: what is hashed is what is loaded."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from seawall.errors import DataError, UnavailableError

__all__ = ["folder_digest", "packed", "unpacked"]


def packed(folder: Path) -> bytes:
    """The folder's files in the order of their names, read once.

    UnavailableError when it is none or cannot be read, DataError for a link or a device in it.
    """
    buffer = io.BytesIO()
    try:
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name in _names(folder):
                content = (folder / name).read_bytes()
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    except OSError as error:
        raise UnavailableError(
            "the model cannot be read",
            str(folder),
            error.strerror or str(error),
            "a folder",
            "check predict.model.path; it is taken from the project root",
        ) from error
    return buffer.getvalue()


def folder_digest(payload: bytes) -> str:
    r"""The sha256 of the files' names and digests, one line a file: `sha256sum`'s own lines.

    In a folder: `find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum`.
    """
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in _files(payload)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def unpacked(payload: bytes, into: Path) -> None:
    """The files stand below the folder `into`, which is the caller's own and empty."""
    for name, content in _files(payload):
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _names(folder: Path) -> list[str]:
    """Every file below the folder, relative to it, sorted by the bytes of its name."""
    names: list[str] = []
    for above, folders, files in os.walk(folder, onerror=_raised):
        for path in (Path(above, name) for name in (*folders, *files)):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                allowed, todo = "plain files and folders", "put the file itself in its place"
                what = "the model's folder holds a link or a device"
                raise DataError(what, str(path), "", allowed, todo)
        names += [Path(above, name).relative_to(folder).as_posix() for name in files]
    return sorted(names, key=os.fsencode)


def _raised(error: OSError) -> None:
    raise error


def _files(payload: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            yield entry.name, b"" if file is None else file.read()
