"""Files that come while a batch is scored: its plan has pinned the list of them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from seawall.errors import InputChangedError
from seawall.plan import Plan
from seawall.shown import listed
from seawall.sources.files import matching

__all__ = ["refuse_arrivals"]


@runtime_checkable
class _Listed(Protocol):
    """A source that is every file that matches a glob."""

    pattern: str


def refuse_arrivals(plan: Plan) -> None:
    """No file has come since the plan was made, or InputChangedError: a part is not published as the whole.

    One that was changed or is gone was noticed when it was read; it may be cleared away afterwards.
    """
    if not isinstance(plan.source, _Listed):
        return
    planned = {fragment.path for fragment in plan.fragments}
    new = [path for path in matching(plan.source.pattern) if path not in planned]
    if new:
        raise InputChangedError(
            "a file has come since the run began",
            plan.source.pattern,
            f"{len(planned):,} files when planned, and now also {listed(new)}",
            "files that are all there when the run begins",
            "run again when the writer is done; let it say so with wait_for, or write elsewhere and rename",
        )
