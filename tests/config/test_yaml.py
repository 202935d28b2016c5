"""YAML 1.2's core schema, to the letter, and the traps that YAML has besides."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.config.faults import Fault
from seawall.config.places import plain
from seawall.config.yaml import MAX_ALIASES, Text, parsed, scalar


def faults_of(text: str) -> list[Fault]:
    """What is wrong with the text."""
    return parsed(Text(text, "p.yaml"))[1]


@pytest.mark.parametrize(
    "text", ["NO", "no", "yes", "on", "Off", "y", "12:30", "1_000", "2013-07-01", "1e", "0b1", "+"]
)
def test_what_is_text_stays_text(text: str) -> None:
    """YAML 1.1's booleans, base sixty, underscores and dates are plain text."""
    assert scalar(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("Null", None),
        ("010", 10),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
    ],
)
def test_the_core_schemas_scalars(text: str, value: Any) -> None:
    """Each form of the core schema has its value and its type."""
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_not_a_number_is_one() -> None:
    """`.nan` is a float; whether a field takes it is the field's affair."""
    assert math.isnan(scalar(".nan"))


def test_quotes_make_text() -> None:
    """A quoted scalar and a block scalar are text, whatever they look like."""
    node, faults = parsed(Text("a: '1'\nb: \"true\"\nc: |\n  3\n", "p.yaml"))

    assert faults == []
    assert plain(node) == {"a": "1", "b": "true", "c": "3\n"}


TRAPS = {
    "a: 1\nb: 2\na: 3\n": (3, 1, "the key 'a' stands twice"),
    "b:\n  x: 1\n  x: 2\n": (3, 3, "the key 'x' stands twice"),
    "1: a\n": (1, 1, "the key 1 is not text"),
    "true: a\n": (1, 1, "the key true is not text"),
    "? [a]\n: b\n": (1, 3, "a key that is not text"),
    "a: !!python/object/apply:os.system [ls]\n": (1, 4, "the tag"),
    "a: !!str 1\n": (1, 4, "the tag"),
    "a: !mine x\n": (1, 4, "the tag !mine"),
    "x: &x {a: 1}\nb:\n  <<: *x\n": (3, 3, "a merge key"),
    "a: 1\n---\nb: 2\n": (2, 1, "a second document"),
    "a:\n\tb: 1\n": (2, 1, "not YAML"),
    "a: [1\n": (1, 4, "not YAML"),
    "a: 'x\n": (1, 4, "not YAML"),
    "a: @x\n": (1, 4, "not YAML"),
    "a: *b\n": (1, 4, "no anchor before it"),
    "a: &x [*x]\n": (1, 8, "stands within itself"),
    "ok: 1\na: \x07\n": (2, 4, "the character U+0007"),
}


@pytest.mark.parametrize("text", TRAPS)
def test_each_trap_is_one_fault_at_its_place(text: str) -> None:
    """A trap is refused where it stands, and in words."""
    line, column, what = TRAPS[text]
    (fault,) = faults_of(text)

    assert (fault.place.line, fault.place.column) == (line, column)
    assert what in fault.what


def test_a_tab_is_named() -> None:
    """Whoever indents with a tab is told so."""
    assert "tabs" in faults_of("a:\n\tb: 1\n")[0].todo


def test_a_reference_in_braces_needs_quotes() -> None:
    """`${env:X}` inside braces is no YAML; the fault says what to write."""
    assert '"${env:NAME}"' in faults_of("a: {url: ${env:X}}\n")[0].todo


def test_a_few_aliases_are_fine() -> None:
    """An anchor may be used again, and its values keep the places where they stand."""
    node, faults = parsed(Text("a: &x {b: 1}\nc: *x\n", "p.yaml"))

    assert faults == []
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}}


def test_many_aliases_are_refused() -> None:
    """The twenty-first use of an alias is too many."""
    lines = ["a: &x 1", *(f"k{number}: *x" for number in range(21))]

    assert [fault.what for fault in faults_of("\n".join(lines))] == ["too many aliases"]


def test_an_alias_bomb_is_refused() -> None:
    """Aliases that multiply are refused before they are spelled out."""
    lines = [f"a0: &a0 [{', '.join('1' * 100)}]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 10)]

    assert "\n".join(lines).count("*") < MAX_ALIASES
    assert [fault.what for fault in faults_of("\n".join(lines))] == ["too many aliases"]


def test_deep_nesting_is_refused() -> None:
    """Brackets without end are a fault, not an overflow of the stack."""
    assert faults_of("a: " + "[" * 5000)[0].what == "nested too deeply"


def test_a_directive_does_not_bring_back_old_yaml() -> None:
    """`%YAML 1.1` changes no scalar's meaning."""
    node, _ = parsed(Text("%YAML 1.1\n---\na: NO\n", "p.yaml"))

    assert plain(node) == {"a": "NO"}


def test_nothing_after_a_key_stands_at_the_key() -> None:
    """An empty value's place is its key's line, not the next one's."""
    node, _ = parsed(Text("a:\n  b:\n  c: 1\n", "p.yaml"))

    assert node.entries["a"].node.entries["b"].node.place.line == 2


@settings(max_examples=200)
@given(st.text(alphabet="ab:-[]{}!&*<>|%@`'\"#?, \n\t~01.$\\x\x00", max_size=60))
def test_any_punctuation_gives_a_tree_or_faults(text: str) -> None:
    """No arrangement of YAML's own signs raises anything, and every fault has a place in the text."""
    _, faults = parsed(Text(text, "p.yaml"))

    assert all(1 <= fault.place.line <= text.count("\n") + 2 for fault in faults)
