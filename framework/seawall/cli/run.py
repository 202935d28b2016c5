"""`seawall run`: a batch is scored and published, or it is said why not."""

from __future__ import annotations

import gc
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.project import enter
from seawall.cli.terminal import warn
from seawall.cli.watched import say_result, watched

if TYPE_CHECKING:
    from seawall.running import Order

__all__ = ["run"]

_COLLECT_EVERY = 100_000
"""Objects between two runs of the garbage collector: looking through what imports leave behind every
700 of them cost a small batch 0.4 of 3.0 seconds."""


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--batch", metavar="KEY", required=True, help="Which batch.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--executor", type=click.Choice(["threads", "processes"]), help="Who does the work.")
@click.option("--workers", type=click.IntRange(min=1), help="How many of them.")
@click.option("--inner-threads", type=click.IntRange(min=1), help="Threads of the model in each.")
@click.option("--force", is_flag=True, help="Publish again what is published or was rolled back.")
@click.option("--strict-exit", is_flag=True, help="Exit with 3 when degraded, with 74 when not shown yet.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the log is written.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log every stage of every chunk.")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def run(*, config: Path, batch: str, sets: tuple[str, ...], **how: Any) -> int:
    """Score a batch and publish it if every check passes."""
    gc.set_threshold(_COLLECT_EVERY)
    result = watched(_order(config, batch, sets, how), how["log_format"], verbose=how["verbose"])
    code = result.strict_exit if how["strict_exit"] else result.exit
    say_result(result, code, as_json=how["as_json"])
    return code


def _order(config: Path, batch: str, sets: tuple[str, ...], how: dict[str, Any]) -> Order:
    from seawall.config.load import batch_key, batch_warnings, load, project_root

    enter(project_root(config))
    loaded = load(config, sets=sets, env=os.environ)
    for text in batch_warnings(batch_key(batch)):
        warn(text)
    from seawall.running import Order
    from seawall.running.order import new_run_id

    names = ("executor", "workers", "inner_threads", "force")
    chosen = {name: how[name] for name in names}
    return Order(loaded, batch, new_run_id(datetime.now(UTC)), **chosen)
