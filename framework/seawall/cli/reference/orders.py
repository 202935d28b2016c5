"""Batches that are scored for a reference, as orders that nobody carries out to the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.config.load import LoadedConfig
    from seawall.running import Order

__all__ = ["orders_of"]


def orders_of(loaded: LoadedConfig, batches: Iterable[str]) -> list[Order]:
    """An order for each batch that is named, ranges among them; UsageError for what names none."""
    from seawall.config.ranges import batches_of
    from seawall.running import Order
    from seawall.running.order import new_run_id

    now = datetime.now(UTC)
    return [Order(loaded, batch, new_run_id(now)) for batch in batches_of(batches)]
