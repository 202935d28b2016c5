"""Several observers, one of whom fails."""

from datetime import UTC, datetime

from seawall.events import ChunkRetried, Event
from seawall.observe import fan_out

EVENT = ChunkRetried(
    run_id="r", at=datetime(2013, 7, 1, tzinfo=UTC), chunk="000001", reason="SIGKILL"
)


class Listening:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    def emit(self, event: Event) -> None:
        """The event is kept."""
        self.heard.append(event)


class Failing:
    """Raises whenever it is told."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def emit(self, event: Event) -> None:
        """Raises."""
        raise self.error


def test_everybody_is_told_though_one_fails() -> None:
    """Who stands after a failing observer hears the event."""
    before, after = Listening(), Listening()
    fan_out(before, Failing(ValueError("boom")), after, note=lambda _: None).emit(EVENT)

    assert before.heard == after.heard == [EVENT]


def test_a_failing_observer_is_noted_once() -> None:
    """The note names the observer and its error, once a run and not once an event."""
    notes: list[str] = []
    fan = fan_out(Failing(ValueError("boom")), note=notes.append)
    for _ in range(3):
        fan.emit(EVENT)

    assert notes == ["Failing failed at 'chunk retried' (ValueError: boom); the run goes on"]


def test_a_closed_pipe_is_not_worth_a_note() -> None:
    """`seawall run | head` is no fault."""
    notes: list[str] = []
    fan_out(Failing(BrokenPipeError()), note=notes.append).emit(EVENT)

    assert notes == []
