"""A source read within a deadline, tried again where that may help."""

from seawall.reads.values import Read, Terms, Unread

__all__ = ["Read", "Terms", "Unread"]
