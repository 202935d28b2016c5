"""Which of an upstream's columns are asked for, held to those that it has."""

from __future__ import annotations

from collections.abc import Sequence

from seawall.errors import DataError
from seawall.names import did_you_mean
from seawall.shown import listed, shown

__all__ = ["wanted"]


def wanted(columns: Sequence[str] | None, there: Sequence[str], where: str = "") -> tuple[str, ...]:
    """The columns to read, each once, None being all; DataError for one that isn't there once."""
    for column in columns or ():
        if column not in there:
            raise DataError(
                f"a column is missing: {shown(column)}",
                where,
                seen=f"the columns {listed(there)}",
                allowed=f"a column {shown(column)}",
                todo=did_you_mean(column, there) or "mend the upstream, or what is asked of it",
            )
    chosen = tuple(there if columns is None else dict.fromkeys(columns))
    doubled = sorted({column for column in chosen if list(there).count(column) > 1})
    if doubled:
        raise DataError(
            f"several columns of one name: {', '.join(map(repr, doubled))}",
            where,
            seen=f"the columns {listed(there)}",
            allowed="one column a name",
            todo="give them names of their own (… AS …)",
        )
    return chosen
