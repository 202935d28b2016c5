"""A source read within a deadline, tried again where that may help."""

from seawall.reads.budget import Budget
from seawall.reads.failing import error_of
from seawall.reads.patience import LOOKUP, PRIMARY, terms_of
from seawall.reads.reader import Reader
from seawall.reads.values import Read, Terms, Unread

__all__ = [
    "LOOKUP",
    "PRIMARY",
    "Budget",
    "Read",
    "Reader",
    "Terms",
    "Unread",
    "error_of",
    "terms_of",
]
