"""Keys are found as a dictionary finds them, whatever their length and however fingerprints collide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.lookups.fingerprints import Part, fingerprints
from seawall.lookups.keys import DoubledKeysError, Keys

SIZES = st.sampled_from([0, 1, 7, 8, 9, 15, 16, 30, 31, 32, 33, 40, 255, 256, 300])
TEXTS = st.builds(lambda size, end: ("x" * size)[: -len(end) or None] + end, SIZES, st.sampled_from(["", "\0", "a", "é", "\0\0"]))  # fmt: skip
KEYS = st.lists(st.tuples(TEXTS, st.integers(-2, 2)), max_size=12)


def columns(keys: Sequence[tuple[str, int]], *, encoded: bool = False) -> list[pa.ChunkedArray]:
    """The keys as two columns."""
    texts = pa.array([key[0] for key in keys], pa.string())
    parts = [
        texts.dictionary_encode() if encoded else texts,
        pa.array([k[1] for k in keys], pa.int64()),
    ]
    return [pa.chunked_array([part]) for part in parts]  # fmt: skip


def colliding(parts: Sequence[Part], seed: int) -> Any:
    """Fingerprints that tell at most two keys apart, until the third seed."""
    numbers = fingerprints(parts, seed)
    return numbers if seed > 2 else np.abs(numbers) % 2


@pytest.mark.parametrize("numbered", [fingerprints, colliding])
@given(theirs=KEYS, ours=KEYS, encoded=st.booleans())
def test_keys_are_found_as_in_a_dictionary(
    numbered: Any, theirs: list[tuple[str, int]], ours: list[tuple[str, int]], *, encoded: bool
) -> None:
    """Each key finds its own row and no other's, also where all fingerprints are alike."""
    rows = {key: row for row, key in enumerate(dict.fromkeys(theirs))}
    keys = Keys(columns(list(rows)), numbered)

    assert keys.rows(columns(ours, encoded=encoded)).tolist() == [rows.get(key, -1) for key in ours]


@pytest.mark.parametrize("numbered", [fingerprints, colliding])
@given(theirs=KEYS)
def test_doubles_are_told_from_collisions(numbered: Any, theirs: list[tuple[str, int]]) -> None:
    """Only keys that are the same are doubled, and their later rows are named."""
    doubled = [row for row, key in enumerate(theirs) if key in theirs[:row]]
    if not doubled:
        Keys(columns(theirs), numbered)
        return
    with pytest.raises(DoubledKeysError) as caught:
        Keys(columns(theirs), numbered)

    assert set(caught.value.rows.tolist()) <= set(doubled)


@given(theirs=st.lists(TEXTS, unique=True, max_size=12), ours=st.lists(TEXTS, max_size=12))
def test_one_text_alone(theirs: list[str], ours: list[str]) -> None:
    """Categories are looked up by their few values, and text by all of its rows, with one result."""
    keys = Keys([pa.chunked_array([pa.array(theirs, pa.string())])])
    asked = pa.array([*ours, None], pa.string())
    wanted = [theirs.index(key) if key in theirs else -1 for key in ours] + [-1]
    found = [keys.rows([pa.chunked_array([way])]) for way in (asked, asked.dictionary_encode())]

    assert [rows.tolist() for rows in found] == [wanted, wanted]


def test_slices_are_read_from_their_own_beginning() -> None:
    """A column that is a slice of a larger one is read where the slice begins."""
    texts = pa.array(["aaaaaaaaa", "bb", "c", "dd"])
    keys = Keys([pa.chunked_array([texts.slice(1, 2)])])

    assert keys.rows([pa.chunked_array([texts.slice(2)])]).tolist() == [1, -1]
