"""`seawall gc`: what nobody needs any more is removed, or only listed."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall.cli.publication import published_by
from seawall.cli.terminal import say, say_json, say_table, warn
from seawall.cli.words import number
from seawall.errors import Exit, SeawallError

if TYPE_CHECKING:
    from seawall.sinks.files import FilesSink
    from seawall.sinks.files.waste import Waste

__all__ = ["gc"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="List what would go, and remove nothing.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def gc(*, config: Path, dry_run: bool, sets: tuple[str, ...], as_json: bool) -> int:
    """Remove what no kept version, no open plan and no replay needs, and is older than seven days.

    Every run does it for its own batch. A batch that somebody works on is passed over.
    """
    sink, now = published_by(config, sets=sets, batch=None), datetime.now(UTC)
    found, errors = _listed(sink, now) if dry_run else _collected(sink, now)
    for error in errors:
        warn(str(error))
    if as_json:
        _say_document(found, sink, removed=not dry_run)
    else:
        _say_lines(found, sink, "would be removed" if dry_run else "removed")
    return Exit.IOERR if errors else Exit.OK


def _listed(sink: FilesSink, now: datetime) -> tuple[list[Waste], list[SeawallError]]:
    found, errors = [], []
    for batch in sink.batches():
        try:
            found += sink.waste(batch, now)
        except SeawallError as error:
            errors.append(error)
    return found + sink.old_profiles(now), errors


def _collected(sink: FilesSink, now: datetime) -> tuple[list[Waste], list[SeawallError]]:
    from seawall.errors import TemporaryError
    from seawall.sinks.files import Holder

    holder = Holder.here(f"gc-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}")
    found: list[Waste] = []
    errors: list[SeawallError] = []
    for batch in sink.batches():
        try:
            with sink.claim(batch, holder) as claim:
                found += claim.collect_garbage(now)
        except TemporaryError:
            continue  # somebody works on it
        except SeawallError as error:
            errors.append(error)
    return found, errors


def _say_document(found: list[Waste], sink: FilesSink, *, removed: bool) -> None:
    listed = [{"path": _path(w, sink), "bytes": w.bytes, "why": w.why} for w in found]
    say_json({"removed": removed, "bytes": sum(w.bytes for w in found), "waste": listed})


def _say_lines(found: list[Waste], sink: FilesSink, verb: str) -> None:
    if found:
        rows = [[_path(waste, sink), number(waste.bytes), waste.why] for waste in found]
        say_table(("path", "bytes", "why"), rows)
    say(f"{len(found):,} paths with {sum(waste.bytes for waste in found):,} bytes {verb}")


def _path(waste: Waste, sink: FilesSink) -> str:
    return waste.path.relative_to(sink.layout.state.parent).as_posix()
