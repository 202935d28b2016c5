"""What a run keeps before it publishes: the plan, its finished chunks and their receipts."""

from seawall.staging.workspace import OUTCOMES, SPOOL, Workspace

__all__ = ["OUTCOMES", "SPOOL", "Workspace"]
