"""What a run says, with the run's name and the time on every event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from seawall.contracts import EventSink
from seawall.errors import SeawallError
from seawall.events import ChunkFailed, ChunkFinished, ChunkRetried, Event, StageFinished
from seawall.outcome import ChunkReport
from seawall.secrets import Redaction

__all__ = ["Teller"]


@dataclass(frozen=True, slots=True)
class Teller:
    """Emits events of one run, without a secret in them."""

    run_id: str
    sink: EventSink
    now: Callable[[], datetime]
    redaction: Redaction = field(default_factory=Redaction)

    def tell(self, kind: type[Event], **values: Any) -> None:
        """An event of this kind was emitted."""
        said = {name: self.redaction.value(value) for name, value in values.items()}
        self.sink.emit(kind(run_id=self.run_id, at=self.now(), **said))

    def chunk(self, report: ChunkReport, *, reused: bool) -> None:
        """The chunk's stages and its end were emitted; of a reused chunk its end alone."""
        for stage in () if reused else report.stages:
            self.tell(
                StageFinished,
                chunk=report.chunk,
                stage=stage.stage,
                rows_in=stage.rows_in,
                rows_out=stage.rows_out,
                seconds=stage.seconds,
                seen=stage.seen,
            )
        self.tell(
            ChunkFinished,
            chunk=report.chunk,
            account=report.account,
            filtered=report.filtered,
            quarantined=report.quarantined,
            seconds=report.seconds,
            reused=reused,
        )

    def failed(self, chunk: str, error: SeawallError) -> None:
        """A chunk's failure was emitted."""
        self.tell(ChunkFailed, chunk=chunk, error=type(error).__name__, message=str(error))

    def retried(self, chunk: str, reason: str) -> None:
        """A chunk's second attempt was emitted."""
        self.tell(ChunkRetried, chunk=chunk, reason=reason)
