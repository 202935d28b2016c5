"""How many retries all reads of a run may make together."""

from __future__ import annotations

import threading

__all__ = ["Budget"]


class Budget:
    """Retries that are left to a run; None for as many as the reads' own terms allow."""

    def __init__(self, retries: int | None = None) -> None:
        self._left = retries
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether there was one left; it is now taken."""
        with self._lock:
            if self._left is None:
                return True
            self._left -= 1
            return self._left >= 0
