"""Views that a crash left behind, put right: as any command does that touches the batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seawall.errors import SeawallError
from seawall.fsck.examine import examine_batch
from seawall.fsck.problem import Problem, note, of_error
from seawall.fsck.view import BEHIND
from seawall.sinks.files import FilesSink

__all__ = ["redo_views"]


def redo_views(sink: FilesSink, problems: Iterable[Problem]) -> list[Problem]:
    """The problems that are left, once readers of every batch see its newest version.

    A batch with a fault is left as it is, and so is one that somebody works on.
    """
    found = list(problems)
    behind = {one.batch for one in found if one.what == BEHIND}
    faulty = {one.batch for one in found if one.severity == "fault"}
    left = [one for one in found if one.batch not in behind - faulty]
    for batch in sorted(behind - faulty):
        left += _redone(sink, batch)
    return left


def _redone(sink: FilesSink, batch: str) -> Iterator[Problem]:
    try:
        sink.refresh_view(batch)
    except SeawallError as error:
        yield of_error("view", batch, error)
        return
    what = "readers did not see the newest version; now they do"
    yield note("view", batch, what, sink.layout.shown(batch))
    yield from examine_batch(sink, batch)
