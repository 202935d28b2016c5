"""Where files stand that have to be fetched or unpacked: a local folder, or a filesystem of fsspec's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from seawall.contracts import Fragment
from seawall.errors import DataError, TemporaryError, UnavailableError
from seawall.sources.files import find_fragments, held_still

__all__ = ["LocalStore", "RemoteStore", "Store", "Stored", "filesystem_of"]

_MAGIC = "*?["
_TIMES = ("LastModified", "last_modified", "updated", "mtime", "created")
_VERSIONS = ("ETag", "etag", "generation", "VersionId", "md5Hash", "size", *_TIMES)
# one layer tries again, and it is not this one; every wait for a byte ends
_S3 = {
    "retries": {"total_max_attempts": 1, "mode": "standard"},
    "connect_timeout": 10,
    "read_timeout": 30,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a store: `path` as the store has it, `where` as people do, `version` to notice changes."""

    path: str
    where: str
    version: tuple[str, ...]
    modified: datetime | None


class Store(Protocol):
    """What has files."""

    def files(self) -> Sequence[Stored]:
        """The files by path; UnavailableError when there are none."""
        ...

    def open(self, stored: Stored) -> Any:
        """The file, to be read and closed; it can be sought in."""
        ...

    def hold_still(self, stored: Stored) -> None:
        """The file is the one that was found, or TemporaryError."""
        ...


class LocalStore:
    """The files of this machine that match a glob."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._fragments: dict[str, Fragment] = {}

    def files(self) -> Sequence[Stored]:
        """The files by path; UnavailableError when there are none."""
        self._fragments = {found.path: found for found in find_fragments(self._pattern)}
        return [
            Stored(path, path, (), datetime.fromtimestamp(found.mtime_ns / 1e9, UTC))
            for path, found in self._fragments.items()
        ]

    def open(self, stored: Stored) -> Any:
        """The file, to be read and closed."""
        return Path(stored.path).open("rb")

    def hold_still(self, stored: Stored) -> None:
        """The file is the one that was found, or TemporaryError."""
        held_still(self._fragments[stored.path])


class RemoteStore:
    """The files behind a URL of fsspec's, a glob perhaps: s3://bucket/day=1/*.parquet."""

    def __init__(self, url: str, options: Mapping[str, str]) -> None:
        """Raises DataError for a URL that no installed package serves. Nothing is cached."""
        self._url = url
        self._protocol = url.partition("://")[0]
        self.where = _without_user(url)
        self._files, self._root = self._filesystem(options)

    def files(self) -> Sequence[Stored]:
        """The files by path; UnavailableError when there are none."""
        found = sorted(self._found(), key=lambda stored: stored.path)
        if not found:
            raise UnavailableError(
                "the input is missing",
                self.where,
                "no file matches",
                "at least one file",
                "check the URL and the batch key, or run again when the input has arrived",
            )
        return found

    def open(self, stored: Stored) -> Any:
        """The file, to be read and closed: each read asks for just its range."""
        return self._files.open(stored.path, "rb", cache_type="none")

    def hold_still(self, stored: Stored) -> None:
        """The file is the one that was found, or TemporaryError."""
        try:
            now = self._stored(self._files.info(stored.path))
        except FileNotFoundError:
            raise _changed(stored, "it is gone") from None
        if now.version != stored.version:
            raise _changed(stored, "another version is there")

    def _found(self) -> Iterator[Stored]:
        # fsspec's glob asks whether a plain path exists, and takes any failure for a no
        if any(character in self._root for character in _MAGIC):
            entries = list(self._files.glob(self._root, detail=True).values())
        else:
            try:
                entries = [self._files.info(self._root)]
            except FileNotFoundError:
                entries = []
        return (self._stored(entry) for entry in entries if entry["type"] == "file")

    def _stored(self, info: Mapping[str, Any]) -> Stored:
        path = str(info["name"])
        version = tuple(f"{key} {info[key]}" for key in _VERSIONS if info.get(key) is not None)
        times = (_time(info[key]) for key in _TIMES if info.get(key) is not None)
        where = f"{self._protocol}://{path.lstrip('/')}"
        return Stored(path, where, version, next(times, None))

    def _filesystem(self, options: Mapping[str, str]) -> tuple[Any, str]:
        """The filesystem, made anew for this read, and the path within it."""
        import fsspec

        filesystem_of(self._url)
        own = {"skip_instance_cache": True, "use_listings_cache": False}
        try:
            files, root = fsspec.core.url_to_fs(self._url, **own, **self._options(options))
        except ValueError as error:
            raise _unserved(self._url, str(error), "check the URL") from error
        if self._protocol in ("s3", "s3a"):
            files.retries = 1  # s3fs has five attempts of its own above botocore's
        return files, str(root)

    def _options(self, written: Mapping[str, str]) -> dict[str, Any]:
        """The filesystem's options, as it takes them: a `true` in the file is a truth value."""
        truths = {"true": True, "false": False}
        options: dict[str, Any] = {key: truths.get(text, text) for key, text in written.items()}
        if self._protocol in ("s3", "s3a"):
            region = options.pop("region", None)
            options["config_kwargs"] = _S3
            options["client_kwargs"] = {"region_name": region} if region else {}
        return options


def filesystem_of(url: str) -> Any:
    """The class of fsspec's that serves the URL; DataError where no installed package has one."""
    import fsspec

    protocol = url.partition("://")[0]
    if "::" in url or protocol in ("http", "https"):
        raise _unserved(url, "a chained or a web address", "declare it with type: http")
    try:
        return fsspec.get_filesystem_class(protocol)
    except ImportError as error:
        raise _unserved(url, str(error), _extra(protocol)) from error
    except ValueError as error:
        raise _unserved(url, str(error), "check the URL's protocol") from error


def _unserved(url: str, seen: str, todo: str) -> DataError:
    allowed = "a URL of fsspec's whose package is installed"
    words = " ".join(seen.split())[:200]
    where = _without_user(url)
    return DataError("files cannot be read from this URL", where, words, allowed, todo)


def _changed(stored: Stored, seen: str) -> TemporaryError:
    return TemporaryError(
        "the input changed while it was read",
        stored.where,
        seen,
        "files that stay as they are until the run ends",
        "run again when the writer is done",
    )


def _time(value: Any) -> datetime | None:
    """The time that a store tells, whichever way it writes it."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _extra(protocol: str) -> str:
    """What to install."""
    from fsspec.registry import known_implementations

    if protocol in ("s3", "s3a"):
        return "pip install 'seawall[s3]'"
    known = known_implementations.get(protocol, {}).get("class", "")
    return f"pip install {known.partition('.')[0]}" if known else "check the URL's protocol"


def _without_user(url: str) -> str:
    """The URL without a name and a password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
