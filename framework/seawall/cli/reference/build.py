"""`seawall reference build`: a reference from a table, from runs, or from batches."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from seawall.cli.foreign import foreign_output
from seawall.cli.project import enter
from seawall.cli.reference.place import place_of
from seawall.cli.terminal import say, say_json
from seawall.cli.words import number
from seawall.errors import Exit, UsageError

if TYPE_CHECKING:
    from seawall.building.built import Built
    from seawall.config.load import LoadedConfig

__all__ = ["build"]

_RUNS = re.compile(r"last:([1-9]\d{0,3})")


def _runs(_ctx: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    match = _RUNS.fullmatch(text or "")
    if text is not None and match is None:
        raise click.BadParameter("say how many: last:30")
    return None if match is None else int(match[1])


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Exactly one way to build, and what may be lacking."""

    table: Path | None
    runs: int | None
    batches: tuple[str, ...]
    skip_failed: bool
    partial: bool

    def __post_init__(self) -> None:
        ways = {"--from": self.table, "--from-runs": self.runs, "--batch": self.batches}
        said = [name for name, value in ways.items() if value]
        if len(said) == 1:
            return
        what = " and ".join(said) + " exclude each other" if said else "say what to build from"
        allowed = "--from TABLE, --from-runs last:30, or --batch A..B"
        todo = "name one of them" + (", and leave the other out" if said else "")
        raise UsageError(what, "seawall reference build", ", ".join(said) or "none", allowed, todo)


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "table",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A table that has the features and outputs: .parquet, .csv or .jsonl.",
)
@click.option(
    "--from-runs", "runs", callback=_runs, metavar="last:N", help="The newest N accepted runs."
)
@click.option(
    "--batch",
    "batches",
    multiple=True,
    metavar="KEY|A..B",
    help="Score these batches for it, without publishing; may be given several times.",
)
@click.option(
    "--skip-failed",
    is_flag=True,
    help="Leave out batches that fail, and runs whose profile is lost.",
)
@click.option(
    "--partial", is_flag=True, help="The table need not have every column that is compared."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to; default: the file that drift names, else references/PIPELINE.json.",
)
@click.option("--force", is_flag=True, help="Replace a reference that is there.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def build(*, config: Path, sets: tuple[str, ...], as_json: bool, **how: Any) -> None:
    """Describe a pipeline's columns as they are meant to be, for later batches to be compared with.

    Batches go through the stages as in a run, and nothing is published. Rows that a fallback served
    are left out, words of fewer than 5 rows are not named, and no key is kept.
    """
    from seawall.config.load import load, project_root
    from seawall.disk import Disk
    from seawall.references.writing import refuse_existing, refuse_folder, write_reference

    out, replaced = how.pop("out"), how.pop("force")
    wanted = _Wanted(**how)
    enter(project_root(config))
    loaded = load(config, sets=sets, env=os.environ)
    out = (out or place_of(loaded)).absolute()
    refuse_folder(out)
    free: Callable[[], None] = (lambda: None) if replaced else partial(refuse_existing, Disk(), out)
    signal.signal(signal.SIGTERM, _stop)
    with foreign_output():
        found = _built(loaded, wanted, free)
    size = write_reference(Disk(), out, found.reference)
    if as_json:
        say_json(_document(found, out, size))
    else:
        _say(found, out, size)


def _stop(number: int, _frame: object) -> NoReturn:
    """What was staged goes with the command."""
    sys.exit(Exit(128 + number))


def _built(loaded: LoadedConfig, wanted: _Wanted, free: Callable[[], None]) -> Built:
    """What was asked for; that its place is free is held when all that is quickly seen is seen."""
    from seawall.cli.reference.progress import Progress

    with Progress(sys.stderr) as progress:
        if wanted.table is not None:
            from seawall.building.table import from_table

            now = datetime.now(UTC)
            found = from_table(loaded, wanted.table, created_at=now, partial=wanted.partial)
            free()
            return found
        if wanted.runs is not None:
            from seawall.building.runs import from_runs
            from seawall.running.execute import sink_of

            sink = sink_of(loaded.config, loaded.root)
            found = from_runs(
                loaded, sink, wanted.runs, skip_failed=wanted.skip_failed, told=progress
            )
            free()
            return found
        from seawall.building.batches import from_batches
        from seawall.cli.reference.orders import orders_of

        orders = orders_of(loaded, wanted.batches)
        free()
        return from_batches(orders, skip_failed=wanted.skip_failed, told=progress)


def _document(found: Built, path: Path, size: int) -> dict[str, Any]:
    reference = found.reference
    return {
        "path": str(path),
        "bytes": size,
        "pipeline": reference.pipeline,
        "origin": reference.origin,
        "rows": reference.profile.rows,
        "batches": list(reference.batches),
        "columns": {n: c.shape.kind for n, c in reference.profile.columns.items()},
        "segments": {n: list(parts) for n, parts in reference.profile.segments.items()},
        "past": len(reference.past),
        "missing": list(found.missing),
        "skipped": dict(found.skipped),
    }


def _say(found: Built, path: Path, size: int) -> None:
    profile = found.reference.profile
    say(
        f"{path}: {number(len(profile.columns))} columns, {number(profile.rows)} rows of "
        f"{found.reference.origin}, {number(-(-size // 1000))} kB"
    )
    if found.missing:
        say(f"  not there, and not described: {', '.join(found.missing)}")
    if found.skipped:
        from seawall.building.told import few

        batches = few([batch for batch, _ in found.skipped])
        say(f"  {number(len(found.skipped))} batches left out: {batches}")
