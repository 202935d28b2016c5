"""Columns that stages and the model make have one type in all chunks that one code has made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.contracts import Made
from seawall.errors import SoftwareError
from seawall.shown import listed, shown
from seawall.stages.laws import ANY_CATEGORY, same_type

__all__ = ["Alike"]

_TODO = "give it one type whatever the rows, nulls or none: .astype at the end of the stage"


@dataclass(slots=True)
class Alike:
    """The columns that were made of the rows so far, and of which chunk each type is known.

    The chunks of a version that a replay adds rows to were held to each other when they were made, by
    the code of then: of those only the types are kept, to say what has changed.
    """

    _known: dict[str, tuple[Made, str]] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)

    def add_earlier(self, made: Mapping[str, Made]) -> None:
        """The columns of a chunk of the version that a replay adds rows to are known."""
        self._before |= {name: column.dtype for name, column in made.items()}

    @property
    def changed(self) -> str:
        """What the columns were in the earlier version and are now; '' where nothing is different."""
        names = dict.fromkeys([*self._before, *self._known]) if self._before and self._known else ()
        pairs = ((name, *self._both(name)) for name in names)
        return listed(
            f"{shown(name)} {was} is now {is_}"
            for name, was, is_ in pairs
            if not same_type(was, is_)
        )

    def _both(self, name: str) -> tuple[str, str]:
        known = self._known.get(name)
        return self._before.get(name, "absent"), "absent" if known is None else known[0].dtype

    def add(self, chunk: str, made: Mapping[str, Made]) -> None:
        """The chunk's columns are known; SoftwareError where one differs. One without rows has none."""
        for name in dict.fromkeys([*made, *self._known]) if made and self._known else ():
            one, other = self._known.get(name), made.get(name)
            if one is None or other is None or not same_type(one[0].dtype, other.dtype):
                raise _differ(name, one or self._first(), (other, chunk))
        for name, column in made.items():
            if name not in self._known or column.dtype != ANY_CATEGORY:
                self._known[name] = (column, chunk)

    def _first(self) -> tuple[None, str]:
        return None, next(iter(self._known.values()))[1]


def _differ(name: str, *seen: tuple[Made | None, str]) -> SoftwareError:
    by = next(made.by for made, _ in seen if made is not None)
    types = [
        f"{'no such column' if made is None else made.dtype} in chunk {chunk}"
        for made, chunk in seen
    ]
    return SoftwareError(
        f"the column {shown(name)} is not the same in all chunks",
        by,
        " and ".join(types),
        "one type in all chunks, however the batch is cut",
        _TODO,
    )
