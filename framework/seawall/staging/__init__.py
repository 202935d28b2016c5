"""What a run keeps before it publishes: the plan, its finished chunks and their receipts."""

from seawall.staging.shapes import NO_SHAPES, Shapes
from seawall.staging.workspace import OUTCOMES, PROFILE, REPLAYED, SPOOL, Workspace

__all__ = ["NO_SHAPES", "OUTCOMES", "PROFILE", "REPLAYED", "SPOOL", "Shapes", "Workspace"]
