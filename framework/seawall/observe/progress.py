"""A progress bar for people; a stream that is no terminal gets none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO, cast

from seawall.events import ChunkFinished, Event, PlanReady, RunEnded
from seawall.observe.streams import LenientStream

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

__all__ = ["ProgressSink"]


class ProgressSink:
    """Chunks done, rows a second and the time that is left, on a terminal.

    Logs that share the terminal are written to `stream`, so that lines and bar don't mix. `close()`
    takes the bar away when a run breaks off without an end.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream: TextIO | LenientStream = LenientStream(stream)
        self._bar: tuple[Progress, TaskID] | None = None
        self._console: Console | None = None
        self._rows, self._began = 0, 0.0
        if stream.isatty():
            self._begin()

    def _begin(self) -> None:
        """There is a terminal to draw on, unless rich fails; then it was said so."""
        try:
            self._console, self.stream = _on_terminal(self.stream)
        except Exception as error:  # noqa: BLE001 - foreign code that only makes things look better
            self.stream.write(
                f"no progress is shown: rich failed ({type(error).__name__}: {error})\n"
            )

    def emit(self, event: Event) -> None:
        """The bar shows the event."""
        if self._console is None:
            return
        if isinstance(event, PlanReady):
            self._open(self._console, event.chunks)
        elif isinstance(event, ChunkFinished):
            self._advance(event)
        elif isinstance(event, RunEnded):
            self.close()

    def close(self) -> None:
        """The terminal is as it was."""
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None

    def _open(self, console: Console, chunks: int) -> None:
        self.close()
        progress = _progress(console)
        self._bar = progress, progress.add_task("chunks", total=chunks, speed="")
        self._rows, self._began = 0, time.monotonic()
        progress.start()

    def _advance(self, event: ChunkFinished) -> None:
        if self._bar is None:
            return
        progress, task = self._bar
        if not event.reused:
            self._rows += event.account.read
        speed = self._rows / max(time.monotonic() - self._began, 1e-9)
        progress.update(task, advance=1, speed=f"{speed:,.0f} rows/s" if self._rows else "")


def _on_terminal(stream: TextIO | LenientStream) -> tuple[Console, TextIO]:
    from rich.console import Console
    from rich.file_proxy import FileProxy

    file = cast("TextIO", stream)
    console = Console(file=file, highlight=False)
    return console, cast("TextIO", FileProxy(console, file))


def _progress(console: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        refresh_per_second=4,
    )
