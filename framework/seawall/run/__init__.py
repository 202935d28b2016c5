"""A run: claim the batch, score its chunks, judge the sum, publish or hold."""

from seawall.run.execute import execute
from seawall.run.order import Order, RunResult

__all__ = ["Order", "RunResult", "execute"]
