"""Circuit breakers as the ledger keeps them: changed only on top of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from seawall.config.lookups import CircuitBreaker
from seawall.contracts import EventSink
from seawall.errors import StorageError
from seawall.events import BreakerChanged
from seawall.ledger.open import Ledger, open_ledger
from seawall.ledger.tables import breakers
from seawall.lookups.breaker import BreakerState, admission, counted

__all__ = ["BreakerRow", "LedgerBreakers", "breakers_in", "known_breakers", "reset_breaker"]

_TRIES = 20
"""Runs that change the same breaker at the same moment give way to each other so often."""


@dataclass(frozen=True, slots=True)
class BreakerRow:
    """A breaker: `identity` is a digest of the upstream's address, `label` what a file calls it."""

    identity: str
    label: str
    state: BreakerState
    version: int


class LedgerBreakers:
    """The breakers of one run. A ledger that refuses leaves them closed: they only save time."""

    def __init__(
        self, ledger: Ledger, run_id: str, *, events: EventSink, warn: Callable[[str], None]
    ) -> None:
        self._ledger, self._run_id = ledger, run_id
        self._events, self._warn = events, warn

    def refusal(self, identity: str, label: str, breaker: CircuitBreaker, now: datetime) -> str:
        """Why the upstream is not asked now; '' when it is."""

        def admitted(state: BreakerState) -> tuple[str, BreakerState]:
            return admission(state, breaker, now, self._run_id)

        return self._changed(identity, label, now, admitted)

    def record(
        self,
        identity: str,
        label: str,
        breaker: CircuitBreaker,
        now: datetime,
        *,
        available: bool,
    ) -> None:
        """This run's outcome is counted."""

        def after(state: BreakerState) -> tuple[str, BreakerState]:
            return "", counted(state, breaker, now, available=available)

        self._changed(identity, label, now, after)

    def _changed(
        self,
        identity: str,
        label: str,
        now: datetime,
        change: Callable[[BreakerState], tuple[str, BreakerState]],
    ) -> str:
        """What the change says, once its state stands or nothing had to change."""
        try:
            for _ in range(_TRIES):
                row = _read(self._ledger, identity) or BreakerRow(
                    identity, label, BreakerState(), 0
                )
                words, state = change(row.state)
                if state == row.state or _put(self._ledger, row, state, label or row.label):
                    self._tell(row, state, now)
                    return words
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            self._warn(f"the circuit breakers cannot be read or kept: {cause}")
        return ""

    def _tell(self, row: BreakerRow, state: BreakerState, now: datetime) -> None:
        before, after = row.state.name(now), state.name(now)
        if before != after:
            self._events.emit(
                BreakerChanged(
                    run_id=self._run_id,
                    at=now,
                    source=row.label or row.identity,
                    state=after,
                    failures=state.failures,
                    until=state.until,
                )
            )


@contextmanager
def breakers_in(
    location: str, run_id: str, events: EventSink, warn: Callable[[str], None]
) -> Iterator[LedgerBreakers | None]:
    """The breakers that the ledger keeps; None where it cannot be opened, and `warn` is told."""
    try:
        ledger = open_ledger(location, warn=warn)
    except StorageError as error:
        warn(f"the circuit breakers are not kept: {error}")
        yield None
        return
    try:
        yield LedgerBreakers(ledger, run_id, events=events, warn=warn)
    finally:
        ledger.close()


def known_breakers(ledger: Ledger) -> list[BreakerRow]:
    """Every breaker that ever counted a failure, by label."""
    with ledger.reading() as connection:
        rows = connection.execute(select(breakers).order_by(breakers.c.label)).mappings().all()
    return [_row(dict(row)) for row in rows]


def reset_breaker(ledger: Ledger, identity: str) -> None:
    """The breaker is closed, and its failures are forgotten."""
    with ledger.writing() as connection:
        connection.execute(delete(breakers).where(breakers.c.identity == identity))


def _read(ledger: Ledger, identity: str) -> BreakerRow | None:
    wanted = select(breakers).where(breakers.c.identity == identity)
    with ledger.engine.connect() as connection:
        found = connection.execute(wanted).mappings().first()
    return None if found is None else _row(dict(found))


def _row(found: dict[str, Any]) -> BreakerRow:
    names = ("failures", "until", "probe_run", "probe_until")
    state = BreakerState(**{name: found[name] for name in names})
    return BreakerRow(found["identity"], found["label"], state, found["version"])


def _put(ledger: Ledger, row: BreakerRow, state: BreakerState, label: str) -> bool:
    """Whether the state stands: nobody changed the breaker since it was read."""
    values = {**asdict(state), "label": label, "version": row.version + 1}
    try:
        with ledger.writing() as connection:
            if not row.version:
                connection.execute(insert(breakers).values(identity=row.identity, **values))
                return True
            mine = (breakers.c.identity == row.identity) & (breakers.c.version == row.version)
            return connection.execute(update(breakers).where(mine).values(**values)).rowcount == 1
    except IntegrityError:  # another run was the first to write it
        return False
