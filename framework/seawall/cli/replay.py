"""`seawall replay`: rows that a run left in quarantine are run again, and added to its version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seawall.cli.project import enter, root_above
from seawall.cli.watched import say_result, watched

__all__ = ["replay"]


@click.command()
@click.argument("run_id", metavar="RUN", default="last")
@click.option(
    "--reason", metavar="REASON", help="Only rows that left for this reason, as explain spells it."
)
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the log is written.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log every stage of every chunk.")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def replay(*, run_id: str, as_json: bool, **how: Any) -> int:
    """Run a version's quarantined rows again after a fix, and publish it with those that now pass.

    RUN is a run's id, the beginning of one, or `last`, the newest that published. The pipeline file, the code and the lookups are
    those of now; the model must be the one that made the version.
    """
    from seawall.api import replay_order

    root = root_above(Path.cwd())
    enter(root)
    order = replay_order(run_id, root, reason=how["reason"], sets=how["sets"])
    result = watched(order, how["log_format"], verbose=how["verbose"])
    say_result(result, result.exit, as_json=as_json)
    return result.exit
