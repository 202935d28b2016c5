"""Frames and profiles brought to the same counts, so that one can be held against the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from seawall.errors import UsageError
from seawall.notebook.frames import frame_of
from seawall.profiles import Profile, measure
from seawall.profiles.shape import Kind, Shape
from seawall.profiles.shaping import shape_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Look", "Measured", "common_shapes", "look_of", "measured", "without_keys"]

Look: TypeAlias = Union["pd.DataFrame", Profile]

_SAMPLE = 10_000
"""Rows of each frame that a grid is made from, where several frames share it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A frame or a profile by common shapes, and the names of all the columns that it has.

    `otherwise` says of the columns that a profile counts by another shape which one that is.
    """

    profile: Profile
    names: tuple[str, ...]
    otherwise: Mapping[str, Shape]


def look_of(given: Any, where: str) -> Look:
    """The profile, or the frame if its columns can be told apart; UsageError for another thing."""
    return given if isinstance(given, Profile) else frame_of(given, where)


def without_keys(look: Look, kinds: Mapping[str, Kind]) -> Look:
    """The look without the columns that are called keys."""
    if not isinstance(look, Profile):
        return look[[name for name in look.columns if kinds.get(name) != "key"]]
    kept = {name: column for name, column in look.columns.items() if kinds.get(name) != "key"}
    return Profile(look.rows, kept)


def common_shapes(looks: Sequence[Look], kinds: Mapping[str, Kind]) -> dict[str, Shape]:
    """How each column is counted: as in the first profile that has it, else by the frames' values.

    The values are those of all frames in which the column has the dtype that it has in the first.
    """
    shapes: dict[str, Shape] = {}
    for look in looks:
        if isinstance(look, Profile):
            shapes = {name: column.shape for name, column in look.columns.items()} | shapes
    frames = [look for look in looks if not isinstance(look, Profile)]
    for name in dict.fromkeys(name for frame in frames for name in frame.columns):
        if name not in shapes:
            shapes[name] = shape_of(_sample(name, frames), kinds.get(name))
    _hold_kinds(shapes, kinds)
    return shapes


def measured(look: Look, shapes: Mapping[str, Shape]) -> Measured:
    """The look by these shapes; columns without one are left out."""
    if not isinstance(look, Profile):
        known = {name: shapes[name] for name in look.columns if name in shapes}
        return Measured(measure(look, known), tuple(look.columns), {})
    there = {name: column for name, column in look.columns.items() if name in shapes}
    alike = {name: column for name, column in there.items() if column.shape == shapes[name]}
    otherwise = {name: column.shape for name, column in there.items() if name not in alike}
    return Measured(Profile(look.rows, alike), tuple(look.columns), otherwise)


def _sample(name: str, frames: Iterable[pd.DataFrame]) -> pd.Series[Any]:
    """The column's values: all of them if one frame has it, else some from all over each frame."""
    import pandas as pd

    columns: list[pd.Series[Any]] = [frame[name] for frame in frames if name in frame]
    alike = [column for column in columns if column.dtype == columns[0].dtype]
    if len(alike) > 1:
        alike = [column.iloc[:: len(column) // _SAMPLE + 1] for column in alike]
    sample: pd.Series[Any] = pd.concat(alike)
    return sample


def _hold_kinds(shapes: Mapping[str, Shape], kinds: Mapping[str, Kind]) -> None:
    for name, kind in kinds.items():
        if name in shapes and shapes[name].kind != kind:
            where, seen = f"kinds[{name!r}]", f"{kind}, and a profile that counts {shapes[name]}"
            raise UsageError("two kinds of one column", where, seen, shapes[name].kind)
