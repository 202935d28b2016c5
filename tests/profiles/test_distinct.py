"""Different values: exact while few, close when many, and the same for any chunking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.profiles import Distinct, Shape, measure
from seawall.profiles.distinct import distinct_of
from seawall.profiles.hashing import hash_numbers, hash_words


def different(values: object, shape: Shape | None = None) -> Distinct:
    """What a column's profile says of its different values."""
    found = measure(pd.DataFrame({"a": values}), {"a": shape or Shape("ordered")})
    return found.columns["a"].distinct


@pytest.mark.parametrize("many", [100, 4_096, 4_097, 5_500, 30_000])
def test_any_chunking(many: int) -> None:
    """Whether chunks are few or many, and whatever order they are in, the union is the same, bit for bit."""
    values = np.random.default_rng(many).permutation(np.arange(many) / 8).repeat(3)
    shape = Shape("ordered", (0.0, 10.0, 11.0))
    parts = [different(part, shape) for part in np.array_split(values, 7)]
    forward, backward = sum(parts, Distinct()), sum(reversed(parts), Distinct())

    assert forward == backward == different(values, shape)
    assert forward.exact == (many <= 4_096)
    assert forward.count == pytest.approx(many, rel=0 if forward.exact else 0.03)


@pytest.mark.parametrize("many", [4_200, 10_000, 40_000, 80_000, 300_000])
@pytest.mark.parametrize(
    "made",
    [
        lambda i: i.astype(float),
        lambda i: i / 100,
        lambda i: 1.3569e9 + 60.0 * i,
        lambda i: np.ldexp(1.0, i % 2000 - 1000) * (1 + 2 * (i // 2000)),
    ],
    ids=["integers", "hundredths", "minutes", "powers of two"],
)
def test_estimate(many: int, made: np.ufunc) -> None:
    """Of any number of values of any pattern the estimate is within four standard errors, 3.25 %."""
    estimates = [distinct_of(hash_numbers(made(np.arange(many) + shift))).count for shift in (0, 7)]

    assert all(abs(found - many) <= 4 * 0.0081 * many for found in estimates)


@given(texts=st.lists(st.text(max_size=40) | st.text("ab", max_size=900), max_size=20, unique=True))
def test_texts(texts: list[str]) -> None:
    """Different texts have different hashes, and each the same one wherever it stands."""
    hashes = hash_words(pa.array(texts, pa.large_string())).tolist()
    alone = [hash_words(pa.array(["x", text], pa.string()).slice(1)).tolist()[0] for text in texts]

    assert len(set(hashes)) == len(texts)
    assert alone == hashes


def test_many_texts() -> None:
    """Texts that differ in one digit are counted as well as numbers."""
    texts = [f"customer {number}" for number in range(20_000)]

    assert different(texts, Shape("text")).count == pytest.approx(20_000, rel=0.0325)


def test_hashes_are_for_ever() -> None:
    """A stored sketch can be added to: the hashes of a release are those of the next."""
    assert hash_numbers(np.array([0.0, -0.0, 1.5])).tolist() == [0, 0, 9_826_234_843_501_278_960]
    assert hash_words(pa.array(["", "EWR", "a long text of words"])).tolist() == [
        *(3_757_283_512_211_960_930, 944_845_431_460_150_719, 12_151_341_514_485_455_403)
    ]
