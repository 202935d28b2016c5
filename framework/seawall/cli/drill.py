"""`seawall drill`: what a pipeline does when things break, tried out in a sandbox."""

from __future__ import annotations

import os
import shutil
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.project import enter
from seawall.cli.terminal import mention, say_json, say_table
from seawall.errors import StorageError, UsageError

if TYPE_CHECKING:
    from seawall.drills.drilled import Drill
    from seawall.drills.result import Drilled

__all__ = ["drill"]

_WIDTH = 100
"""Characters in a line where no terminal says how many it has."""
_STYLES = {
    "!": "bold red",
    "~": "yellow",
    "≠": "bold red",
    "failed": "cyan",
    "held": "yellow",
    "stopped": "yellow",
    "degraded": "yellow",
    "quarantined": "yellow",
    "published": "green",
}


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--batch", metavar="KEY", help="Which batch; else drill.batch of the file.")
@click.option(
    "--only", metavar="PART", multiple=True, help="Only this part, such as lookup=weather."
)
@click.option(
    "--faults", metavar="FAULT,…", multiple=True, help="Only these faults, such as down,hang."
)
@click.option(
    "--rows", type=click.IntRange(min=1), help="At most so many rows; else drill.rows, or 5,000."
)
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--strict", is_flag=True, help="Exit with 1 for a weakness, too.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def drill(*, config: Path, strict: bool, html: Path | None, as_json: bool, **which: Any) -> int:
    """Break each part of a pipeline in a sandbox, and show what becomes of it.

    Production is never touched. Ends with 1 when something ends otherwise than drill.expect says.
    """
    from seawall.cli.foreign import foreign_output
    from seawall.config.load import project_root

    if html is not None:
        _check_folder(html)
    enter(project_root(config))
    with foreign_output():
        told = _drilled(_order(config, **which))
    if as_json:
        from seawall.drills.document import document

        say_json(document(told))
    else:
        _say(told)
    if html is not None:
        _write(html, told)
    return max(told.exit, int(strict and told.is_weak))


def _order(config: Path, *, batch: str | None, sets: tuple[str, ...], **which: Any) -> Drill:
    from seawall.api import drill_order

    only, faults = (_names(which[name]) for name in ("only", "faults"))
    return drill_order(config, batch, only=only, faults=faults, rows=which["rows"], sets=sets)


def _names(given: tuple[str, ...]) -> list[str]:
    """`down,hang` is two, and a comma more is none; what names nothing at all is handed on as it is."""
    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    return names or list(given[:1])


def _drilled(order: Drill) -> Drilled:
    from seawall.cli.drilling import watching
    from seawall.drills.drilled import drilled

    with watching() as watched:
        return drilled(order, env=os.environ, now=lambda: datetime.now(UTC), watched=watched)


def _check_folder(page: Path) -> None:
    """The page can be written once the drill is over, as far as anybody can know before."""
    folder = page.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        todo = "make the folder, or name another one"
        raise UsageError(
            "no page can be written there", "--html", str(page), "a folder to write in", todo
        )


def _write(path: Path, told: Drilled) -> None:
    from seawall.drills.document import page

    try:
        path.write_text(page(told), encoding="utf-8")
    except OSError as error:
        todo = "make room or name another place with --html; what the drill found is said above"
        raise StorageError("no page was written", str(path), str(error), todo=todo) from error


def _say(told: Drilled) -> None:
    from seawall.drills.told import LEGEND, counted, grids

    width = shutil.get_terminal_size((_WIDTH, 0)).columns
    mention(f"{told.config}, batch {told.batch}: {counted(told)}")
    for grid in grids(told, width=width):
        mention()
        say_table(grid.headers, grid.rows, style=_style)
    if told.ended:
        mention(f"\n{_wrapped(LEGEND, width)}")
    for heading, lines in _lists(told).items():
        if lines:
            mention(f"\n{heading}")
        for line in lines:
            mention(_wrapped(f"  {line}", width))


def _lists(told: Drilled) -> dict[str, list[str]]:
    """The lines below the tables, by heading."""
    from seawall.drills.told import degraded, differing, named, not_tried, rerun, warned, weak

    grave = [found for found in told.weaknesses if found.kind != "no fallback"]
    spared = [found for found in told.weaknesses if found.kind == "no fallback"]
    return {
        "served by fallbacks": list(degraded(told)),
        "other predictions, and a warning": list(warned(told)),
        "the run after it": list(rerun(told)),
        "weaknesses": [line for found in grave for line in weak(found)],
        "could be served": [line for found in spared for line in weak(found)],
        "expected otherwise": [differing(found) for found in told.differences],
        "not tried, the time was up": [named(told.untried)] if told.untried else [],
        "not tried": list(not_tried(told)),
        "smaller or shorter than in production": list(told.scaled),
    }


def _wrapped(line: str, width: int) -> str:
    """The line in as many as it takes, each as wide as the terminal, the later ones indented further."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _style(cell: str) -> str:
    """How a cell is coloured on a terminal; the first word that is in it decides."""
    return next((style for word, style in _STYLES.items() if word in cell), "")
