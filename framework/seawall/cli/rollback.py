"""`seawall rollback`: an older version is live again."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall.cli.persons import person, reasoned
from seawall.cli.publication import published_by
from seawall.cli.terminal import say, say_json

if TYPE_CHECKING:
    from seawall.contracts import LogEntry

__all__ = ["rollback"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--batch", required=True, metavar="KEY", help="The batch.")
@click.option(
    "--to", type=click.IntRange(min=1), metavar="VERSION", help="Default: the one before."
)
@click.option("--reason", required=True, callback=reasoned, help="Why; it is kept in the log.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def rollback(  # noqa: PLR0913 one parameter an option
    *, config: Path, batch: str, to: int | None, reason: str, sets: tuple[str, ...], as_json: bool
) -> None:
    """Make an older version of a batch live again.

    The same input, model and code are not published again by a scheduler afterwards; `seawall run
    --force` does it.
    """
    sink = published_by(config, sets=sets, batch=batch)
    run_id = f"rollback-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    entry = sink.rollback(batch, to=to, reason=reason, by=person(), run_id=run_id)
    _say(entry, as_json=as_json)


def _say(entry: LogEntry, *, as_json: bool) -> None:
    if as_json:
        from seawall.ledger.plain import plain

        say_json(plain(entry))
    else:
        say(
            f"batch {entry.batch}: version {entry.version} brings back version {entry.to_version}, "
            f"{entry.file.rows:,} rows ({entry.by}: {entry.reason})"
        )
