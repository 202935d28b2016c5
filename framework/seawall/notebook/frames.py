"""Frames as people hand them over: what stands in them can be told apart by name and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from seawall.config.near import did_you_mean
from seawall.errors import UsageError
from seawall.profiles.shape import Kind
from seawall.shown import listed, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["chosen", "frame_of", "hold_known", "kinds_of"]


def frame_of(given: Any, where: str) -> pd.DataFrame:
    """The frame; UsageError for another thing, for names that are no text, or that stand twice."""
    import pandas as pd

    if not isinstance(given, pd.DataFrame):
        seen, allowed = type(given).__name__, "a pandas DataFrame, or a seawall Profile"
        raise UsageError("no frame", where, seen, allowed)
    odd = [name for name in given.columns if not isinstance(name, str)]
    if odd:
        seen, todo = shown(odd[0]), "frame.rename(columns=str)"
        raise UsageError("a column's name that is no text", where, seen, "texts", todo)
    twice = given.columns[given.columns.duplicated()].unique()
    if len(twice):
        todo = "rename or drop one of each"
        raise UsageError("columns of one name", where, listed(twice), "each name once", todo)
    return given


def kinds_of(kinds: Mapping[str, Kind] | None, names: Iterable[str]) -> dict[str, Kind]:
    """The kinds; UsageError for one that there is not, and for a column that nothing has."""
    if not isinstance(kinds, Mapping | None):
        raise UsageError("no kinds", "kinds", shown(kinds), "kinds={'dest_id': 'categorical'}")
    hold_known(kinds or (), names, "kinds")
    for name, kind in (kinds or {}).items():
        if kind not in get_args(Kind):
            where = f"kinds[{name!r}]"
            raise UsageError("an unknown kind", where, shown(kind), listed(get_args(Kind)))
    return dict(kinds or {})


def chosen(
    columns: Iterable[str] | None, names: Iterable[str], kinds: Mapping[str, Kind]
) -> list[str]:
    """The columns that are asked for (None: all), keys left out; UsageError for one that is not there."""
    if isinstance(columns, str) or not isinstance(columns, Iterable | None):
        allowed = f"[{columns!r}]" if isinstance(columns, str) else "columns=['fee', 'town']"
        raise UsageError("no list of columns", "columns", shown(columns), allowed)
    wanted = list(names) if columns is None else list(dict.fromkeys(columns))
    hold_known(wanted, names, "columns")
    return [name for name in wanted if kinds.get(name) != "key"]


def hold_known(wanted: Iterable[object], names: Iterable[str], where: str) -> None:
    """UsageError unless all that is wanted are columns; `where` is what names them."""
    known = list(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            what, todo = "a column that is not there", did_you_mean(name, known)
            raise UsageError(what, where, shown(name), listed(known), todo)
