"""The stages and rules that come with seawall: their laws, what they make, what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.calling import found
from seawall.config.judging import Rule
from seawall.config.named import BUILT_INS, RULES, STAGES, target_of
from seawall.contracts import Context
from seawall.stages.steps import bind
from seawall.testing import check_rule, check_stage

N = 18
FRAME = pd.DataFrame(
    {
        "k": np.arange(N),
        "f": np.where(np.arange(N) % 5 == 0, np.nan, np.arange(N) / 3),
        "f32": np.arange(N, dtype="float32") / 7,
        "i": pd.array([None if n % 7 == 3 else n for n in range(N)], dtype="Int64"),
        "n": np.arange(N, dtype="int64"),
        "s": [None if n % 6 == 2 else "xyz"[n % 3] for n in range(N)],
        "c": pd.Categorical([None if n % 6 == 1 else "uvw"[n % 3] for n in range(N)]),
        "t": pd.date_range("2024-02-27", periods=N, freq="31h", tz="UTC").as_unit("us"),
        "t2": pd.date_range("2024-02-28", periods=N, freq="30h", tz="UTC").as_unit("us"),
        "b": [n % 2 == 0 for n in range(N)],
    }
)
FRAME.loc[4, "t"] = pd.NaT
PARTS = ["year", "quarter", "month", "week", "day", "dayofyear", "weekday", "hour", "minute"]
CASES: list[tuple[str, dict[str, Any]]] = [
    ("select", {"columns": ["f", "s"]}),
    ("rename", {"columns": {"f": "g"}}),
    ("rename", {"columns": {"f": "i", "i": "f"}}),
    ("fill", {"values": {"f": 1, "i": 7, "s": "q", "c": "new", "t": "2024-01-01T00:00:00Z"}}),
    ("clip", {"columns": ["f", "i", "f32"], "min": 2, "max": 5}),
    ("one_hot", {"column": "c", "vocabulary": ["u", "v"], "unseen": "other"}),
    ("one_hot", {"column": "i", "vocabulary": [1, 2], "dtype": "float32"}),
    ("ordinal", {"column": "s", "vocabulary": ["x"], "unknown": -1, "null": -2}),
    ("ordinal", {"column": "c", "vocabulary": ["u", "v", "w"], "into": "c", "null": 9}),
    ("date_parts", {"column": "t", "parts": PARTS, "timezone": "America/New_York"}),
    ("cast", {"columns": {"i": "float64", "n": "int32"}}),
    ("cast", {"columns": {"i": "int32"}, "nulls": "keep"}),
    ("compare", {"left": "t", "relation": "<=", "right": "t2"}),
    ("compare", {"left": "f", "relation": "<", "right": "i", "nulls": "break"}),
    ("compare", {"left": "s", "relation": "!=", "right": "c"}),
    ("present_together", {"columns": ["f", "i", "s"]}),
    ("any_present", {"columns": ["f", "c"]}),
    ("required_if", {"column": "s", "one_of": ["x"], "needs": ["f", "t"]}),
    ("value_in", {"column": "i", "one_of": [1, 2, 3]}),
    ("value_in", {"column": "c", "one_of": ["u"], "nulls": "pass"}),
    ("value_in", {"column": "t", "one_of": ["2024-02-27T00:00:00Z"]}),
]


def made(name: str, frame: pd.DataFrame = FRAME, **parameters: Any) -> Any:
    """What the built-in makes of the frame."""
    group = STAGES if name in BUILT_INS[STAGES] else RULES
    return found(target_of(name, group))(**parameters)(frame)


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_every_built_in_keeps_the_laws(name: str, parameters: dict[str, Any]) -> None:
    """Same bytes for any chunking, no rows, nulls alone, other processes: none makes a difference."""
    check = check_stage if name in BUILT_INS[STAGES] else check_rule

    check(name, FRAME, key="k", **parameters)


def test_every_built_in_is_among_the_cases() -> None:
    """None is left out of the test above."""
    assert {name for name, _ in CASES} == {*BUILT_INS[STAGES], *BUILT_INS[RULES]}


def test_select_keeps_the_key() -> None:
    """The key stands first where it is not listed, and where it was listed otherwise."""
    check_stage("select", FRAME, key="k", columns=["s", "k"])
    context = type("Asked", (), {"key": "k"})()

    assert list(made("select", columns=["s"], context=context)) == ["k", "s"]
    assert list(made("select", columns=["s", "k"], context=context)) == ["s", "k"]


def test_fill_replaces_nulls_alone() -> None:
    """What has a value keeps it; a category learns the new one."""
    filled = made("fill", values={"f": -1.5, "c": "new"})

    assert filled["f"].tolist()[:2] == [-1.5, 1 / 3]
    assert filled["c"].tolist()[:3] == ["u", "new", "w"]
    assert filled["f"].dtype == FRAME["f"].dtype


def test_clip_keeps_nulls_and_what_lies_between() -> None:
    """A null is neither below nor above."""
    clipped = made("clip", columns=["f"], min=1, max=2)["f"]

    assert clipped.tolist()[1:7:2] == [1.0, 1.0, pytest.approx(float("nan"), nan_ok=True)]
    assert clipped.max() == 2.0


def test_one_hot_by_the_declared_vocabulary() -> None:
    """A null has no 1 at all, an unseen value the last one."""
    hot = made("one_hot", column="c", vocabulary=["u", "v"], unseen="other", prefix="is_")

    assert hot[["is_u", "is_v", "is_other"]].to_numpy().tolist()[:3] == [
        [1, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
    ]
    assert hot["is_u"].dtype == "int8"


def test_an_unseen_value_may_be_an_error() -> None:
    """Its words name the value, so that the row is found and says why."""
    with pytest.raises(ValueError, match="c: 'w' is not in the vocabulary 'u', 'v'"):
        made("one_hot", column="c", vocabulary=["u", "v"], unseen="error")


def test_ordinal_codes() -> None:
    """Places count from 0; what is unknown or null has the code that is declared."""
    coded = made("ordinal", column="s", vocabulary=["y", "x"], unknown=-1, null=-2)["s_code"]

    assert coded.tolist()[:4] == [1, 0, -2, 1]
    assert made("ordinal", column="s", vocabulary=["x"], unknown=5)["s_code"].tolist()[1:3] == [
        5,
        5,
    ]


def test_date_parts_in_a_time_zone() -> None:
    """Midnight by UTC is the evening before in New York, and 2024-02-29 the 60th day."""
    times = pd.to_datetime(["2024-03-01T00:00:00Z", None], utc=True).as_unit("us")
    frame = pd.DataFrame({"t": times})
    parts = made("date_parts", frame, column="t", parts=PARTS, timezone="America/New_York")

    assert parts.iloc[0, 1:].tolist() == [2024, 1, 2, 9, 29, 60, 3, 19, 0]
    assert parts.iloc[1].isna().all()


def test_cast_changes_no_value() -> None:
    """Whole floats become integers; a third is refused by name."""
    frame = pd.DataFrame({"f": [1.0, 2.0], "g": [1.0, 2.5], "s": ["7", "8"]})

    assert made("cast", frame, columns={"f": "int64", "s": "int64"})["s"].tolist() == [7, 8]
    with pytest.raises(ValueError, match=r"g is no int64: 2\.5"):
        made("cast", frame, columns={"g": "int64"})
    with pytest.raises(ValueError, match="f holds 1 null"):
        made("cast", pd.DataFrame({"f": [1.0, None]}), columns={"f": "int64"})


@pytest.mark.parametrize(
    ("nulls", "expected"),
    [("pass", [True, True, False, True]), ("break", [True, False, False, False])],
)
def test_compare(nulls: str, expected: list[bool]) -> None:
    """A row without one of the values passes, or breaks the rule, as declared."""
    frame = pd.DataFrame({"a": [1, 2, 3, None], "b": [1.0, None, 2.0, 4.0]})
    holds = made("compare", frame, left="a", relation="<=", right="b", nulls=nulls)

    assert holds.tolist() == expected


def test_rules_of_presence() -> None:
    """All or none; one at least; and what a value asks for."""
    frame = pd.DataFrame({"a": [1.0, None, None], "b": ["x", "x", None]})

    assert made("present_together", frame, columns=["a", "b"]).tolist() == [True, False, True]
    assert made("any_present", frame, columns=["a", "b"]).tolist() == [True, True, False]
    asked = made("required_if", frame, column="b", one_of=["x"], needs=["a"])
    assert asked.tolist() == [True, False, True]
    assert made("value_in", frame, column="b", one_of=["x"]).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("fill", {"values": {"i": 1.5}}, "'i' is Int64 and cannot hold 1.5"),
        ("fill", {"values": {"n": True}}, "'n' is int64 and cannot hold True"),
        ("fill", {"values": {"s": 3}}, "cannot hold 3"),
        ("fill", {"values": {"t": "2024-01-01"}}, "cannot hold '2024-01-01'"),
        ("fill", {"values": {"t": "soon"}}, "cannot hold 'soon'"),
        ("clip", {"columns": ["s"], "min": 1}, "no numbers to clip"),
        ("clip", {"columns": ["n"], "max": 1.5}, "cannot hold 1.5"),
        ("one_hot", {"column": "n", "vocabulary": ["1"]}, "cannot hold '1'"),
        ("ordinal", {"column": "s", "vocabulary": [1], "unknown": -1}, "cannot hold 1"),
        ("date_parts", {"column": "s", "parts": ["year"]}, "no timestamps"),
        ("compare", {"left": "s", "relation": "<", "right": "n"}, "cannot be compared"),
        ("compare", {"left": "n", "relation": "==", "right": "b"}, "cannot be compared"),
        ("value_in", {"column": "n", "one_of": ["1"]}, "cannot hold '1'"),
    ],
)
def test_values_of_another_type_are_an_error_on_any_rows(
    name: str, parameters: dict[str, Any], words: str
) -> None:
    """A mistake of type shows without a row, so that `check` finds it; no row is quietly unequal."""
    with pytest.raises(TypeError, match=words):
        made(name, FRAME.iloc[:0], **parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("rename", {"columns": {"f": "z", "i": "z"}}, "two columns are renamed to z"),
        ("clip", {"columns": ["f"]}, "neither min nor max"),
        ("clip", {"columns": ["f"], "min": 2, "max": 1}, "min 2 is above max 1"),
        ("one_hot", {"column": "c", "vocabulary": []}, "vocabulary is empty"),
        ("one_hot", {"column": "c", "vocabulary": ["u", "u"]}, "'u' twice"),
        ("one_hot", {"column": "c", "vocabulary": ["u", 1]}, "several types"),
        ("one_hot", {"column": "c", "vocabulary": ["other"], "unseen": "other"}, "called alike"),
        (
            "date_parts",
            {"column": "t", "parts": ["day"], "timezone": "Moon/Crater"},
            "no time zone",
        ),
        ("present_together", {"columns": ["f"]}, "fewer than two"),
    ],
)
def test_parameters_that_contradict_each_other(
    name: str, parameters: dict[str, Any], words: str
) -> None:
    """They are refused when the step is made, before there is any frame."""
    with pytest.raises(ValueError, match=words):
        found(target_of(name, STAGES if name in BUILT_INS[STAGES] else RULES))(**parameters)


def test_a_new_name_that_is_taken() -> None:
    """A rename overwrites no column."""
    with pytest.raises(ValueError, match="columns named s already"):
        made("rename", columns={"f": "s"})
    with pytest.raises(KeyError, match="gone"):
        made("rename", columns={"gone": "z"})


def test_rules_say_what_they_test() -> None:
    """A row in quarantine says which of two comparisons it broke."""
    rule = Rule.model_validate(
        {"use": "compare", "with": {"left": "a", "relation": "<", "right": "b"}}
    )
    context = Context("p", "b", datetime(2024, 3, 1, tzinfo=UTC))

    assert bind(rule, context).short == "compare: a < b"
