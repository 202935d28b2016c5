"""A primary that cannot be read again at will: fetched once into the plan's folder, and pinned there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seawall.config.models import PipelineConfig
from seawall.contracts import Caps, Request, StoredFile
from seawall.durable import make_folders
from seawall.errors import StorageError
from seawall.events import PrimaryRead
from seawall.plan.fingerprint import changed
from seawall.plan.make import columns_read, context_of, fetched, groundwork, name_of
from seawall.reads import PRIMARY, Read, Unread, error_of, terms_of
from seawall.running.waiting import Wait, patiently
from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.staging import SPOOL, Workspace

__all__ = ["Spool", "fetch", "spooled"]

_INPUT = ("input", "content")


@dataclass(frozen=True, slots=True)
class Spool:
    """The primary's rows as a Parquet file in a plan's folder."""

    workspace: Workspace
    file: StoredFile

    @property
    def path(self) -> Path:
        """Where the file stands."""
        return self.workspace.path(self.file)


@contextmanager
def spooled(claim: Claim, world: World) -> Iterator[Spool | None]:
    """The primary's rows, fetched now or by the interrupted run that can go on; None for local files.

    The file goes when its plan ends, and at once when it does not even become one.
    """
    order = world.order
    if not fetched(order.loaded.config.ingest.primary):
        yield None
        return
    # What is wrong with the pipeline shows before an hour is spent on the fetch.
    details = groundwork(order.loaded, order.batch)
    spool = _left_behind(details, claim, world) or _fetched(claim, world)
    try:
        yield spool
    finally:
        with suppress(StorageError):  # a full disk may not hide why the run ended
            if not spool.workspace.has_plan():
                spool.workspace.put_outcome("abandoned")


def _left_behind(details: Mapping[str, str], claim: Claim, world: World) -> Spool | None:
    """The file of the newest interrupted plan that differs from this one in its input at most."""
    for workspace in claim.plans():
        document = workspace.plan()
        file = _file_of(document)
        if file is None or changed(_but_input(document["details"]), _but_input(details)):
            continue
        if workspace.verify(file):
            _tell(world, file, attempts=0, seconds=0.0, reused=True)
            return Spool(workspace, file)
    return None


def _fetched(claim: Claim, world: World) -> Spool:
    """The rows as their upstream has them now, durably; what the read failed of is raised."""
    claim.sweep_plans()  # what a killed run had fetched may fill the disk
    workspace = claim.open_plan(secrets.token_hex(6))
    into = workspace.folder / SPOOL
    make_folders(workspace.disk, into.parent)
    read = patiently(
        Wait(world.order, world.teller),
        lambda: fetch(into, world),
        enough=lambda read: read.rows > 0,  # a query of a table that is not filled yet answers, too
    )
    file = workspace.adopt(SPOOL, rows=read.rows)
    _tell(world, file, attempts=read.attempts, seconds=read.seconds, reused=False)
    return Spool(workspace, file)


def fetch(into: Path, world: World) -> Read:
    """The rows of the batch are in the Parquet file `into`; what the read failed of is raised."""
    order, config = world.order, world.order.loaded.config
    primary = config.ingest.primary
    request = Request(
        batch=order.batch,
        as_of=context_of(config, order.batch, now=order.now).as_of,
        root=order.loaded.root,
        columns=_asked_for(order.loaded.config),
        caps=primary.caps.caps(Caps()),
        pipeline=config.pipeline,
    )
    terms = terms_of(primary, PRIMARY)
    read = world.reader.read(primary, request, name="primary", into=into, terms=terms)
    if isinstance(read, Unread):
        raise error_of(name_of(primary), read)
    return read


def _asked_for(config: PipelineConfig) -> tuple[str, ...] | None:
    """The columns that the pipeline uses; all where a further one is to be refused."""
    return None if config.validate_.extra_columns == "forbid" else columns_read(config)


def _but_input(details: Mapping[str, str]) -> dict[str, str]:
    return {n: value for n, value in details.items() if n.partition(".")[0] not in _INPUT}


def _file_of(document: Mapping[str, Any]) -> StoredFile | None:
    """The spool's file as plan.json has it; None where it has none."""
    with suppress(ValidationError):
        return TypeAdapter(StoredFile).validate_python(document.get("spool"))
    return None


def _tell(world: World, file: StoredFile, *, attempts: int, seconds: float, reused: bool) -> None:
    world.teller.tell(
        PrimaryRead,
        source=name_of(world.order.loaded.config.ingest.primary),
        rows=file.rows,
        bytes=file.bytes,
        attempts=attempts,
        seconds=seconds,
        reused=reused,
    )
