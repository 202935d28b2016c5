"""Foreign code and network calls in a process that can be killed, whatever they hang in."""

from seawall.isolation.reply import Answered, Died, Reply, Stopped, TimedOut

__all__ = ["Answered", "Died", "Reply", "Stopped", "TimedOut"]
