"""Which upstreams a run may ask, and which were there: told to their circuit breakers, once a run."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from seawall.config.lookups import CircuitBreaker, Lookup
from seawall.lookups.breaker import identity_of
from seawall.running.order import Order

__all__ = ["Admissions"]


@dataclass(slots=True)
class Admissions:
    """Asks the breaker of an upstream once, however many lookups and chains read it.

    Lookups without a `circuit_breaker` are always admitted, and never counted. Threads may share it.
    """

    order: Order
    _refusals: dict[str, str] = field(default_factory=dict)
    _outcomes: dict[str, tuple[str, CircuitBreaker, bool]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self, name: str, lookup: Lookup) -> str:
        """Why the upstream is not asked; '' when it is."""
        breakers, breaker = self.order.breakers, lookup.circuit_breaker
        if breakers is None or breaker is None:
            return ""
        identity = identity_of(lookup, self.order.env)
        with self._lock:
            if identity not in self._refusals:
                refusal = breakers.refusal(identity, name, breaker, self.order.now())
                self._refusals[identity] = refusal
            return self._refusals[identity]

    def saw(self, name: str, lookup: Lookup, *, available: bool) -> None:
        """The upstream was there, or was not; one failure is enough for a run that failed."""
        if self.order.breakers is None or lookup.circuit_breaker is None:
            return
        identity = identity_of(lookup, self.order.env)
        with self._lock:
            *_, so_far = self._outcomes.get(identity, (True,))
            self._outcomes[identity] = name, lookup.circuit_breaker, so_far and available

    def settle(self) -> None:
        """The breakers know what the run saw."""
        if self.order.breakers is not None:
            for identity, (name, breaker, available) in self._outcomes.items():
                now = self.order.now()
                self.order.breakers.record(identity, name, breaker, now, available=available)
