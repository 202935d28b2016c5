"""What a batch that is scored to its end looks like, for the batches that come after it."""

from __future__ import annotations

from seawall.running.fold import Fold
from seawall.running.staged import Staged
from seawall.sinks.files.described import Described

__all__ = ["described"]


def described(staged: Staged, fold: Fold, run_id: str) -> Described:
    """The rows of all chunks, those that no fallback served and the others apart."""
    return Described(
        batch=staged.plan.context.batch,
        run_id=run_id,
        live=fold.live_profile,
        degraded=fold.degraded_profile,
        model=staged.plan.fingerprint["model"],
        features=staged.workspace.shapes()[1].features,
    )
