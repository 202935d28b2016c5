"""`{batch}`, `as_of`, `timezone` and batch keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seawall.config.faults import Fault
from seawall.config.load import batch_key, batch_warnings, fill
from seawall.errors import UsageError


def test_fill_replaces_every_placeholder() -> None:
    """Each `{batch}` becomes the key."""
    assert fill("a/{batch}/b-{batch}", "2013-07-01") == "a/2013-07-01/b-2013-07-01"


@pytest.mark.parametrize("key", ["01", "1e5", "true", "NaN", "0x1F", "1_000", "7", "null", "no"])
def test_keys_that_readers_change_are_warned_of(key: str) -> None:
    """A key that a reader takes for a number or a truth value has a warning that names it."""
    assert key in batch_warnings(key)[0]


@pytest.mark.parametrize("key", ["2013-07-01", "2013-W27", "east", "v1.2.3", "a"])
def test_keys_that_stay_text_are_fine(key: str) -> None:
    """Dates and names are no cause for a warning."""
    assert batch_warnings(key) == ()


@pytest.mark.parametrize("key", ["", ".", "..", "a/b", "-a", "a b", "a" * 65, "a\n", "ä"])
def test_what_is_no_name_is_no_key(key: str) -> None:
    """A key becomes a folder's name, so anything but a plain name is refused."""
    with pytest.raises(UsageError):
        batch_key(key)


@pytest.mark.parametrize(
    "text",
    [
        'as_of: "{batch}T23:59:59-05:00"',
        'as_of: "{batch}T23:59:59Z"',
        'as_of: "2013-07-01T00:00:00+00:00"',
        'as_of: "{batch}-01T00:00:00Z"',
        'as_of: "{batch}T23:59:59"\ntimezone: America/New_York',
        'as_of: "{batch}"\ntimezone: UTC',
    ],
)
def test_times_with_a_zone_are_taken(changed: Callable[..., tuple[Fault, ...]], text: str) -> None:
    """An aware timestamp, or a local one in a declared zone, for any usual kind of key."""
    assert changed("pipeline: flights", f"pipeline: flights\n{text}") == ()


@pytest.mark.parametrize(
    ("text", "path", "what"),
    [
        ('as_of: "{batch}T23:59:59"', "as_of", "without a time zone"),
        ('as_of: "{batch}"', "as_of", "without a time zone"),
        ("as_of: yesterday", "as_of", "no time"),
        ('as_of: "{day}T00:00:00Z"', "as_of", "unknown placeholder {day}"),
        ("timezone: America/New_Yrok", "timezone", "no such time zone"),
        ("timezone: America", "timezone", "no such time zone"),
        ("timezone: ../../etc/passwd", "timezone", "no such time zone"),
    ],
)
def test_times_without_a_meaning_are_faults(
    changed: Callable[..., tuple[Fault, ...]], text: str, path: str, what: str
) -> None:
    """A time that names no instant, or a zone that isn't one, is refused at its place."""
    (fault,) = changed("pipeline: flights", f"pipeline: flights\n{text}")

    assert fault.path == path
    assert what in fault.what


def test_paths_take_the_batch_and_nothing_else(changed: Callable[..., tuple[Fault, ...]]) -> None:
    """Another placeholder in a path is refused."""
    (fault,) = changed("path: predictions/flights", "path: 'predictions/{run}'")

    assert (fault.what, fault.allowed) == ("unknown placeholder {run}", "{batch}")
