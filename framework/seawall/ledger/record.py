"""The event sink that writes a run into the ledger, and never fails the run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from seawall.errors import SeawallError, StorageError
from seawall.events import Event, PlanReady, RunEnded, RunStarted, StageFinished
from seawall.ledger.open import Ledger, is_corrupt, open_ledger, replace_corrupt
from seawall.ledger.patience import patience
from seawall.ledger.rebuild import LOST, add_past
from seawall.ledger.writes import Write, for_dialect, stage_writes, writes

__all__ = ["Recorder", "recorder"]


Past = Callable[[], Iterable[Sequence[Event]]]
"""The events of each run that is known from elsewhere, read when they are asked for."""


def recorder(
    location: str, *, warn: Callable[[str], None], past: Past = tuple
) -> Recorder | _Unrecorded:
    """A sink for the ledger at `location`; when it cannot be opened, `warn` is told and nothing kept.

    A ledger that is begun now, because it was missing or corrupt, knows the runs of the past.
    Close it: SQLite then folds its write-ahead log into the file, which is whole by itself.

    LedgerVersionError is raised: a newer seawall's ledger would be hurt by writing into it.
    """
    try:
        ledger = open_ledger(location, warn=warn)
        if ledger.begun:
            _remember(ledger, past, warn)
        return Recorder(ledger, warn=warn)
    except StorageError as error:
        warn(f"this run is not recorded: {error}")
        return _Unrecorded()


def _remember(ledger: Ledger, past: Past, warn: Callable[[str], None]) -> None:
    """The ledger knows the runs of the past; `warn` is told how many, or why not."""
    try:
        added, _ = add_past(ledger, past())
    except (SQLAlchemyError, SeawallError, OSError) as error:
        warn(f"what was published before is not in the new ledger {ledger.location}: {error}")
        return
    if added:
        runs = f"{added:,} run{'' if added == 1 else 's'}"
        warn(f"the ledger {ledger.location} is rebuilt from the log: {runs}. {LOST}")


class Recorder:
    """Writes one transaction a chunk; a chunk's stages wait for its end.

    When the ledger refuses, `warn` is told once and the rows wait for the run's end, where they are
    tried once more: a locked ledger costs a run twice `patience_s` at most.
    """

    def __init__(
        self, ledger: Ledger, *, warn: Callable[[str], None], patience_s: float = 5
    ) -> None:
        self._patience = patience(patience_s)
        self._ledger, self._warn = ledger, warn
        self._stages: dict[str, list[StageFinished]] = {}
        self._pending: list[Write] = []
        self._opening: list[Write] = []
        self._behind = False
        # Chunks may end in several threads.
        self._lock = threading.RLock()

    def emit(self, event: Event) -> None:
        """The event is in the ledger, or waits for the end of its chunk."""
        with self._lock:
            if isinstance(event, StageFinished):
                self._stages.setdefault(event.chunk, []).append(event)
                return
            self._take(event)
            if not self._behind or isinstance(event, RunEnded):
                self._flush()

    def close(self) -> None:
        """The ledger is closed."""
        self._ledger.close()

    def _take(self, event: Event) -> None:
        rows = [*stage_writes(self._stages.pop(getattr(event, "chunk", ""), [])), *writes(event)]
        self._pending += rows
        if isinstance(event, RunStarted | PlanReady):
            self._opening += rows

    def _flush(self) -> None:
        try:
            self._store()
        except (SQLAlchemyError, OSError, ValueError, TypeError) as error:
            self._fall_behind(error)

    def _store(self) -> None:
        try:
            self._patience(_write, self._ledger, self._pending)
        except SQLAlchemyError as error:
            if not is_corrupt(error):
                raise
            replace_corrupt(self._ledger, self._warn)
            self._patience(_write, self._ledger, [*self._opening, *self._pending])
        self._pending = []

    def _fall_behind(self, error: BaseException) -> None:
        if not self._behind:
            cause = getattr(error, "orig", None) or error
            self._warn(
                f"the ledger {self._ledger.location} refuses ({cause}): the run goes on, "
                "what it sees is kept and tried once more at its end"
            )
        self._behind = True


def _write(ledger: Ledger, pending: Sequence[Write]) -> None:
    with ledger.writing() as connection:
        _execute(connection, pending)


def _execute(connection: Connection, pending: Sequence[Write]) -> None:
    for _, group in groupby(pending, key=lambda write: id(write.statement)):
        same = list(group)
        statement = for_dialect(same[0].statement, connection.dialect.name)
        connection.execute(statement, [dict(write.values) for write in same])


class _Unrecorded:
    """A sink for a run whose ledger could not be opened."""

    def emit(self, event: Event) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing was open."""
