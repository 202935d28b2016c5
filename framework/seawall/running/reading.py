"""The reader of a run, for as long as it has sources to read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from seawall.reads.reader import Reader
from seawall.running.order import Order
from seawall.running.tell import Teller
from seawall.running.world import World

__all__ = ["reading"]


@contextmanager
def reading(order: Order, teller: Teller) -> Iterator[World]:
    """The world with a reader within; no process of the reader is left behind."""
    yield World(order, teller, Reader(order.env, teller.tell))
