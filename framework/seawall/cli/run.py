"""`seawall run`: a batch is scored and published, or it is said why not."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.early import stopped_early
from seawall.cli.project import enter
from seawall.cli.terminal import warn
from seawall.cli.watched import say_result, watched
from seawall.errors import UsageError

if TYPE_CHECKING:
    from seawall.running import Order

__all__ = ["run"]

_COLLECT_EVERY = 100_000
"""Objects between two runs of the garbage collector: looking through what imports leave behind every
700 of them cost a small batch 0.4 of 3.0 seconds."""


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--batch",
    metavar="KEY",
    required=True,
    multiple=True,
    help="Which batch; A..B for each from A to B, in order. May be given several times.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="Try so many of its rows, from all over the batch; nothing is published or kept.",
)
@click.option(
    "--keep-going", is_flag=True, help="Of several batches, run those behind a failure, too."
)
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--executor", type=click.Choice(["threads", "processes"]), help="Who does the work.")
@click.option("--workers", type=click.IntRange(min=1), help="How many of them.")
@click.option("--inner-threads", type=click.IntRange(min=1), help="Threads of the model in each.")
@click.option("--force", is_flag=True, help="Publish again what is published or was rolled back.")
@click.option(
    "--strict-exit",
    is_flag=True,
    help="Exit with 3 when what is published is degraded, with 74 when readers don't see it yet.",
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
def run(*, config: Path, batch: tuple[str, ...], sets: tuple[str, ...], **how: Any) -> int:
    """Score a batch and publish it if every check passes."""
    gc.set_threshold(_COLLECT_EVERY)
    with stopped_early():
        from seawall.config.load import project_root

        enter(project_root(config))
        batches = _batches(batch)
        order = _order(config, batches[0], sets, how)
    if how["limit"] is not None:
        return _tried(order, batches, how)
    if len(batches) > 1 or any(".." in named for named in batch):
        from seawall.cli.series import run_in_order

        return run_in_order(order, batches, how)
    result = watched(order, how["log_format"], verbose=how["verbose"])
    code = result.strict_exit if how["strict_exit"] else result.exit
    say_result(result, code, as_json=how["as_json"])
    return code


def _batches(named: Sequence[str]) -> tuple[str, ...]:
    """The keys; it was said which of them readers may misread."""
    from seawall.config.load import batch_warnings
    from seawall.config.ranges import batches_of

    keys = batches_of(named)
    for text in dict.fromkeys(text for key in keys for text in batch_warnings(key)):
        warn(text)
    return keys


def _tried(order: Order, batches: tuple[str, ...], how: dict[str, Any]) -> int:
    from seawall.cli.trial import tried

    if len(batches) > 1:
        raise UsageError(
            "a sample of several batches", "--limit", f"{len(batches):,} batches", "one batch"
        )
    return tried(order, how["limit"], how)


def _order(config: Path, batch: str, sets: tuple[str, ...], how: dict[str, Any]) -> Order:
    from seawall.config.load import load

    loaded = load(config, sets=sets, env=os.environ)
    from seawall.running import Order
    from seawall.running.order import new_run_id

    names = ("executor", "workers", "inner_threads", "force")
    chosen = {name: how[name] for name in names}
    return Order(loaded, batch, new_run_id(datetime.now(UTC)), **chosen)
