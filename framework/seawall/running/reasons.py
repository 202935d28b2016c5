"""Why rows left for quarantine, and which tests warned: told once a run, with a few of the rows."""

from __future__ import annotations

from seawall.events import RowsQuarantined, RowsWarned
from seawall.running.fold import Fold
from seawall.running.tell import Teller

__all__ = ["tell_reasons"]


def tell_reasons(teller: Teller, fold: Fold) -> None:
    """One event a reason was emitted, of all chunks that were added so far."""
    for kind, counts in ((RowsQuarantined, fold.quarantined), (RowsWarned, fold.warned)):
        for reason, rows in counts.items():
            shown = tuple(one for one in fold.examples if one.reason == reason)
            teller.tell(kind, reason=reason, rows=rows, examples=shown)
