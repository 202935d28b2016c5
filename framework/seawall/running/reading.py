"""The reader of a run, for as long as it has sources to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from seawall.config.ingest import Ingest
from seawall.config.references import resolve
from seawall.config.sources import FilesSource, HttpSource, SourceSection, SqlSource
from seawall.reads import LOOKUP, PRIMARY, Budget, Reader, terms_of
from seawall.reads.reader import at_home
from seawall.running.deadline import Deadline
from seawall.running.order import Order
from seawall.running.tell import Teller
from seawall.running.world import World

__all__ = ["reading"]

_GRACE_S = 1.0
"""Between SIGTERM and SIGKILL: no hang outlives its deadline by two seconds."""

# pyarrow imports pandas with the first array that it makes of a list
_ALWAYS = ("seawall.sources.delivery", "seawall.sources.landing", "pandas")


@contextmanager
def reading(order: Order, teller: Teller, deadline: Deadline) -> Iterator[World]:
    """The world with a reader within; no process of the reader is left behind.

    Where the file has sources that are read in a process of their own, that process begins to
    import what they need while the run goes on; where it has none, nothing is started.
    """
    config, env = order.loaded.config, order.env
    with order.isolation(preload=_modules(config.ingest, env), grace_s=_GRACE_S) as isolation:
        if any(_reads_aside(config.ingest, env)):
            isolation.begin()
        reader = Reader(
            env,
            teller.tell,
            calls=isolation,
            stop=order.stop,
            budget=Budget(config.limits.retries),
            remaining=deadline.remaining,
            redaction=teller.redaction,
        )
        yield World(order, teller, reader, deadline)


def _reads_aside(ingest: Ingest, env: Mapping[str, str]) -> Iterator[bool]:
    """Of the primary and each joined lookup, whether a process of its own reads it."""
    primary = ingest.primary
    local = isinstance(primary, FilesSource) and not (primary.remote or primary.compressed)
    yield not (local or at_home(primary, env, terms_of(primary, PRIMARY)))
    for lookup in ingest.joined.values():
        yield not at_home(lookup, env, terms_of(lookup, LOOKUP))


def _modules(ingest: Ingest, env: Mapping[str, str]) -> list[str]:
    """What the sources of the file will import, replicas among them."""
    sections = [ingest.primary, *ingest.lookups.values()]
    found = (name for section in sections for name in _modules_of(section, env))
    return list(dict.fromkeys([*_ALWAYS, *found]))


def _modules_of(section: SourceSection, env: Mapping[str, str]) -> Iterator[str]:
    if isinstance(section, FilesSource):
        yield from ("seawall.sources.local", "pyarrow.parquet")
        if section.remote or section.compressed:
            yield "seawall.sources.remote"
        if section.path.startswith(("s3://", "s3a://")):
            yield "s3fs"
    elif isinstance(section, SqlSource):
        yield from ("seawall.sources.sql", "sqlalchemy.dialects.sqlite")
        if resolve(section.url, env).startswith("postgresql"):
            yield from ("seawall.sources.postgres", "sqlalchemy.dialects.postgresql.psycopg")
    elif isinstance(section, HttpSource):
        yield from ("seawall.sources.http", "seawall.sources.exchange")
    else:  # foreign code is imported by its own call alone
        yield "seawall.sources.python"
