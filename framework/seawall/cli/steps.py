"""Which columns each step of a pipeline needs and makes, for people and for machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seawall.config.load import LoadedConfig

__all__ = ["lines", "listed"]


def lines(loaded: LoadedConfig, batch: str) -> list[str]:
    """A line for each step; none where nothing says which columns are read."""
    from seawall.plan.learn import columns_of_steps
    from seawall.plan.make import context_of

    context = context_of(loaded.config, batch, now=lambda: datetime.now(UTC))
    return [str(step) for step in columns_of_steps(loaded, context)]


def listed(loaded: LoadedConfig) -> list[dict[str, Any]]:
    """The same as values, for a batch of today's date."""
    from seawall.plan.learn import columns_of_steps
    from seawall.plan.make import context_of

    now = datetime.now(UTC)
    context = context_of(loaded.config, now.date().isoformat(), now=lambda: now)
    return [asdict(step) for step in columns_of_steps(loaded, context)]
