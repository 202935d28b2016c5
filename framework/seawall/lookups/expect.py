"""What a lookup must hold to count as an answer; a table that does not is an outage like any other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from seawall.config.lookups import Expect
from seawall.errors import UnavailableError
from seawall.lookups.measures import age, exact, percent
from seawall.shown import shown

__all__ = ["Clock", "held_to", "holes", "newest", "same_in_a_row", "unchanged"]


@dataclass(frozen=True, slots=True)
class Clock:
    """What ages are measured from: `as_of` for the data's own times, `now` for those of its carrier.

    Times without a zone are in `zone`.
    """

    as_of: datetime
    now: datetime
    zone: tzinfo = UTC


def held_to(
    expect: Expect,
    table: pa.Table,
    *,
    dated: datetime | None,
    carried: datetime | None,
    clock: Clock,
) -> None:
    """The table has enough rows and is fresh enough, or UnavailableError says what it lacks.

    `dated` is when its rows say that they are from, `carried` what the file or the server says.
    """
    least = 1 if expect.min_rows is None else expect.min_rows  # min_rows: 0 allows an empty table
    if table.num_rows < least:
        raise UnavailableError(
            "too few rows", seen=f"{table.num_rows:,} rows", allowed=f"at least {least:,}"
        )
    if expect.max_staleness is None:
        return
    if dated is None and expect.as_of_column is not None:
        raise _untold(f"the column {shown(expect.as_of_column)}")
    if dated is None and carried is None:
        raise _untold("the source")
    old = clock.as_of - dated if dated is not None else clock.now - (carried or clock.now)
    if old > expect.max_staleness:
        raise UnavailableError(
            "stale rows", seen=f"{age(old)} old", allowed=f"at most {age(expect.max_staleness)}"
        )


def _untold(who: str) -> UnavailableError:
    return UnavailableError("nobody knows how old the rows are", seen=f"{who} does not say")


def holes(expect: Expect, table: pa.Table) -> dict[str, str]:
    """The columns with a larger share of nulls than they may have, each with what was seen."""
    found = {}
    for name, allowed in expect.max_null_share.items():
        if name not in table.column_names or not table.num_rows:
            continue
        nulls = _null_count(table.column(name))
        if nulls > exact(allowed) * table.num_rows:
            seen, most = percent(nulls / table.num_rows), percent(allowed)
            found[name] = f"{seen} of {shown(name)} is null, at most {most} may be"
    return found


def _null_count(column: pa.ChunkedArray) -> int:
    if pt.is_floating(column.type):
        nulls: int = pc.sum(column.is_null(nan_is_null=True)).as_py() or 0
        return nulls
    count: int = column.null_count
    return count


def newest(column: pa.ChunkedArray, zone: tzinfo) -> datetime | None:
    """The latest time in the column, aware; None when there is none, or when its values are no times.

    Text is read as ISO timestamps; a date counts from its end, since its rows are of the whole day.
    """
    if pt.is_date(column.type):
        latest = pc.max(column).as_py()
        return None if latest is None else datetime.combine(latest, time.max, tzinfo=zone)
    if not pt.is_timestamp(column.type):
        column = _times(column)
    latest = (
        None if column is None else pc.max(column.cast(_micro(column.type), safe=False)).as_py()
    )
    if latest is None:
        return None
    aware: datetime = latest if latest.tzinfo else latest.replace(tzinfo=zone)
    return aware


def _micro(type_: Any) -> pa.DataType:
    return pa.timestamp("us", tz=type_.tz)


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """ISO text as timestamps, with or without a zone."""
    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pt.is_string(column.type) or pt.is_large_string(column.type)):
        return None
    for type_ in (pa.timestamp("us"), pa.timestamp("us", tz="UTC")):
        try:
            return column.cast(type_)
        except pa.ArrowInvalid:
            continue
    return None


def same_in_a_row(content: str, earlier: Sequence[str]) -> int:
    """How many batches published last had the very same content; `earlier` has the newest first."""
    return sum(1 for _ in itertools.takewhile(content.__eq__, earlier))


def unchanged(most: int, same: int) -> UnavailableError | None:
    """What is said of content that the `most` batches published last had, too; None for less."""
    if same < most:
        return None
    return UnavailableError(
        "unchanged content",
        seen=f"byte for byte that of the {most} batches published last",
        allowed=f"the same content in fewer than {most} batches",
    )
