"""`seawall status`: what is live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall.cli.publication import published_by
from seawall.cli.terminal import say, say_json, say_table, warn
from seawall.cli.words import moment, number
from seawall.errors import Exit, SeawallError

if TYPE_CHECKING:
    from seawall.contracts import LogEntry
    from seawall.sinks.files import FilesSink

__all__ = ["status"]

_HEADERS = (
    *("batch", "version", "by", "rows", "quarantined", "degraded"),
    *("committed", "run", "readers see it"),
)


@dataclass(frozen=True, slots=True)
class _Live:
    """A batch's newest commit; `problem` says why readers don't see it, empty when they do."""

    entry: LogEntry
    problem: str


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--batch", metavar="KEY", help="Only this batch.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--verify", is_flag=True, help="Read every published file and compare its sha256.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(
    *, config: Path, batch: str | None, sets: tuple[str, ...], verify: bool, as_json: bool
) -> int:
    """Show what is live, batch by batch; a view that a crash left behind is put right."""
    sink = published_by(config, sets=sets, batch=batch)
    look = sink.verify_view if verify else sink.refresh_view
    found, errors = _found(sink, batch, look)
    for error in errors:
        warn(str(error))
    if as_json:
        _say_document(found, errors)
    elif found or not errors:
        _say_lines(found, sink, batch)
    hurt = errors or any(live.problem for live in found)
    return Exit.IOERR if hurt else Exit.OK


def _found(
    sink: FilesSink, batch: str | None, look: Callable[[str], None]
) -> tuple[list[_Live], list[SeawallError]]:
    """What is live of each batch, and an error of each whose log does not tell it."""
    from seawall.fsck import batches

    found: list[_Live] = []
    errors: list[SeawallError] = []
    for name in batches(sink):
        if batch not in {None, name}:
            continue
        try:
            entry = sink.newest(name)
        except SeawallError as error:
            errors.append(error)
            continue
        if entry is not None:
            found.append(_Live(entry, _problem(look, name)))
    return found, errors


def _problem(look: Callable[[str], None], batch: str) -> str:
    try:
        look(batch)
    except SeawallError as error:
        return error.what
    return ""


def _say_document(found: list[_Live], errors: list[SeawallError]) -> None:
    from seawall.ledger.plain import plain

    say_json({"batches": plain(found), "errors": [str(error) for error in errors]})


def _say_lines(found: list[_Live], sink: FilesSink, batch: str | None) -> None:
    if found:
        say_table(_HEADERS, [_cells(live) for live in found])
    else:
        what = "nothing is published" if batch is None else f"nothing of batch {batch} is published"
        say(f"{what} in {sink.folder}")


def _cells(live: _Live) -> list[str]:
    entry = live.entry
    kind = f"{entry.kind} to {entry.to_version}" if entry.to_version is not None else entry.kind
    kind += f" by {entry.by}" if entry.kind == "release" else ""
    when = moment(entry.committed_at)
    marks = ", ".join(f"{mark} {number(count)}" for mark, count in entry.degradations.items())
    return [
        *(entry.batch, str(entry.version), kind, number(entry.file.rows)),
        *(number(entry.account.quarantined), marks),
        *(when, entry.run_id, live.problem or "yes"),
    ]
