"""JSON read in pieces: the same rows as read at once, wherever the pieces end."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import DataError, UnavailableError
from seawall.sources.json_rows import JsonRows, Shape

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
LEAF = st.none() | st.booleans() | st.integers() | NUMBERS | st.text(max_size=8)
NESTED = st.lists(LEAF, max_size=3) | st.dictionaries(st.text(max_size=3), LEAF, max_size=3)
VALUE = LEAF | NESTED | st.lists(NESTED, max_size=2)
NAMES = st.text("abc", min_size=1, max_size=2)


def rows(payload: bytes, *, size: int = 1 << 16, **paths: str) -> JsonRows:
    """The rows of the document, which is read `size` bytes at a time."""
    shape = Shape(**paths)
    return JsonRows(io.BytesIO(payload), shape, cap=1 << 20, where="here", block=size)


@settings(max_examples=100, deadline=None)
@given(
    found=st.lists(st.dictionaries(st.text(max_size=4), VALUE, max_size=4), max_size=4),
    around=st.dictionaries(NAMES, VALUE, max_size=4),
    size=st.integers(1, 40),
    indent=st.none() | st.integers(0, 3),
    ascii_only=st.booleans(),
)
def test_reads_what_the_json_module_reads(
    found: list[Any], around: dict[str, Any], size: int, indent: int | None, *, ascii_only: bool
) -> None:
    """Any document is read as Python's json module reads it, cut at any byte, also between digits."""
    document = {**around, "data": {"x": 1, "rows": found, "at": [7]}, "next": 12345}
    payload = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()
    expected = json.loads(payload)
    small = rows(payload, size=size, records="data.rows", wanted="next")

    assert list(small) == expected["data"]["rows"]
    assert small.found == 12345


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("path", ["next", "meta.next", "data.next", "data.meta.next"])
def test_wanted_value_is_found_wherever_it_stands(path: str, *, before: bool) -> None:
    """The next page's cursor is found before and behind the rows, within and beside their object."""
    document: dict[str, Any] = {"data": {"rows": [{"a": 1}]}}
    *folders, name = path.split(".")
    place = document
    for folder in folders:
        place = place.setdefault(folder, {})
    place[name] = "abc"
    if before:
        document["data"] = dict(reversed(document["data"].items()))
        document = dict(reversed(document.items()))
    found = rows(json.dumps(document).encode(), records="data.rows", wanted=path)

    assert (list(found), found.found) == ([{"a": 1}], "abc")


def test_wanted_value_that_is_not_there_is_none() -> None:
    """A path that leads nowhere gives None, also where a value stands on its way."""
    found = rows(b'{"rows": [], "meta": 7}', records="rows", wanted="meta.next.page")

    assert (list(found), found.found) == ([], None)


@pytest.mark.parametrize("seed", range(20))
def test_document_with_a_wrong_byte_is_refused_or_valid(seed: int) -> None:
    """A document that lost a byte is refused, or is another document that is valid."""
    payload = json.dumps([{"a": [1, {"b": "x\\u00e9"}], "c": -1.5e3}, {"d": None}]).encode()
    place = random.Random(seed).randrange(len(payload))
    broken = payload[:place] + payload[place + 1 :]
    try:
        expected = json.loads(broken)
    except ValueError:
        expected = None
    try:
        found: Any = list(rows(broken, size=3))
    except UnavailableError:
        found = None

    assert found == (expected if isinstance(expected, list) else None)


def test_large_value_is_refused_before_it_is_whole() -> None:
    """A value that never ends is given up at the cap on a record, not at the end of memory."""

    class Endless:
        taken = 0

        def read(self, size: int) -> bytes:
            """Ever more of the same text."""
            self.taken += size
            return b'[{"k": "' if self.taken == size else b"a" * size

    endless = Endless()
    with pytest.raises(DataError, match=r"caps\.record_bytes: 1,000,000"):
        list(JsonRows(endless, Shape(), cap=1_000_000, where="here"))
    assert endless.taken < 4_000_000


def test_byte_order_mark_is_no_part_of_the_document() -> None:
    """A byte order mark before the document is passed over."""
    assert list(rows(b'\xef\xbb\xbf[{"a": 1}]')) == [{"a": 1}]
