"""Who does the work: models, executors, and those who are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from seawall.events import Event

__all__ = [
    "Cause",
    "EventSink",
    "Executor",
    "Predictor",
    "WorkerDeath",
]

T = TypeVar("T")
R = TypeVar("R")
Cause = Literal["killed", "crashed", "hung"]
"""How a worker died: of SIGKILL, as for want of memory; by itself; or because its time was up."""


@dataclass(frozen=True, slots=True)
class WorkerDeath:
    """An item killed its worker as often as it was tried, the last time alone.

    `item` is its place in the sequence.
    """

    item: int
    reason: str
    cause: Cause = "crashed"


class Predictor(Protocol):
    """A loaded model. It is shared by the threads of a worker."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that its results become, in order."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """The columns that it is given, in order; None when it takes any frame."""
        ...

    @property
    def rows_independent(self) -> bool:
        """Whether a row's result has the same bits whatever rows stand beside it."""
        ...

    def features(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Its own columns in its own order; DataError where the frame does not have them."""
        ...

    def predict(self, features: pd.DataFrame) -> dict[str, Any]:
        """One array a declared output, as long as the frame."""
        ...


class EventSink(Protocol):
    """Somebody who is told what a run does. It may not raise; what it does takes no time of the run."""

    def emit(self, event: Event) -> None:
        """The event was taken note of."""
        ...


class Executor(Protocol):
    """Takes chunks through the stages, a bounded number at a time."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None:
        """No worker is left."""
        ...

    def outcomes(
        self,
        work: Callable[[T], R],
        items: Sequence[T],
        stop: Callable[[], bool],
        *,
        tries: int = 2,
    ) -> Iterator[R | WorkerDeath]:
        """The result of each item, as it comes; no item is begun after `stop()` is true.

        `work` returns failures as values. An item whose worker was killed is tried again alone; if
        that kills a worker too, a WorkerDeath stands in its place. With one try all items are alone
        in work from the start.
        """
        ...
