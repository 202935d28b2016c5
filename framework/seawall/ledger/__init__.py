"""The ledger: an index of runs for people and for history; never the record of what is published."""

from seawall.ledger.open import Ledger, LedgerVersionError, existing_ledger, open_ledger
from seawall.ledger.read import durations, row_counts, run, runs
from seawall.ledger.record import Recorder, recorder
from seawall.ledger.rows import (
    ChunkRow,
    LookupRow,
    NoteRow,
    ReasonRow,
    RehearsalRow,
    RunDetail,
    RunRow,
    SeenRange,
    StageRow,
)

__all__ = [
    "ChunkRow",
    "Ledger",
    "LedgerVersionError",
    "LookupRow",
    "NoteRow",
    "ReasonRow",
    "Recorder",
    "RehearsalRow",
    "RunDetail",
    "RunRow",
    "SeenRange",
    "StageRow",
    "durations",
    "existing_ledger",
    "open_ledger",
    "recorder",
    "row_counts",
    "run",
    "runs",
]
