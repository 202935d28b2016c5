"""Each law of stages and rules is broken by a step that breaks it, and by nothing else of it."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import seawall
from seawall.testing import check_rule, check_stage

FRAME = pd.DataFrame(
    {
        "k": range(12),
        "x": [None, *np.linspace(0.5, 6.0, 11)],
        "s": [None, *"abababababa"],
        "n": range(12),
    }
)
Broken = Callable[..., Any]


def refused(step: Any, check: Callable[..., None] = check_stage, **given: Any) -> list[str]:
    """What the kit says of the step, sentence by sentence."""
    with pytest.raises(AssertionError) as broken:
        check(step, FRAME, **{"key": "k", **given})
    return [line.removeprefix("- ") for line in str(broken.value).splitlines()]


def only(step: Any, check: Callable[..., None] = check_stage, **given: Any) -> str:
    """The one sentence that the kit says of the step."""
    (_, sentence) = refused(step, check, **given)
    return sentence


@seawall.stage(needs=["{column}"], adds=["y"])
def double(frame: pd.DataFrame, *, column: str) -> pd.DataFrame:
    """A stage that keeps every law."""
    return frame.assign(y=frame[column] * 2)


def positive(frame: pd.DataFrame, *, column: str, context: seawall.Context) -> Any:
    """A rule that keeps every law."""
    return frame[column].fillna(1.0) > len(context.key)


class Doubling:
    """A class that keeps every law."""

    def __init__(self, *, column: str) -> None:
        self.column = column

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`y` is the column, twice."""
        return double(frame, column=self.column)


def test_steps_that_keep_them_all() -> None:
    """Functions, classes, objects and names break no law; a context is given to who asks for it."""
    for stage in (double, Doubling):
        check_stage(stage, FRAME, key="k", column="x")
    check_stage(Doubling(column="x"), FRAME, key="k")
    check_stage("fill", FRAME, key="k", values={"x": 0.0})
    check_rule(positive, FRAME, key="k", column="x")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda frame: frame["x"], "it returns a Series, not a DataFrame."),
        (lambda frame: frame.dropna(), "it makes 11 rows of 12."),
        (lambda frame: frame.sort_values("n", ascending=False), "another order of rows."),
        (lambda frame: frame[["k", "x", "x"]], "several columns of one name: x."),
    ],
)
def test_a_result_that_is_no_frame_of_the_same_rows(made: Broken, words: str) -> None:
    """Nothing else can be tried then, and nothing else is said."""
    assert only(made).endswith(words)


def test_a_stage_that_cannot_be_called() -> None:
    """What it raises is told, with its type."""
    (told,) = refused(lambda frame: frame["gone"])

    assert told == "The stage cannot be called: KeyError: 'gone'"


@pytest.mark.parametrize(
    ("frame", "given", "words"),
    [
        (FRAME, {"colum": "x"}, "column: it is required; colum: there is none of that name; allowed: column"),
        (FRAME, {"column": 7}, "column: 7: it should be a valid string; allowed: column"),
        (FRAME, {"column": "x", "key": "id"}, "no column 'id' to be the key; it has k, x, s, n"),
        (FRAME[:0], {"column": "x"}, "4 columns and 0 rows shows nothing"),
    ],
)  # fmt: skip
def test_nothing_can_be_tried(frame: pd.DataFrame, given: dict[str, Any], words: str) -> None:
    """Wrong parameters, another key and no rows are the test's mistakes, and no law is said broken."""
    with pytest.raises(ValueError, match=f"{re.escape(words)}$"):
        check_stage(double, frame, **given)


def into_the_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Assigns to its input."""
    frame["y"] = 1.0
    return frame


class Counting:
    """Numbers rows on from chunk to chunk."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`y` counts rows."""
        start, self.seen = self.seen, self.seen + len(frame)
        return frame.assign(y=np.arange(start, start + len(frame)))


_made = itertools.count()


class Numbered:
    """Every one that is made differs."""

    def __init__(self) -> None:
        self.number = next(_made)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`y` is which one it is."""
        return frame.assign(y=self.number)


class Meeting:
    """Does something else while another thread is in it."""

    def __init__(self) -> None:
        self.inside: list[int] = []
        self.barrier = threading.Barrier(2)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`y` is how many threads were inside at once."""
        self.inside.append(1)
        try:
            self.barrier.wait(
                0.5 if threading.current_thread() is not threading.main_thread() else 0
            )
        except threading.BrokenBarrierError:
            self.barrier.reset()
            return frame.assign(y=1)
        return frame.assign(y=2)

    def __reduce__(self) -> Any:
        return Meeting, ()


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (into_the_frame, "it changes the frame that it is given"),
        (
            lambda frame: frame.assign(y=frame["x"].mean()),
            "in chunks of 1 it is not as in one of 12",
        ),
        (lambda frame: frame.assign(y=[n or 1.5 for n in frame["n"]]), "the column 'y' is int64"),
        (Counting, "with its chunks in another order: the column 'y' has other values"),
        (Counting, "called twice, it is not as the first time"),
        (Numbered, "made anew from its parameters"),
        (lambda frame: frame.assign(y=frame["x"].iloc[0]), "without rows: it raises IndexError"),
        (lambda frame: frame.assign(y=list(frame["s"])), "where 's' is all null"),
        (lambda frame: frame.assign(y=frame.index), "with other numbers in the index"),
        (Meeting, "called by two threads at once"),
        (lambda frame: frame, "it cannot be pickled"),
        (lambda frame: frame.drop(columns="k"), "it drops the key 'k'."),
        (lambda frame: frame.assign(k=frame["k"] + 1), "it changes the key 'k'."),
        (
            lambda frame: frame.assign(n=frame["n"] / 2),
            "changes the type of 'n' from int64 to float64",
        ),
    ],
)
def test_each_law_is_told_when_it_is_broken(stage: Any, words: str) -> None:
    """The sentence of the law that a stage breaks is among those that the kit says."""
    assert words in "\n".join(refused(stage))


def hashed(frame: pd.DataFrame) -> pd.DataFrame:
    """Depends on how texts hash in this process."""
    return frame.assign(y=hash("a text"))


def test_another_process_is_asked_when_all_else_holds() -> None:
    """Texts hash otherwise there, so that the order of a set is seen to matter."""
    assert only(hashed) == (
        "in another process, where texts hash otherwise: the column 'y' has other values."
    )


def test_a_negative_zero_is_another_value() -> None:
    """Equal numbers with other bytes are told apart."""
    sentences = refused(lambda frame: frame.assign(y=-0.0 if len(frame) == 1 else 0.0))

    assert any("in chunks of 1" in sentence for sentence in sentences)


def declaring(**names: list[str]) -> Broken:
    """A stage that adds `y` of `x`, with this declaration."""

    @seawall.stage(**names)
    class Declaring:
        def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
            return frame.assign(y=frame["x"])

    return Declaring


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"needs": ["x"], "adds": ["y", "z"]}, "it declares to add z, and does not."),
        ({"needs": ["x"]}, "it adds y, which its declaration leaves out."),
        (
            {"needs": ["s"], "adds": ["y"]},
            "alone that it declares to need it raises KeyError: 'x'.",
        ),
    ],
)
def test_a_declaration_is_the_whole_truth(names: Any, words: str) -> None:
    """What a stage says of its columns is what it does."""
    assert words in "\n".join(refused(declaring(**names)))


def test_a_declared_change_of_type_is_no_breach() -> None:
    """What is declared is not silent."""
    check_stage("ordinal", FRAME, key="k", column="s", vocabulary=["a", "b"], into="s", null=-1)


def test_columns_that_are_never_null_may_be_named() -> None:
    """With `nullable` the frame's author says which columns may be all null."""
    whole = FRAME.dropna().reset_index(drop=True)

    check_stage("cast", whole.assign(x=1.0), key="k", nullable=["s"], columns={"x": "int64"})


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda frame: frame["x"], "one truth value a row"),
        (lambda frame: frame["x"].astype("Float64") > 1, "one truth value a row"),
        (lambda frame: frame["n"] > frame["n"].mean(), "in chunks of 1"),
        (lambda frame: frame["n"] > frame["n"].iloc[0], "without rows: it raises IndexError"),
        (lambda frame: frame.index > 3, "with other numbers in the index"),
    ],
)
def test_rules_have_laws_too(rule: Any, words: str) -> None:
    """A rule's answer is held to what a stage's frame is held to."""
    assert words in "\n".join(refused(rule, check_rule))
