"""Batches that are named by their first and last."""

from __future__ import annotations

import pytest

from seawall.config.ranges import batches_of
from seawall.errors import UsageError

RANGES = {
    "2013-12-30..2014-01-01": ("2013-12-30", "2013-12-31", "2014-01-01"),
    "20131230..20140101": ("20131230", "20131231", "20140101"),
    "2013-W52..2014-W02": ("2013-W52", "2014-W01", "2014-W02"),
    "2013-11..2014-02": ("2013-11", "2013-12", "2014-01", "2014-02"),
    "2011..2013": ("2011", "2012", "2013"),
    "2013-07-01..2013-07-01": ("2013-07-01",),
    "any.name": ("any.name",),
}


@pytest.mark.parametrize(("text", "keys"), RANGES.items())
def test_keys_of_a_range(text: str, keys: tuple[str, ...]) -> None:
    """Days, weeks, months and years follow each other, both ends included."""
    assert batches_of([text]) == keys


def test_each_once_in_order() -> None:
    """Batches that are named twice count once, where they stand first."""
    assert batches_of(["b", "2013..2014", "2014", "b"]) == ("b", "2013", "2014")


@pytest.mark.parametrize(
    "text",
    [
        *("a..b", "..", "2013-07-01..", "2013-07-02..2013-07-01", "2013-06-31..2013-07-01"),
        *("2013..2013-07", "1000-01-01..2013-01-01", "2013-07-01..x", "0000..0001"),
    ],
)
def test_no_range(text: str) -> None:
    """Anything else is a usage error that shows how a range is written."""
    with pytest.raises(UsageError, match=r"2013-01-01\.\.2013-06-30"):
        batches_of([text])


def test_no_key() -> None:
    """A batch that is named alone must be a key."""
    with pytest.raises(UsageError, match="not a batch key"):
        batches_of(["a/b"])
