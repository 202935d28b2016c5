"""The files behind a source: which there are, what is in them by hash, and whether they still are."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from seawall.contracts import Fragment
from seawall.errors import (
    DataError,
    InputChangedError,
    SeawallError,
    StorageError,
    TemporaryError,
    UnavailableError,
)

__all__ = ["below", "find_fragments", "held_still", "matching", "opened", "unreadable"]


def below(root: Path, pattern: str) -> str:
    """The glob, from the root on; a bracket in the root's own name is no pattern."""
    return os.path.join(glob.escape(str(root)), pattern)  # noqa: PTH118 - a pattern, not a path


def find_fragments(pattern: str) -> tuple[Fragment, ...]:
    """The files that match the glob, by path, each with the sha256 of its bytes.

    Raises UnavailableError when none matches, StorageError when one cannot be read.
    """
    paths = matching(pattern)
    if not paths:
        raise _missing(pattern)
    return tuple(_fragment(path) for path in paths)


def matching(pattern: str) -> list[str]:
    """The paths of the files that match the glob, sorted."""
    return sorted(path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path))  # noqa: PTH113, PTH207 - patterns are absolute text


def held_still(fragment: Fragment) -> None:
    """The file has the size and time that it had when the plan was made, or InputChangedError.

    One that is gone is a TemporaryError: a new plan would do without its rows.
    """
    try:
        found = Path(fragment.path).stat()
    except FileNotFoundError:
        raise _gone(fragment) from None
    except OSError as error:
        raise unreadable(fragment.path, error) from error
    if (found.st_size, found.st_mtime_ns) != (fragment.bytes, fragment.mtime_ns):
        raise _changed(fragment, _difference(found, fragment))


def unreadable(path: str, error: Exception) -> SeawallError:
    """The error that says why a file of the input cannot be used.

    What the operating system refuses is a StorageError; what a format's reader refuses, DataError.
    """
    if isinstance(error, OSError) and error.errno is not None:
        return StorageError(
            "cannot read a file of the input",
            path,
            error.strerror or str(error),
            todo="check the path, its permissions and its disk",
        )
    return DataError(
        "a file of the input is damaged or of another format",
        path,
        " ".join(str(error).split())[:300],
        todo="write the file anew; the published version stays as it is",
    )


@contextmanager
def opened(path: str) -> Iterator[BufferedReader]:
    """The file, open for reading; what the operating system refuses meanwhile is a StorageError."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the path is text from a glob
            yield file
    except OSError as error:
        raise unreadable(path, error) from error


def _fragment(path: str) -> Fragment:
    with opened(path) as file:
        # Before the bytes are read: what is written meanwhile shows as a change later.
        found = os.fstat(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Fragment(path, found.st_size, digest, found.st_mtime_ns)


def _missing(pattern: str) -> UnavailableError:
    folder = Path(pattern)
    while not folder.is_dir():
        folder = folder.parent
    names = sorted(entry.name for entry in folder.iterdir())
    shown = ", ".join([*names[:2], "…", names[-1]] if len(names) > 3 else names) or "nothing"  # noqa: PLR2004 - first two and last
    return UnavailableError(
        "the input is missing",
        pattern,
        f"no file matches; {folder} holds {shown}",
        "at least one file",
        "check the path and the batch key, or run again when the input has arrived",
    )


def _gone(fragment: Fragment) -> TemporaryError:
    return TemporaryError(
        "a file of the input is gone",
        fragment.path,
        "no such file",
        "files that stay until the run ends",
        "run again when the writer is done",
    )


def _difference(found: os.stat_result, fragment: Fragment) -> str:
    if found.st_size != fragment.bytes:
        return f"{found.st_size:,} bytes, and {fragment.bytes:,} when planned"
    times = (datetime.fromtimestamp(ns / 1e9, UTC) for ns in (found.st_mtime_ns, fragment.mtime_ns))
    now, planned = (f"{time:%Y-%m-%dT%H:%M:%S.%fZ}" for time in times)
    return f"as many bytes, written at {now}, and at {planned} when planned"


def _changed(fragment: Fragment, seen: str) -> InputChangedError:
    return InputChangedError(
        "the input changed while it was read",
        fragment.path,
        seen,
        "files that stay as they are until the run ends",
        "run again when the writer is done; write files under another name and rename them",
    )
