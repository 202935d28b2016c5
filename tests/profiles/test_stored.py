"""Profiles survive being stored, and what is no profile is refused by name."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.profiles import (
    Profile,
    Shape,
    from_json,
    measure,
    packed,
    shapes_of,
    to_json,
    unpacked,
)

NUMBERS = st.lists(st.floats(width=64) | st.sampled_from([0.1, 2.0]), max_size=30)
WORDS = st.lists(st.none() | st.sampled_from(["a", "é:1", ""]), max_size=30)
SHAPES = {
    "x": Shape("ordered", (-1.0, 0.1, 2.0)),
    "w": Shape("ordered"),
    "c": Shape("categorical", vocabulary=("a", "b")),
}
BY = {"c": ("a",)}


def profile_of(numbers: list[float], words: list[str | None]) -> Profile:
    """The profile of a table of these, whose columns need not be equally long, by segments."""
    columns = {"x": numbers, "w": numbers}
    frame = pd.DataFrame({name: pd.Series(v, dtype="float64") for name, v in columns.items()})
    return measure(frame.join(pd.Series(words, dtype="str", name="c"), how="outer"), SHAPES, BY)


def big() -> Profile:
    """A profile of everything: a grid, tails, atoms, registers, words."""
    rng = np.random.default_rng(6)
    values = np.where(rng.random(20_000) < 0.01, -999.5, rng.lognormal(size=20_000))
    frame = pd.DataFrame({"x": values, "w": values, "c": rng.choice(["a", "z"], 20_000)})
    return measure(frame, SHAPES)


@settings(max_examples=60)
@given(numbers=NUMBERS, words=WORDS)
def test_packed(numbers: list[float], words: list[str | None]) -> None:
    """A packed profile comes back through JSON as it was, bit for bit."""
    whole = profile_of(numbers, words)

    assert unpacked(json.loads(json.dumps(packed(whole), allow_nan=False)), SHAPES) == whole


def test_packed_sketches() -> None:
    """Registers, tails and frequent values come back too, in less than 12 kB a column."""
    whole = big()
    stored = json.dumps(packed(whole))

    assert unpacked(json.loads(stored), SHAPES) == whole
    assert len(stored) < 3 * 12_000


@settings(max_examples=60)
@given(numbers=NUMBERS, words=WORDS)
def test_documents(numbers: list[float], words: list[str | None]) -> None:
    """A document says the same when it was read; only its different values are no longer told apart."""
    whole = profile_of(numbers, words)
    document = json.loads(json.dumps(to_json(whole), allow_nan=False))
    found = from_json(document)

    assert json.loads(json.dumps(to_json(found))) == document
    assert packed(found)["columns"]["x"]["cells"] == packed(whole)["columns"]["x"]["cells"]
    assert found.columns["x"].moments == whole.columns["x"].moments
    assert found.columns["x"].distinct.count == whole.columns["x"].distinct.count


def test_a_document_is_packed() -> None:
    """What was read from a document and packed again still knows how many values there are."""
    read = from_json(to_json(big()))

    assert unpacked(packed(read), SHAPES) == read


def test_a_document_adds_up() -> None:
    """What was read from a document can be added to what was measured."""
    whole = big()
    both = from_json(json.loads(json.dumps(to_json(whole)))) + whole

    assert both.columns["x"].cells.tolist() == (2 * whole.columns["x"].cells).tolist()
    assert both.columns["x"].distinct.count == whole.columns["x"].distinct.count


JUNK = [None, -1, 1.5, "x", [], {}, True, math.nan, 2**80, [1], {"a": 1}, "AAAA", "eJwDAAAAAAE="]


def places(stored: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is a value in a document."""
    inside = stored.items() if isinstance(stored, dict) else enumerate(stored[:3])
    below = [(*here, key) for key, value in inside if value is not None]
    deeper = [(*here, key) for key, value in inside if isinstance(value, (dict, list))]
    children = [place for at in deeper for place in places(stored[at[-1]], at)]
    return below + children


@pytest.mark.parametrize("way", ["packed", "json"])
def test_edited_by_hand(way: str) -> None:
    """Whatever is put anywhere, the profile is refused with a ValueError, or agrees with itself."""
    whole = profile_of([0.1, 2.0, 7.0, -3.0, math.inf], ["a", None, "b", "z", "z"])
    good = packed(whole) if way == "packed" else to_json(whole)
    refused = 0
    for place in places(good):
        for junk in JUNK:
            stored = copy.deepcopy(good)
            holder = stored
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = junk
            try:
                found = unpacked(stored, SHAPES) if way == "packed" else from_json(stored)
            except ValueError:
                refused += 1
            else:
                assert (found + found).summary() is not None
    assert refused > 500


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (("moments", "count"), 7, "moments of 7 values"),
        (("moments", "m2"), -1.0, "m2 -1.0"),
        (("moments", "mean"), "nan", "the mean nan"),
        (("moments", "min"), 99.0, "values from 99.0 to"),
        (("moments", "max"), None, "values without a range"),
        (("rows",), 3, "20,000 values in 3 rows"),
        (("nulls",), -1, "-1 where a count is"),
        (("gaps",), [1], "1 gaps for 3 grid points"),
        (("grid",), [1.0, "nan", 3.0], "nan in its grid"),
        (("points",), {"3": 1}, "index 3 is out of bounds"),
        (("below",), {"16320": 1}, "a bucket that is none"),
        (("above",), {}, "above the grid"),
        (("atoms",), {"word": 5}, "the frequent value 'word'"),
        (("atoms",), {str(n): 5 for n in range(33)}, "33 frequent values"),
        (("kind",), "colour", "kind"),
        (("vocabulary",), ["a"], "a vocabulary"),
    ],
)
def test_each_figure_is_held(place: tuple[str, ...], value: Any, problem: str) -> None:
    """A figure that does not fit the others is refused, by column and fault."""
    document = to_json(big())
    holder = document["columns"]["x"]
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value

    with pytest.raises(ValueError, match=f"column x: .*{problem}"):
        from_json(document)


def test_what_is_refused_is_named() -> None:
    """The message says which column is wrong, and how."""
    document = to_json(big())
    document["columns"]["x"]["gaps"][1] += 1
    with pytest.raises(ValueError, match=r"column x: .*values"):
        from_json(document)
    with pytest.raises(ValueError, match="column x: no shape"):
        unpacked(packed(big()), {"w": SHAPES["w"]})
    with pytest.raises(ValueError, match="column x: 7 counts for a shape of 3"):
        unpacked(packed(big()), {**SHAPES, "x": Shape("ordered", (1.0,))})


def test_shapes_survive() -> None:
    """A grid that was chosen from data is the same grid after a document."""
    values = np.random.default_rng(7).normal(size=5_000)
    frame = pd.DataFrame({"x": values, "t": pd.Timestamp("2024") + pd.to_timedelta(values, "D")})
    whole = measure(frame, shapes_of(frame))
    found = from_json(json.loads(json.dumps(to_json(whole))))

    assert {n: c.shape for n, c in found.columns.items()} == shapes_of(frame)
