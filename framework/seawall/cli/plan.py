"""`seawall plan`: what a run of a batch would do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.foreign import foreign_output
from seawall.cli.foreseen import foreseen
from seawall.cli.project import enter
from seawall.cli.steps import lines
from seawall.cli.terminal import say, say_json

if TYPE_CHECKING:
    from seawall.config.load import LoadedConfig
    from seawall.config.models import PipelineConfig
    from seawall.contracts import Context
    from seawall.models import ModelPin
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
    with foreign_output():
        document = _document(config, batch, sets)
    if as_json:
        say_json(document)
        return
    width = max(map(len, document))
    for name, value in document.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        for line in shown if isinstance(shown, list) else [shown]:
            say(f"{name:<{width}}  {line}")
            name = ""  # noqa: PLW2901 - the name stands on its first line only


def _document(config: Path, batch: str, sets: tuple[str, ...]) -> dict[str, Any]:
    from seawall.api import runnable
    from seawall.plan.ahead import refuse_future
    from seawall.plan.make import context_of, fetched, make_plan
    from seawall.running.execute import sink_of

    loaded, fingerprint = runnable(config, sets=sets), None
    now = datetime.now(UTC)
    refuse_future(context_of(loaded.config, batch, now=lambda: now), now)
    if fetched(loaded.config.ingest.primary):
        document = _unfetched(loaded, batch)
    else:
        made = make_plan(loaded, batch, now=lambda: datetime.now(UTC))
        document, fingerprint = _described(made), made.fingerprint
    live = foreseen(sink_of(loaded.config, loaded.root), batch, fingerprint)
    return {**document, "live": live, "steps": lines(loaded, batch)}


def _unfetched(loaded: LoadedConfig, batch: str) -> dict[str, Any]:
    """What is known of a plan before its primary is fetched."""
    from seawall.models import pin
    from seawall.plan.make import columns_read, context_of, groundwork, name_of

    config, context = loaded.config, context_of(loaded.config, batch, now=lambda: datetime.now(UTC))
    groundwork(loaded, batch)
    source = name_of(config.ingest.primary)
    return {
        **_named(context),
        "files": [f"{source}: fetched when a run begins, pinned in its plan's folder"],
        **_declared(
            config, columns_read(config), pin(config.predict, root=loaded.root, batch=batch)
        ),
        "publishes": _published(config, loaded.root),
    }


def _described(plan: Plan) -> dict[str, Any]:
    config = plan.config
    return {
        **_named(plan.context),
        "files": [f"{f.path} ({f.bytes:,} bytes, sha256 {f.sha256[:8]}…)" for f in plan.fragments],
        "rows": plan.rows,
        "chunks": len(plan.chunks),
        **_declared(config, plan.columns, plan.model),
        "publishes": _published(config, plan.root),
        "fingerprint": [f"{name} {digest[:8]}…" for name, digest in plan.fingerprint.items()],
    }


def _named(context: Context) -> dict[str, str]:
    as_of = context.as_of.isoformat()
    return {"pipeline": context.pipeline, "batch": context.batch, "as of": as_of}


def _declared(
    config: PipelineConfig, columns: tuple[str, ...] | None, model: ModelPin
) -> dict[str, Any]:
    return {
        "columns": "all" if columns is None else ", ".join(columns),
        "lookups": [f"{name} ({way.type})" for name, way in config.ingest.lookups.items()],
        "model": _model(model),
    }


def _model(model: ModelPin) -> str:
    found = f"{model.path} (sha256 {model.sha256[:8]}…)" if model.sha256 else model.path
    return f"{found}, the fallback: {model.why}" if model.fallback else found


def _published(config: PipelineConfig, root: Path) -> str:
    return (
        str(root / config.publish.path) if config.publish.type == "files" else config.publish.type
    )
