"""`seawall check`: every fault of a pipeline file, before any data is read; or a contract, from data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.foreign import foreign_output
from seawall.cli.project import enter
from seawall.cli.steps import listed
from seawall.cli.terminal import say, say_json
from seawall.errors import UsageError

if TYPE_CHECKING:
    from seawall.infer import Inferred

__all__ = ["check"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--infer", is_flag=True, help="Read data and propose `validate: columns:` for it.")
@click.option(
    "--batch",
    "batches",
    multiple=True,
    metavar="KEY",
    help="With --infer: which batch to read; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(
    *, config: Path, sets: tuple[str, ...], infer: bool, batches: tuple[str, ...], as_json: bool
) -> None:
    """Find every fault of a pipeline file; the steps are run on a frame without rows."""
    from seawall.config.load import project_root

    if batches and not infer:
        raise UsageError("a check reads no data", "--batch", todo="add --infer, or leave it out")
    enter(project_root(config))
    if infer:
        _propose(config, sets, batches, as_json=as_json)
        return
    from seawall.api import check as checked

    with foreign_output():
        loaded = checked(config, sets=sets)
        steps = listed(loaded) if as_json else []
    if as_json:
        name, path = loaded.config.pipeline, str(loaded.path)
        say_json({"config": path, "pipeline": name, "faults": [], "steps": steps})
    else:
        say(f"{loaded.path}: no fault found")


def _propose(
    config: Path, sets: tuple[str, ...], batches: tuple[str, ...], *, as_json: bool
) -> None:
    from seawall.api import infer
    from seawall.infer import written

    with foreign_output():  # of a source's plug-in
        found = infer(config, batches=batches, sets=sets)
    if as_json:
        say_json(_document(found))
    else:
        say(written(found))


def _document(found: Inferred) -> dict[str, Any]:
    columns = {
        entry.column: {
            "contract": dict(entry.contract),
            "seen": list(entry.notes),
            "read": entry.read,
            "declared": entry.declared,
            "differs": entry.differs,
            "lookup": entry.lookup or None,
        }
        for entry in found.proposals
    }
    return {
        "batches": list(found.batches),
        "rows": found.rows,
        "refused": found.refused,
        "columns": columns,
    }
