"""A reference file: read back as it was written, or refused with one error that says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import DataError
from seawall.profiles import measure, shapes_of
from seawall.references import Reference, read_reference
from seawall.references.figures import UNIT
from seawall.references.packing import seal, written
from seawall.references.reading import MOST_BYTES
from tests.references.orders import frame_of, reference_of

Store = Callable[..., Path]


def test_what_was_written_is_read(stored: Store, reference: Reference) -> None:
    """Every count and every float of every column comes back bit for bit."""
    found = read_reference(stored())

    assert replace(found, past=()) == replace(reference, past=())


def test_the_same_bytes_again(stored: Store) -> None:
    """A reference that was read is written as the same bytes."""
    path = stored()

    assert written(read_reference(path)) == path.read_bytes()


def test_the_past_is_read(stored: Store, reference: Reference) -> None:
    """Figures of the past are off by half a unit at most, and rows by nothing."""
    found = read_reference(stored()).past
    assert [one.batch for one in found] == [one.batch for one in reference.past]

    for read, kept in zip(found, reference.past, strict=True):
        assert read.rows == kept.rows
        assert read.effects["delay"].rows == kept.effects["delay"].rows
        for figure in ("distance", "nulls", "shift", "spread", "top"):
            told = getattr(read.effects["delay"], figure)
            assert told == pytest.approx(getattr(kept.effects["delay"], figure), abs=UNIT / 2)


def test_segments_are_read(stored: Store) -> None:
    """Segments come back with the shapes of the whole."""
    frame = pd.DataFrame({"kind": list("aaabbc") * 20, "paid": np.arange(120.0)})
    profile = measure(frame, shapes_of(frame), {"kind": ("a", "b")})

    found = read_reference(stored(profile=profile, past=(), distinct={})).profile

    assert {v: part.rows for v, part in found.segments["kind"].items()} == {
        "a": 60,
        "b": 40,
        "": 20,
    }
    assert found.segments["kind"]["a"].columns["paid"].cells.sum() == 60


def test_no_sketch_and_no_single_row_leaves(stored: Store) -> None:
    """Neither the rare word, nor the smallest and largest value, nor a hash of any is in the file."""
    frame = pd.concat([frame_of(seed) for seed in range(10)])
    text = stored().read_text()

    assert "telex" not in text
    assert "web" in text
    assert repr(float(frame["delay"].min())) not in text
    assert repr(float(frame["delay"].max())) not in text
    assert "hashes" not in text


def test_a_numeric_column_takes_five_kilobytes_at_most(tmp_path: Path) -> None:
    """Of continuous, whole and skewed numbers, with sixty batches of past."""
    random = np.random.default_rng(3)
    frames = [
        pd.DataFrame(
            {
                "normal": random.normal(1e3, 20.0, 1_000),
                "whole": random.integers(-20, 400, 1_000),
                "skewed": np.exp(random.normal(0.0, 3.0, 1_000)),
            }
        )
        for _ in range(60)
    ]
    shapes = shapes_of(pd.concat(frames))
    parts = [(f"day-{n}", measure(frame, shapes)) for n, frame in enumerate(frames)]
    document = json.loads(written(reference_of(parts)))
    sizes = {
        name: len(json.dumps(column, separators=(",", ":")))
        + len(document["past"]["columns"][name])
        for name, column in document["columns"].items()
    }

    assert max(sizes.values()) <= 5_000


def _sealed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """What a program would write that changes the document and seals it again."""

    def changed(payload: bytes) -> bytes:
        document = json.loads(payload)
        change(document)
        document["sha256"] = seal(document)
        return json.dumps(document).encode()

    return changed


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = to

    return change


DELAY = ("columns", "delay")
REFUSED = {
    "cut off": (lambda b: b[: len(b) // 2], "cut off"),
    "empty": (lambda b: b"", "not a JSON file"),
    "words": (lambda b: b"reference\n", "not a JSON file"),
    "a list": (lambda b: b"[1, 2]", "not a reference"),
    "another document": (lambda b: b'{"version": 1}', "not a reference"),
    "deep": (lambda b: b"[" * 100_000, "not a JSON file"),
    "latin": (lambda b: b.replace(b"orders", b"\xe4rders", 1), "0xE4"),
    "changed": (lambda b: b.replace(b'"rows":400', b'"rows":401', 1), "was changed"),
    "by hand": (
        lambda b: b.replace(b'"pipeline": "orders"', b'"pipeline": "others"'),
        "was changed",
    ),
    "a key twice": (lambda b: b.replace(b"{", b'{"pipeline":"x",', 1), "a key stands twice"),
    "a key of a column twice": (
        lambda b: b.replace(b'"kind":"ordered"', b'"kind":"text","kind":"ordered"', 1),
        "a key stands twice",
    ),
    "without a seal": (lambda b: b.replace(b"sha256", b"sha255"), "was changed"),
    "NaN": (lambda b: b.replace(b'"grid":[', b'"grid":[NaN,', 1), "NaN where a number belongs"),
    "too large a number": (
        lambda b: b.replace(b'"grid":[', b'"grid":[1e999,', 1),
        "not a reference",
    ),
    "of tomorrow": (_sealed(_set("seawall reference", to=2)), "another version"),
    "true for 1": (_sealed(_set("seawall reference", to=True)), "another version"),
    "an unknown key": (_sealed(_set(*DELAY, "colour", to="red")), "columns.delay.colour"),
    "a text for a count": (_sealed(_set(*DELAY, "rows", to="4000")), "columns.delay.rows"),
    "a count below 0": (_sealed(_set(*DELAY, "nulls", to=-1)), "columns.delay.nulls"),
    "a falling grid": (_sealed(_set(*DELAY, "grid", to=[2.0, 1.0])), "columns.delay"),
    "other counts": (_sealed(_set(*DELAY, "at", to=[-3])), "counts"),
    "rows that do not add up": (_sealed(_set(*DELAY, "nulls", to=7)), "add up"),
    "other moments": (_sealed(_set(*DELAY, "moments", "count", to=3)), "moments"),
    "other columns": (_sealed(lambda d: d["columns"].pop("paid")), "schema"),
    "another schema": (_sealed(_set("schema", to="00")), "schema"),
    "no time": (_sealed(_set("created_at", to="yesterday")), "created_at"),
    "a damaged past": (_sealed(_set("past", "columns", "delay", to="AAAA")), "past.columns.delay"),
    "a past of other figures": (_sealed(_set("past", "figures", to=["luck"])), "past.figures"),
}


@pytest.mark.parametrize(("damage", "word"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_refused(stored: Store, damage: Callable[[bytes], bytes], word: str) -> None:
    """One error that names the file, what is wrong with it, and what to do."""
    path = stored()
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(DataError) as raised:
        read_reference(path)

    assert word in str(raised.value)
    assert str(path) in str(raised.value)
    assert raised.value.todo


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The error says how to make one."""
    with pytest.raises(DataError, match="there is no such reference") as raised:
        read_reference(tmp_path / "none.json")

    assert "seawall reference build CONFIG --batch A..B" in raised.value.todo


def test_a_folder(tmp_path: Path) -> None:
    """A folder is no reference."""
    with pytest.raises(DataError, match="a folder"):
        read_reference(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file beyond the cap is refused, whatever is in it."""
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)

    with pytest.raises(DataError, match="too large"):
        read_reference(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=st.floats(0, 1, exclude_max=True),
    damage=st.binary(min_size=1, max_size=4),
    cut=st.booleans(),
)
def test_damaged_bytes_are_refused(
    place: float, damage: bytes, stored: Store, *, cut: bool
) -> None:
    """Whatever bytes are lost or changed: the reference is the same, or it is refused, and nothing else."""
    path = stored()
    payload = path.read_bytes()
    at = int(place * len(payload))
    rest = b"" if cut else payload[at + len(damage) :]
    path.write_bytes(payload[:at] + damage + rest)

    with suppress(DataError):
        assert written(read_reference(path)) == payload


NUMBERS = (
    st.none()
    | st.integers(-10, 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3)
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_documents_that_are_sealed_and_wrong(data: st.DataObject, stored: Store) -> None:
    """Any value in any place of a document with a good seal gives a reference or a DataError."""
    path = stored()
    document = json.loads(path.read_bytes())
    inner = document
    while isinstance(inner, dict | list) and inner:
        keys = list(inner) if isinstance(inner, dict) else list(range(min(len(inner), 5)))
        holder, key = inner, data.draw(st.sampled_from(keys))
        inner = holder[key]
    holder[key] = data.draw(NUMBERS | st.lists(NUMBERS, max_size=2))
    document["sha256"] = seal(document)
    path.write_text(json.dumps(document))

    with suppress(DataError):
        assert isinstance(read_reference(path), Reference)
