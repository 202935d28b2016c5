"""One chunk through the five stages, in whichever worker it runs."""

from seawall.chunk.again import Again, compute_again
from seawall.chunk.reported import sources_of
from seawall.chunk.score import left_out, score, score_piece
from seawall.chunk.stages import Passed, passed
from seawall.stages.provenance import DEGRADED

__all__ = [
    "DEGRADED",
    "Again",
    "Passed",
    "compute_again",
    "left_out",
    "passed",
    "score",
    "score_piece",
    "sources_of",
]
