"""Foreign code and network calls in a process that can be killed, whatever they hang in."""

from seawall.isolation.isolation import Isolation
from seawall.isolation.reply import Answered, Died, Reply, Stopped, TimedOut

__all__ = ["Answered", "Died", "Isolation", "Reply", "Stopped", "TimedOut"]
