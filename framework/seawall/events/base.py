"""Something that happens in a run."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

__all__ = ["Event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run."""

    run_id: str
    at: datetime

    @property
    def name(self) -> str:
        """The event's name as logs spell it: words with blanks between."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", type(self).__name__).lower()

    def values(self) -> dict[str, Any]:
        """The event's own fields, in order, without the run and the time."""
        own = (f.name for f in fields(self) if f.name not in {"run_id", "at"})
        return {name: getattr(self, name) for name in own}
