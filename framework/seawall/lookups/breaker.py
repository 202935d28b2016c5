"""Upstreams that were down again and again are left alone for a while.

A breaker counts runs, not calls: a run that could not reach the upstream, after all its attempts, is
one failure. pybreaker counts calls within a process, and what it keeps elsewhere it overwrites
without looking; of several runs that begin when a breaker is half open, each would probe.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import urlsplit

from seawall.config.lookups import CircuitBreaker
from seawall.config.references import resolve
from seawall.config.sources import FilesSource, HttpSource, PythonSource, SourceSection, SqlSource

__all__ = ["LEASE", "BreakerState", "Breakers", "admission", "counted", "identity_of"]

LEASE = timedelta(minutes=10)
"""How long a probe may take before another run may probe: its own run may have been killed."""


class Breakers(Protocol):
    """What earlier runs found out about upstreams."""

    def refusal(self, identity: str, label: str, breaker: CircuitBreaker, now: datetime) -> str:
        """Why the upstream is not asked now; '' when it is."""
        ...

    def record(
        self,
        identity: str,
        label: str,
        breaker: CircuitBreaker,
        now: datetime,
        *,
        available: bool,
    ) -> None:
        """This run's outcome is counted, once a run."""
        ...


@dataclass(frozen=True, slots=True)
class BreakerState:
    """Failed runs in a row; `until` is set while the breaker is open.

    Behind `until` it is half open: one run probes, `probe_run`, and has the right to until
    `probe_until`.
    """

    failures: int = 0
    until: datetime | None = None
    probe_run: str = ""
    probe_until: datetime | None = None

    def name(self, now: datetime) -> Literal["closed", "open", "half-open"]:
        """The state by its usual name."""
        if self.until is None:
            return "closed"
        return "open" if now < self.until else "half-open"


def admission(
    state: BreakerState, breaker: CircuitBreaker, now: datetime, run_id: str
) -> tuple[str, BreakerState]:
    """Why the run may not ask ('' when it may), and the state that must stand for that to hold."""
    if state.until is None:
        return "", state
    # A clock that jumped back must not keep a breaker open for longer than was declared.
    until = min(state.until, now + breaker.open_for)
    if now < until:
        words = f"circuit breaker open until {until:%Y-%m-%d %H:%M:%S %Z}"
        return f"{words}, after {state.failures} failed runs", replace(state, until=until)
    probing = state.probe_until is not None and now < state.probe_until <= now + LEASE
    if probing and state.probe_run != run_id:
        return f"circuit breaker half open, run {state.probe_run} is the probe", state
    return "", replace(state, until=until, probe_run=run_id, probe_until=now + LEASE)


def counted(
    state: BreakerState, breaker: CircuitBreaker, now: datetime, *, available: bool
) -> BreakerState:
    """The state after a run's outcome: a success closes, too many failures in a row open."""
    if available:
        return BreakerState()
    failures = state.failures + 1
    opens = state.until is not None or failures >= breaker.failure_threshold
    return BreakerState(failures, now + breaker.open_for if opens else None)


def identity_of(section: SourceSection, env: Mapping[str, str]) -> str:
    """A digest of the upstream's address: equal in every pipeline that reads it, of no secret."""
    return hashlib.sha256(json.dumps(_address(section, env)).encode()).hexdigest()[:16]


def _address(section: SourceSection, env: Mapping[str, str]) -> list[str]:
    if isinstance(section, SqlSource | HttpSource):
        parts = urlsplit(resolve(section.url, env))
        return [section.type, parts.scheme, parts.netloc.rpartition("@")[2], parts.path]
    if isinstance(section, FilesSource):
        endpoint = section.storage.get("endpoint_url", "")
        return ["files", section.path, resolve(endpoint, env)]
    if isinstance(section, PythonSource):
        return [section.type, section.use]
    return [section.type, json.dumps(section.model_dump(mode="json", by_alias=True).get("with"))]
