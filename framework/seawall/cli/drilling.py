"""How a drill goes on, for people who wait: a bar on a terminal, else a line a step."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seawall.cli.terminal import warn

if TYPE_CHECKING:
    from rich.progress import Progress

    from seawall.drills.drilled import Watched

__all__ = ["watching"]


@contextmanager
def watching() -> Iterator[Watched]:
    """Who is told of the drill's steps; afterwards the terminal is as it was."""
    if sys.stderr.isatty():
        with _bar() as bar:
            yield _on(bar)
    else:
        yield _in_lines()


def _in_lines() -> Watched:
    from seawall.drills.drilled import Watched

    return Watched(
        step=warn, began=lambda cases: warn(f"{cases} faults, one by one"), ended=lambda _: None
    )


def _on(bar: Progress) -> Watched:
    from seawall.drills.drilled import Watched

    task = bar.add_task("drill", total=None)

    def step(text: str) -> None:
        bar.update(task, description=text)

    def began(cases: int) -> None:
        bar.update(task, description="faults", total=cases)

    return Watched(step=step, began=began, ended=lambda _: bar.advance(task))


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(file=sys.stderr, highlight=False)
    return Progress(*columns, console=console, transient=True, refresh_per_second=4)
