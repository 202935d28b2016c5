"""The gate on the columns of the whole batch: values of another type, and new ones."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.config.models import PipelineConfig
from seawall.contracts import Account
from seawall.errors import HeldError
from seawall.gate import Totals, Verdict, judge
from seawall.profiles import Profile


def verdict(columns: dict[str, dict[str, Any]], **counted: Any) -> Verdict:
    """What the gate says of 100 rows of these columns."""
    config = PipelineConfig.model_validate(
        {
            "pipeline": "p",
            "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
            "validate": {"columns": columns},
            "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
            "publish": {"type": "files", "path": "out"},
        }
    )
    empty: dict[str, Any] = {"filtered": {}, "quarantined": {}, "warned": {}, "nulls": {}}
    return judge(
        config, Totals(Account(120, 100, 0, 20), **empty, profile=Profile(0, {}), **counted)
    )


def test_conversions_are_told_once() -> None:
    """One finding a way in which values got their type, with its columns; it holds nothing."""
    told = {"a: float64 from text": 9, "b: float64 from text": 1, "a: null from 'NA'": 2}
    found = verdict({"a": {"dtype": "float64"}, "b": {"dtype": "float64"}}, conversions=told)

    assert [(f.check, f.severity, f.column) for f in found.findings] == [
        ("conversion", "ok", None),
        ("conversion", "ok", "a"),
    ]
    assert found.findings[0].message == "float64 from text: 10 values: a 9, b 1"


@pytest.mark.parametrize(("count", "held"), [(0, False), (10, False), (11, True)])
def test_share_of_new_values(count: int, *, held: bool) -> None:
    """New values hold the result above their share of the rows that stay, and not at it."""
    contract = {"dtype": "string", "one_of": ["x"], "max_new_share": "10%"}
    found = verdict({"c": contract}, foreign={"c": count} if count else {})

    assert isinstance(found.error, HeldError) == held


def test_the_most_frequent_new_values_are_named() -> None:
    """The finding shows three new values at most, the most frequent first, with what they look like."""
    foreign = {"c": 60, "c: 'a'": 1, "c: 'X' is 'x' in another case": 40, "c: 'b'": 2, "c: 'd'": 17}
    contract = {"dtype": "string", "one_of": ["x"], "max_new_share": "1%"}
    (finding,) = verdict({"c": contract}, foreign=foreign).findings

    assert finding.check == "new share"
    assert finding.seen == "60 of 100 rows: 'X' is 'x' in another case 40, 'd' 17, 'b' 2"
