"""Columns that stages and the model make have one type in all chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.contracts import Made
from seawall.errors import SoftwareError
from seawall.shown import shown
from seawall.stages.laws import ANY_CATEGORY, same_type

__all__ = ["Alike"]

_TODO = "give it one type whatever the rows, nulls or none: .astype at the end of the stage"


@dataclass(slots=True)
class Alike:
    """The columns that were made of the rows so far, and of which chunk each type is known."""

    _known: dict[str, tuple[Made, str]] = field(default_factory=dict)

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
