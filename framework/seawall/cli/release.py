"""`seawall release`: what the gate refused is published on a person's word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall.cli.foreign import foreign_output
from seawall.cli.persons import person, reasoned
from seawall.cli.project import enter, root_above
from seawall.cli.terminal import warn
from seawall.cli.watched import say_result

if TYPE_CHECKING:
    from seawall.running import RunResult
    from seawall.running.order import Release

__all__ = ["release"]


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--reason", required=True, callback=reasoned, help="Why; it is kept in the log.")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Look for the run where this pipeline file publishes: the ledger may be lost.",
)
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def release(
    *, run_id: str, reason: str, config: Path | None, sets: tuple[str, ...], as_json: bool
) -> int:
    """Publish what the gate refused of a run, as it was judged; nothing is read or scored again.

    RUN is a run's id, the beginning of one, or `last`, the newest that is held. Its batch may have no
    newer version and no newer held run.
    """
    from seawall.running.order import Release

    word = Release(reason.strip(), person())
    root = root_above(Path.cwd())
    enter(root)
    result = _released(run_id, word, (root, config, sets))
    say_result(result, result.exit, as_json=as_json)
    return result.exit


def _released(
    run_id: str, word: Release, where: tuple[Path, Path | None, tuple[str, ...]]
) -> RunResult:
    from seawall.releases import named, released

    root, config, sets = where
    with foreign_output():
        return released(named(run_id, root, config, sets=sets), word, [], warn=warn)
