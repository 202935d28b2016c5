"""The columns of a chunk, or of everything that was added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.profiles.column import ColumnProfile
from seawall.shown import line, shown

__all__ = ["Profile"]

Segments = Mapping[str, Mapping[str, "Profile"]]


@dataclass(frozen=True, slots=True)
class Profile:
    """The rows, each column's profile, and the same rows by the values of declared columns.

    `segments` holds for each such column a profile a value; the rows with any other value, or none,
    are those of the segment "".
    """

    rows: int
    columns: Mapping[str, ColumnProfile]
    segments: Segments = field(default_factory=dict)

    def __add__(self, other: Profile) -> Profile:
        """The profile of both; a column or segment that only one of them has is taken as it is.

        Raises ValueError, with the column's name, where the two count it by different shapes.
        """
        if not isinstance(other, Profile):
            return NotImplemented
        columns = dict(self.columns)
        for name, column in other.columns.items():
            columns[name] = _added(name, columns[name], column) if name in columns else column
        segments = {name: dict(parts) for name, parts in self.segments.items()}
        for name, parts in other.segments.items():
            mine = segments.setdefault(name, {})
            for value, part in parts.items():
                mine[value] = mine[value] + part if value in mine else part
        return Profile(self.rows + other.rows, columns, segments)

    def __radd__(self, other: object) -> Profile:
        """The profile itself behind the 0 that sum() begins with."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def merge(self, other: Profile) -> Profile:
        """The profile of both: what + says, as a method."""
        if not isinstance(other, Profile):
            raise TypeError(f"merge takes a Profile, not {shown(other)}")
        return self + other

    def summary(self) -> dict[str, dict[str, float | int | str | None]]:
        """The figures that people read, by column."""
        return {name: column.summary() for name, column in self.columns.items()}

    def __str__(self) -> str:
        """A table: how many rows, then a line a column."""
        from seawall.profiles.table import table

        return table(self)


def _added(name: str, first: ColumnProfile, second: ColumnProfile) -> ColumnProfile:
    try:
        return first + second
    except ValueError as error:
        todo = "measure one with like= the other: seawall.profile(frame, like=…)"
        raise ValueError(f"column {line(name)}: {error}; {todo}") from None
