"""Which columns a rule looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from seawall.builtin.rules import RequiredIf
from seawall.contracts import declaration_of
from seawall.errors import DataError
from seawall.stages.needs import looked_at
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound
from seawall.stages.validate import Validated

FRAME = pd.DataFrame({"a": [1, 2], "b": [2, 1], "c": ["x", "y"]})
StepOf = Callable[[Callable[..., Any]], Bound]


def test_a_rule_that_declares_nothing(step: StepOf) -> None:
    """It looks at the columns without which it raises, whichever way it asks for them."""
    assert looked_at(step(lambda frame: frame.eval("a < b")), FRAME) == ("a", "b")
    assert looked_at(step(lambda frame: frame.c == "x"), FRAME) == ("c",)


def test_it_is_found_once(step: StepOf) -> None:
    """A rule is not tried again for the next chunk."""
    calls: list[int] = []
    rule = step(lambda frame: calls.append(len(frame)) or frame["a"] > 0)
    looked_at(rule, FRAME)
    tried = len(calls)
    looked_at(rule, FRAME)

    assert set(calls) == {0}
    assert len(calls) == tried


def test_a_rule_that_needs_rows(step: StepOf) -> None:
    """Of a rule that raises on a frame without rows no column is known."""
    assert looked_at(step(lambda frame: frame["a"] > frame["b"].iloc[0]), FRAME) == ()


def test_a_built_in_rule_declares_its_columns() -> None:
    """Each once, though it looks twice."""
    rule = RequiredIf(column="a", one_of=[1], needs=["b", "a"])
    bound = Bound("required_if", rule, declaration_of(rule, {}))

    assert looked_at(bound, FRAME) == ("a", "b")


def test_a_broken_rule_that_fails_shows_the_values(
    step: StepOf, sieve_of: Callable[..., Sieve], held_to: Callable[..., Validated]
) -> None:
    """The error has the values of the rule's columns with each key."""
    rule = step(lambda frame: (frame["a"] < 2) & (frame["b"] == "x"))
    with pytest.raises(DataError) as caught:
        held_to(sieve_of(a=[1, 2], b=["x", "y "]), rules=[(rule, "fail")])

    assert caught.value.seen == "1 rows of the chunk: a 2, b 'y ' (k 1)"


def test_broken_rules_note_the_columns(
    step: StepOf, sieve_of: Callable[..., Sieve], held_to: Callable[..., Validated]
) -> None:
    """Rows that leave and rows that only warn have the columns of the rule beside them."""
    sieve = sieve_of(a=[1, 2], b=[2, 1])
    rule = step(lambda frame: frame["a"] < frame["b"])
    held_to(sieve, rules=[(rule, "warn"), (rule, "quarantine")])

    assert [entry.looked_at for entry in (*sieve.aside, *sieve.doubtful)] == [("a", "b")] * 2
