"""One sink for several, none of which can fail a run."""

from __future__ import annotations

import sys
from collections.abc import Callable

from seawall.contracts import EventSink
from seawall.events import Event
from seawall.observe.streams import LenientStream

__all__ = ["FanOut", "fan_out"]


def _note_on_stderr(text: str) -> None:
    LenientStream(sys.stderr).write(f"{text}\n")


def fan_out(*sinks: EventSink, note: Callable[[str], None] = _note_on_stderr) -> FanOut:
    """A sink that passes each event to all of `sinks`, in order."""
    return FanOut(sinks, note)


class FanOut:
    """Passes events on; a sink that raises leaves one note and is asked again at the next event."""

    def __init__(self, sinks: tuple[EventSink, ...], note: Callable[[str], None]) -> None:
        self._sinks, self._note = sinks, note
        self._noted: set[int] = set()

    def emit(self, event: Event) -> None:
        """Every sink was told."""
        for place, sink in enumerate(self._sinks):
            try:
                sink.emit(event)
            except BrokenPipeError:
                continue
            except Exception as error:  # noqa: BLE001 an observer's border: it may not fail the run
                self._note_once(place, event, error)

    def _note_once(self, place: int, event: Event, error: Exception) -> None:
        if place in self._noted:
            return
        self._noted.add(place)
        who = type(self._sinks[place]).__name__
        self._note(
            f"{who} failed at '{event.name}' ({type(error).__name__}: {error}); the run goes on"
        )
