"""`seawall runs`: which runs there were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from seawall.cli.project import ledger_here, no_ledger
from seawall.cli.terminal import say_json, say_table, warn
from seawall.cli.words import duration, moment, number

if TYPE_CHECKING:
    from seawall.ledger import RunRow

__all__ = ["runs"]

_HEADERS = (
    *("run", "pipeline", "batch", "state", "exit", "version", "kind"),
    *("read", "published", "quarantined", "filtered", "degraded", "began", "took"),
)


@click.command()
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option("--batch", metavar="KEY", help="Only runs of this batch.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def runs(*, pipeline: str | None, batch: str | None, limit: int, as_json: bool) -> None:
    """List the newest runs, the newest first."""
    found = _found(pipeline, batch, limit)
    if as_json:
        from seawall.ledger.plain import plain

        say_json({"runs": plain(found)})
    elif found:
        say_table(_HEADERS, [_cells(row) for row in found])


def _found(pipeline: str | None, batch: str | None, limit: int) -> list[RunRow]:
    from seawall.ledger import runs as newest

    ledger = ledger_here()
    if ledger is None:
        warn(str(no_ledger()))
        return []
    found = newest(ledger, pipeline=pipeline, batch=batch, limit=limit)
    asked = {"pipeline": pipeline, "batch": batch}
    named = ", ".join(f"{what} {name}" for what, name in asked.items() if name is not None)
    if named and not found:
        warn(f"no run is recorded of {named}; without options seawall runs lists the newest")
    return found


def _cells(row: RunRow) -> list[str]:
    account = row.account
    return [
        *(row.run_id, row.pipeline, row.batch, row.state),
        *(number(row.exit), number(row.version) if row.version else ""),
        "replay" if row.replays else "run",
        *(number(account.read), number(account.published)),
        *(number(account.quarantined), number(account.filtered)),
        number(row.degraded_rows) if row.degraded_rows else "",
        *(moment(row.started_at), duration(row.seconds)),
    ]
