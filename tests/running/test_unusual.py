"""How long a run took, against those before it."""

from __future__ import annotations

import pytest

from seawall.running.unusual import unusual


@pytest.mark.parametrize(
    ("seconds", "before", "word"),
    [
        (90.0, [30.0] * 7, "longer"),
        (10.0, [30.0] * 7, "shorter"),
        (89.0, [30.0] * 7, ""),
        (90.0, [30.0, 31.0], ""),
        (9.0, [3.0] * 7, ""),
        (90.0, [1.0, 30.0, 80.0], "longer"),
    ],
)
def test_three_times_the_median_or_a_third(seconds: float, before: list[float], word: str) -> None:
    """A warning where it is so, of three runs at least, and not among runs of a few seconds."""
    found = unusual(seconds, before)

    assert [one.severity for one in found] == ["warn"] * bool(word)
    assert all(f"much {word} than usual" in one.message for one in found)
