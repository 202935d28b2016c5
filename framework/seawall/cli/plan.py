"""`seawall plan`: what a run of a batch would do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.project import enter
from seawall.cli.terminal import say, say_json

if TYPE_CHECKING:
    from seawall.plan import Plan

__all__ = ["plan"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--batch", metavar="KEY", required=True, help="Which batch.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def plan(*, config: Path, batch: str, sets: tuple[str, ...], as_json: bool) -> None:
    """Show the input, the chunks and the model that a run would use; nothing is written."""
    from seawall.config.load import project_root

    enter(project_root(config))
    from seawall.api import check
    from seawall.plan.make import make_plan

    made = make_plan(check(config, sets=sets), batch, now=lambda: datetime.now(UTC))
    document = _described(made)
    if as_json:
        say_json(document)
        return
    width = max(map(len, document))
    for name, value in document.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        for line in shown if isinstance(shown, list) else [shown]:
            say(f"{name:<{width}}  {line}")
            name = ""  # noqa: PLW2901 - the name stands on its first line only


def _described(plan: Plan) -> dict[str, Any]:
    columns = "all" if plan.columns is None else ", ".join(plan.columns)
    return {
        "pipeline": plan.config.pipeline,
        "batch": plan.context.batch,
        "as of": plan.context.as_of.isoformat(),
        "files": [f"{f.path} ({f.bytes:,} bytes, sha256 {f.sha256[:8]}…)" for f in plan.fragments],
        "rows": plan.rows,
        "chunks": len(plan.chunks),
        "columns": columns,
        "lookups": [f"{name} ({way.type})" for name, way in plan.config.ingest.lookups.items()],
        "model": f"{plan.model.path} (sha256 {plan.model.sha256[:8]}…)",
        "publishes": str(plan.root / plan.config.publish.path)
        if plan.config.publish.type == "files"
        else plan.config.publish.type,
        "fingerprint": [f"{name} {digest[:8]}…" for name, digest in plan.fingerprint.items()],
    }
