"""Upstreams that were down again and again are left alone for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from seawall.config.lookups import CircuitBreaker

__all__ = ["Breakers"]


class Breakers(Protocol):
    """What earlier runs found out about upstreams."""

    def refusal(self, identity: str, label: str, breaker: CircuitBreaker, now: datetime) -> str:
        """Why the upstream is not asked now; '' when it is."""
        ...

    def record(
        self, identity: str, breaker: CircuitBreaker, now: datetime, *, available: bool
    ) -> None:
        """This run's outcome is counted, once a run."""
        ...
