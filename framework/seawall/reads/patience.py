"""The terms of a read: what the file declares, with the usual ones where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from seawall.config.sources import Patience, Retry
from seawall.reads.values import Terms

__all__ = ["LOOKUP", "PRIMARY", "terms_of"]

LOOKUP = Terms(attempt_timeout_s=60.0, deadline_s=300.0)
PRIMARY = Terms(attempt_timeout_s=3_600.0, deadline_s=7_200.0)


def terms_of(patience: Patience, usual: Terms) -> Terms:
    """The effective terms; where only one of the two times is declared, the other gives way to it."""
    attempt, deadline = _seconds(patience.attempt_timeout), _seconds(patience.deadline)
    terms = replace(usual, bounded=not (attempt is None and deadline is None))
    if deadline is not None:
        within = min(usual.attempt_timeout_s, deadline)
        terms = replace(terms, deadline_s=deadline, attempt_timeout_s=within)
    if attempt is not None:
        terms = replace(terms, attempt_timeout_s=attempt)
    if deadline is None:
        terms = replace(terms, deadline_s=max(terms.deadline_s, terms.attempt_timeout_s))
    return terms if patience.retry is None else _with_retry(terms, patience.retry)


def _with_retry(terms: Terms, retry: Retry) -> Terms:
    terms = replace(terms, max_attempts=retry.max_attempts)
    if retry.backoff is None:
        return terms
    return replace(
        terms,
        initial_s=retry.backoff.initial.total_seconds(),
        multiplier=retry.backoff.multiplier,
        max_wait_s=retry.backoff.max.total_seconds(),
        jitter=retry.backoff.jitter == "full",
    )


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()
