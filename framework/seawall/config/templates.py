"""`{batch}` in paths and in `as_of`, and batch keys themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from seawall.config.faults import Fault
from seawall.config.near import did_you_mean
from seawall.config.places import Places
from seawall.config.scalars import NAME_PATTERN
from seawall.config.yaml import scalar
from seawall.errors import UsageError

__all__ = ["batch_key", "batch_warnings", "fill", "is_zone", "time_faults"]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# what pandas, pyarrow and YAML 1.1 read as something else, beyond YAML 1.2's own numbers
_NUMERIC = re.compile(r"[0-9]+(?:_[0-9]+)+|nan|inf|infinity|none|na|n|y|yes|no|on|off")
# one key of each kind that people name batches by: a day, a month, a year, a week
_KEYS = ("2013-07-01", "20130701", "2013-07", "2013", "2013-W27")


def fill(template: str, batch: str) -> str:
    """The template with the batch's key in place of each `{batch}`."""
    return template.replace("{batch}", batch)


def batch_key(batch: str) -> str:
    """The batch's key as it was given; UsageError where it is no name."""
    if not re.fullmatch(NAME_PATTERN.strip("^$"), batch):
        allowed = "up to 64 letters, digits, `.`, `_` and `-`, the first a letter or a digit"
        raise UsageError("not a batch key", "--batch", repr(batch), allowed)
    return batch


def batch_warnings(batch: str) -> tuple[str, ...]:
    """What readers of a partitioned folder would make of the key other than itself."""
    if isinstance(scalar(batch.lower()), str) and not _NUMERIC.fullmatch(batch.lower()):
        return ()
    what = f"readers of a folder batch={batch} may take {batch} for a number or a truth value"
    return (f"{what}; a key such as 2013-07-01 stays text",)


def time_faults(as_of: str | None, timezone: str | None, places: Places) -> Iterator[Fault]:
    """What is wrong with `timezone` and with `as_of`, once a batch's key stands in it."""
    if timezone is not None and not is_zone(timezone):
        todo = did_you_mean(timezone, available_timezones())
        allowed = "an IANA name, such as America/New_York"
        yield Fault(
            places.value(("timezone",)),
            "timezone",
            "no such time zone",
            repr(timezone),
            allowed,
            todo,
        )
    if as_of is not None:
        yield from _as_of_faults(as_of, timezone is not None, places)


def _as_of_faults(as_of: str, zoned: bool, places: Places) -> Iterator[Fault]:  # noqa: FBT001 - a fact
    place, seen = places.value(("as_of",)), repr(as_of)
    unknown = [name for name in _PLACEHOLDER.findall(as_of) if name != "batch"]
    times = [time for key in _KEYS if (time := _time(fill(as_of, key))) is not None]
    if unknown:
        what = f"unknown placeholder {{{unknown[0]}}}"
        yield Fault(place, "as_of", what, seen, "{batch}")
    elif not times:
        allowed = 'an ISO timestamp, such as "{batch}T23:59:59-05:00"'
        yield Fault(place, "as_of", "no time once {batch} is a date", seen, allowed)
    elif not zoned and all(time.tzinfo is None for time in times):
        todo = "add the offset (-05:00), or `timezone:` at the top of the file"
        yield Fault(place, "as_of", "a time without a time zone", seen, todo=todo)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_zone(name: str) -> bool:
    """Whether the database of time zones has the name."""
    try:
        ZoneInfo(name)
    except (
        OSError,
        ValueError,
        KeyError,
    ):  # a folder, a path outside the database, an unknown name
        return False
    return True
