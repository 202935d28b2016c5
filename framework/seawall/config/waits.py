"""Times that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.lookups import LastKnownGood
from seawall.config.models import PipelineConfig
from seawall.config.places import Places
from seawall.config.sources import Patience

__all__ = ["wait_faults"]

Time = tuple[KeyPath, timedelta]


def wait_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Times that are none, and waits that are longer than what they are part of."""
    drill: Time = ("drill", "deadline"), config.drill.deadline
    for path, time in [*_times(config), *_run_deadline(config), drill]:
        if not time:
            todo = "leave it out, or give it some time"
            yield Fault(places.value(path), dotted(path), "no time at all", "0 seconds", todo=todo)
    for path, patience in _patient(config):
        yield from _backoff(path, patience, places)
    yield from _longer_than_the_run(config, places)


def _patient(config: PipelineConfig) -> Iterator[tuple[KeyPath, Patience]]:
    yield ("ingest", "primary"), config.ingest.primary
    for name, lookup in config.ingest.lookups.items():
        yield ("ingest", "lookups", name), lookup


def _reads(config: PipelineConfig) -> Iterator[Time]:
    """How long reads of upstreams may take."""
    for path, patience in _patient(config):
        for key in ("attempt_timeout", "deadline", "wait_for"):
            time = getattr(patience, key, None)
            if time is not None:
                yield (*path, key), time


def _times(config: PipelineConfig) -> Iterator[Time]:
    """Every time of the section `ingest` that may not be zero."""
    yield from (found for found in _reads(config) if found[0][-1] != "wait_for")
    for name, lookup in config.ingest.lookups.items():
        path: KeyPath = ("ingest", "lookups", name)
        if lookup.circuit_breaker is not None:
            yield (*path, "circuit_breaker", "open_for"), lookup.circuit_breaker.open_for
        for number, link in enumerate(lookup.fallback):
            if isinstance(link, LastKnownGood):
                at = (*path, "fallback", number, "last_known_good", "max_age")
                yield at, link.last_known_good.max_age


def _run_deadline(config: PipelineConfig) -> Iterator[Time]:
    if config.limits.run_deadline is not None:
        yield ("limits", "run_deadline"), config.limits.run_deadline


def _backoff(path: KeyPath, patience: Patience, places: Places) -> Iterator[Fault]:
    backoff = patience.retry.backoff if patience.retry is not None else None
    if backoff is not None and backoff.initial > backoff.max:
        at = (*path, "retry", "backoff", "initial")
        allowed = f"at most max, {_words(backoff.max)}"
        what = "the first wait is above the longest"
        yield Fault(places.value(at), dotted(at), what, _words(backoff.initial), allowed)


def _longer_than_the_run(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    for _, whole in _run_deadline(config):
        for path, time in _reads(config):
            if time > whole:
                what = f"{path[-1]} is longer than the whole run may take"
                allowed = f"at most limits.run_deadline, {_words(whole)}"
                yield Fault(places.value(path), dotted(path), what, _words(time), allowed)


def _words(time: timedelta) -> str:
    return f"{time.total_seconds():g} s"
