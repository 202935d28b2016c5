"""Whether what a pipeline has published is what it says, and what can be built anew from its log."""

from seawall.fsck.examine import batches, examine, examine_batch
from seawall.fsck.past import Origin, past
from seawall.fsck.problem import Problem
from seawall.fsck.records import examine_ledger
from seawall.fsck.redo import redo_views

__all__ = [
    "Origin",
    "Problem",
    "batches",
    "examine",
    "examine_batch",
    "examine_ledger",
    "past",
    "redo_views",
]
