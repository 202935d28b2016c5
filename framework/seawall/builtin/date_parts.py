"""What a calendar and a clock show of a timestamp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from seawall.contracts import StageDeclaration
from seawall.shown import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DateParts"]

_ATTRIBUTES = {"weekday": "day_of_week", "dayofyear": "day_of_year"}


class DateParts:
    """A column `<prefix><part>` for each part, float64, null where the timestamp is.

    Weekdays count from 0 on Mondays, weeks are ISO 8601's. Parts are those of the clock in
    `timezone`; without it, of the column's own. `prefix` is the column's name and `_` unless given.
    TypeError for a column that holds no timestamps, or has no zone that could be left for another.
    """

    def __init__(
        self,
        *,
        column: str,
        parts: list[
            Literal[
                "year", "quarter", "month", "week", "day", "dayofyear", "weekday", "hour", "minute"
            ]
        ],
        timezone: str | None = None,
        prefix: str | None = None,
    ) -> None:
        start = f"{column}_" if prefix is None else prefix
        self._column, self._names = column, {part: f"{start}{part}" for part in parts}
        self._zone = None if timezone is None else _zone(timezone)
        self.__seawall__ = StageDeclaration(needs=(column,), adds=tuple(self._names.values()))

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the parts behind its columns."""
        times = self._local(frame[self._column])
        return frame.assign(**{name: _part(times, part) for part, name in self._names.items()})

    def _local(self, times: pd.Series[Any]) -> pd.Series[Any]:
        import pandas as pd

        if not pd.api.types.is_datetime64_any_dtype(times.dtype):
            raise TypeError(f"the column {shown(self._column)} is {times.dtype}: no timestamps")
        if self._zone is None:
            return times
        if getattr(times.dtype, "tz", None) is None:
            raise TypeError(
                f"the column {shown(self._column)} has no time zone to convert from: declare one under "
                f"validate.columns.{self._column}.timezone"
            )
        local: pd.Series[Any] = times.dt.tz_convert(self._zone)
        return local


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"no time zone {shown(name)}: America/New_York, UTC, …") from None


def _part(times: pd.Series[Any], part: str) -> pd.Series[Any]:
    shown: pd.Series[Any]
    if part == "week":
        shown = times.dt.isocalendar().week
    else:
        shown = getattr(times.dt, _ATTRIBUTES.get(part, part))
    return shown.astype("float64")
