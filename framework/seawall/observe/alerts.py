"""Alerts: somebody is told how a run ended."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from seawall.config.models import Alert
from seawall.config.scalars import EnvRef
from seawall.events import AlertFailed, Event, RunEnded
from seawall.ledger.plain import plain
from seawall.observe.delivery import DeliveryError, post, run_command
from seawall.observe.words import degraded_words

__all__ = ["AlertSink", "message_of", "occasions_of"]

_TIMEOUT = timedelta(seconds=5)
# What a person interrupted or a scheduler retries at once is no occasion.
_OCCASIONS = {
    "held": "held",
    "stopped": "failed",
    "failed": "failed",
    "published": "published",
    "released": "published",
}


class AlertSink:
    """Tells each alert's address once a run, all at once, and waits no longer than their timeouts.

    An alert that fails becomes an AlertFailed, handed to `failed`; the run's outcome is what it was.
    `resolve` gives the text of an address; commands are run in `folder`.
    """

    def __init__(
        self,
        alerts: Sequence[Alert],
        resolve: Callable[[str | EnvRef], str],
        *,
        failed: Callable[[AlertFailed], None],
        folder: Path | None = None,
    ) -> None:
        self._alerts, self._resolve, self._failed = tuple(alerts), resolve, failed
        self._folder = folder
        self._told: set[tuple[str, int]] = set()

    def emit(self, event: Event) -> None:
        """Whoever wants to know of such an end has been told, or could not be."""
        if not isinstance(event, RunEnded):
            return
        attempts = [
            _Attempt(_address(number, alert), self._delivery(alert, event), _timeout_s(alert))
            for number, alert in enumerate(self._alerts, 1)
            if self._is_due(number, alert, event)
        ]
        for attempt, failure in _deliver_all(attempts):
            fields = {"address": attempt.address, "message": failure}
            self._failed(AlertFailed(run_id=event.run_id, at=datetime.now(UTC), **fields))

    def _is_due(self, number: int, alert: Alert, event: RunEnded) -> bool:
        due = any(word in alert.on for word in occasions_of(event))
        if not due or (event.run_id, number) in self._told:
            return False
        self._told.add((event.run_id, number))
        return True

    def _delivery(self, alert: Alert, event: RunEnded) -> Callable[[], None]:
        body = json.dumps(message_of(event)).encode()
        timeout_s = _timeout_s(alert)

        def deliver() -> None:
            if alert.command is not None:
                run_command(alert.command, body, timeout_s=timeout_s, folder=self._folder)
            elif alert.url is not None:
                post(self._resolve(alert.url), body, timeout_s=timeout_s)

        return deliver


def occasions_of(event: RunEnded) -> tuple[str, ...]:
    """The words that an alert's `on` may list, the most telling first; none when nobody needs to know.

    A degraded batch is published, too: who waits for the data hears of it.
    """
    known = (_OCCASIONS[event.state],) if event.state in _OCCASIONS else ()
    return ("degraded", *known) if "published" in known and event.degraded_rows else known


def message_of(event: RunEnded) -> dict[str, Any]:
    """What is posted; `text` is the sentence that chat tools show."""
    text = f"seawall: {event.pipeline} {event.batch} {event.state} (exit {int(event.exit)})"
    occasions = occasions_of(event)
    if "degraded" in occasions:
        whole = event.account.published
        text += f", degraded {degraded_words(event.degraded_rows, whole, event.degradations)}"
    return {
        "text": f"{text}: {event.message}" if event.message else text,
        "occasion": occasions[0] if occasions else None,
        "run_id": event.run_id,
        "at": event.at.isoformat(),
        **plain(event.values()),
    }


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One alert on its way."""

    address: str
    deliver: Callable[[], None]
    timeout_s: float


def _deliver_all(attempts: Iterable[_Attempt]) -> list[tuple[_Attempt, str]]:
    """The attempts that failed, with the reason; each has ended or is left behind at its timeout."""
    begun = [(attempt, *_begin(attempt)) for attempt in attempts]
    began = time.monotonic()
    failures = []
    for attempt, thread, outcome in begun:
        # Half a second more, so that a killed command can say so itself.
        thread.join(max(0.0, began + attempt.timeout_s + 0.5 - time.monotonic()))
        reason = outcome[0] if outcome else f"no answer within {attempt.timeout_s:g} s"
        if reason:
            failures.append((attempt, reason))
    return failures


def _begin(attempt: _Attempt) -> tuple[threading.Thread, list[str]]:
    outcome: list[str] = []
    # A daemon: a server that drips its answer may hold the thread for ever, but not our exit.
    thread = threading.Thread(target=lambda: outcome.append(_reason(attempt)), daemon=True)
    thread.start()
    return thread, outcome


def _reason(attempt: _Attempt) -> str:
    """Why the attempt failed; empty when it did not."""
    try:
        attempt.deliver()
    except DeliveryError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 an observer's border; the text may quote a secret
        return f"the address could not be resolved ({type(error).__name__})"
    return ""


def _timeout_s(alert: Alert) -> float:
    return (alert.timeout or _TIMEOUT).total_seconds()


def _address(number: int, alert: Alert) -> str:
    kind = "command" if alert.command is not None else "webhook"
    reference = f" {alert.url}" if isinstance(alert.url, EnvRef) else ""
    return f"{kind} {number}{reference}"
