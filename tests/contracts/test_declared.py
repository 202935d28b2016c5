"""What a stage declares of its columns."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import seawall
from seawall.contracts import StageDeclaration, declaration_of


@seawall.stage(
    needs=["time", "{column}", "{others}"], adds=["{column}_code"], changes=["{renamed}"]
)
def encode(frame: Any, *, column: str, others: list[str], renamed: dict[str, str]) -> Any:
    """A stage; what it does is of no importance here."""
    return frame


def test_parameters_stand_for_columns() -> None:
    """A parameter in braces becomes its value: a list its items, a mapping its keys, once each."""
    given = {"column": "a", "others": ["b", "a"], "renamed": {"c": "d"}}

    assert declaration_of(encode, given) == StageDeclaration(
        needs=("time", "a", "b"), adds=("a_code",), changes=("c",)
    )


def test_a_decorated_function_is_itself() -> None:
    """The decorator wraps nothing: the function is the module's own, and pickles."""
    assert pickle.loads(pickle.dumps(encode)) is encode


def test_an_object_declares_what_it_knows_only_when_it_is_made() -> None:
    """What a constructor sets stands before what its class says."""

    @seawall.stage(adds=["x"])
    class Made:
        def __init__(self) -> None:
            self.__seawall__ = StageDeclaration(adds=("y",))

    assert declaration_of(Made(), {}) == StageDeclaration(adds=("y",))


def test_what_declares_nothing_has_no_declaration() -> None:
    """A plain function says nothing of its columns, which is not the same as that it has none."""
    assert declaration_of(len, {}) is None
    assert declaration_of(seawall.stage()(lambda frame: frame), {}) == StageDeclaration()


@pytest.mark.parametrize("names", ["time", [1]])
def test_a_text_is_no_list_of_columns(names: Any) -> None:
    """`needs="time"` would mean the columns t, i, m and e, and is refused."""
    with pytest.raises(TypeError, match="needs is"):
        seawall.stage(needs=names)


def test_braces_that_name_no_parameter_are_a_columns_name() -> None:
    """A column may be called `{x}`."""
    assert StageDeclaration(needs=("{x}",)).filled({}) == StageDeclaration(needs=("{x}",))
