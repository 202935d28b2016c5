"""Whether this installation can serve what a section names: its URL, its driver, its packages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from seawall.config.near import did_you_mean
from seawall.config.references import resolve
from seawall.config.sources import FilesSource, HttpSource, SourceSection, SqlSource
from seawall.errors import DataError
from seawall.sources.databases import require_driver
from seawall.sources.plugin import Misfit
from seawall.sources.stores import filesystem_of

__all__ = ["unserved"]

_OTHERS = ("region", "profile")
"""Options of S3 that are no parameters of s3fs: ours, and botocore's session's."""
_NO_TEXT = frozenset({"client_kwargs", "config_kwargs", "kwargs", "loop", "self", "session"})


def unserved(section: SourceSection, env: Mapping[str, str]) -> Iterator[Misfit]:
    """What is wrong with the section itself, so that no attempt could ever read from it.

    Nothing is connected to. No part of a database's URL is told.
    """
    if isinstance(section, SqlSource):
        yield from _database(resolve(section.url, env))
    elif isinstance(section, HttpSource):
        if find_spec("httpx") is None:
            what, todo = "the package for web services is missing", "pip install 'seawall[http]'"
            yield Misfit(("type",), what, "no module httpx", todo=todo)
    elif isinstance(section, FilesSource) and section.remote:
        yield from _filesystem(section)


def _database(url: str) -> Iterator[Misfit]:
    try:
        require_driver(url)
    except DataError as error:
        yield Misfit(("url",), error.what, error.seen, error.allowed, error.todo)


def _filesystem(section: FilesSource) -> Iterator[Misfit]:
    try:
        made = filesystem_of(section.path)
    except DataError as error:
        yield Misfit(("path",), error.what, error.seen, error.allowed, error.todo)
        return
    if not section.path.startswith(("s3://", "s3a://")):
        return  # other filesystems hand on what they don't know to clients that may
    known = _options(made)
    for name in section.storage:
        if name not in known:
            what, todo = "not an option of this filesystem", did_you_mean(name, known)
            yield Misfit(("storage", name), what, repr(name), ", ".join(known), todo)


def _options(filesystem: Any) -> list[str]:
    """The options of s3fs that text can be given for."""
    parameters = inspect.signature(filesystem.__init__).parameters
    return sorted({*parameters, *_OTHERS} - _NO_TEXT)
