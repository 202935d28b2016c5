"""Whether what a pipeline has published is what it says, and what can be built anew from its log."""

from seawall.fsck.examine import examine, examine_batch
from seawall.fsck.problem import Problem

__all__ = ["Problem", "examine", "examine_batch"]
