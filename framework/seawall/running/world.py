"""What the steps of a run have at hand."""

from __future__ import annotations

from dataclasses import dataclass

from seawall.reads.reader import Reader
from seawall.running.deadline import Deadline
from seawall.running.order import Order
from seawall.running.tell import Teller

__all__ = ["World"]


@dataclass(frozen=True, slots=True)
class World:
    """What was ordered, who is told, who reads upstreams, and when the run's time is up."""

    order: Order
    teller: Teller
    reader: Reader
    deadline: Deadline
