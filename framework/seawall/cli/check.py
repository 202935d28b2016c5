"""`seawall check`: every fault of a pipeline file, before any data is read."""

from __future__ import annotations

from pathlib import Path

import click

from seawall.cli.project import enter
from seawall.cli.terminal import say, say_json

__all__ = ["check"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(*, config: Path, sets: tuple[str, ...], as_json: bool) -> None:
    """Find every fault of a pipeline file; the steps are run on a frame without rows."""
    from seawall.config.load import project_root

    enter(project_root(config))
    from seawall.api import check as checked

    loaded = checked(config, sets=sets)
    if as_json:
        say_json({"config": str(loaded.path), "pipeline": loaded.config.pipeline, "faults": []})
    else:
        say(f"{loaded.path}: no fault found")
