"""What a run tells the world, one small value an occasion. Every field can be logged as it is."""

from seawall.events.base import (
    Event,
)
from seawall.events.reading import (
    AttemptFailed,
    BreakerChanged,
    InputChanged,
    InputWaited,
    LinkTried,
    LookupRead,
    LookupRehearsed,
    PrimaryRead,
    ReadBegins,
)
from seawall.events.run import (
    AlertFailed,
    PlanReady,
    ReplayBegins,
    ResumeRefused,
    RunEnded,
    RunStarted,
    VersionPublished,
    ViewFailed,
)
from seawall.events.scoring import (
    ChunkFailed,
    ChunkFinished,
    ChunkRetried,
    RepeatsCounted,
    RowsQuarantined,
    RowsWarned,
    RunProfiled,
    ShapesFixed,
    StageFinished,
)

__all__ = [
    "AlertFailed",
    "AttemptFailed",
    "BreakerChanged",
    "ChunkFailed",
    "ChunkFinished",
    "ChunkRetried",
    "Event",
    "InputChanged",
    "InputWaited",
    "LinkTried",
    "LookupRead",
    "LookupRehearsed",
    "PlanReady",
    "PrimaryRead",
    "ReadBegins",
    "RepeatsCounted",
    "ReplayBegins",
    "ResumeRefused",
    "RowsQuarantined",
    "RowsWarned",
    "RunEnded",
    "RunProfiled",
    "RunStarted",
    "ShapesFixed",
    "StageFinished",
    "VersionPublished",
    "ViewFailed",
]
