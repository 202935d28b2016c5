"""The plain values that pass between the parts of a run, and the protocols that an extension meets."""

from seawall.contracts.declared import StageDeclaration, declaration_of, stage
from seawall.contracts.made import Made
from seawall.contracts.upstream import (
    Caps,
    ChunkedSource,
    ChunkRef,
    Failure,
    Fragment,
    Refused,
    Request,
    Rows,
    Source,
    Span,
)
from seawall.contracts.values import (
    Account,
    Context,
    Example,
    Finding,
    LogEntry,
    Scalar,
    Severity,
    StoredFile,
)
from seawall.contracts.work import (
    Cause,
    EventSink,
    Executor,
    Predictor,
    WorkerDeath,
)

__all__ = [
    "Account",
    "Caps",
    "Cause",
    "ChunkRef",
    "ChunkedSource",
    "Context",
    "EventSink",
    "Example",
    "Executor",
    "Failure",
    "Finding",
    "Fragment",
    "LogEntry",
    "Made",
    "Predictor",
    "Refused",
    "Request",
    "Rows",
    "Scalar",
    "Severity",
    "Source",
    "Span",
    "StageDeclaration",
    "StoredFile",
    "WorkerDeath",
    "declaration_of",
    "stage",
]
