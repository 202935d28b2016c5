"""A run: claim the batch, score its chunks, judge the sum, publish or hold."""

from seawall.running.execute import execute
from seawall.running.order import Order, RunResult

__all__ = ["Order", "RunResult", "execute"]
