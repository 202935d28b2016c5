"""Which columns a run describes and compares."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.plan.profiled import columns_of, compared_columns, may_have, needs_features

DRIFT = "drift: {reference: r.json, %ssegments: [c]}\ncheck_output:\n"


@pytest.mark.parametrize(
    ("said", "columns", "asks"),
    [
        ("check_output:\n", ("p", "y"), True),
        ("profile: {columns: none}\ncheck_output:\n", (), False),
        ("profile: {columns: [x, k]}\ncheck_output:\n", ("x",), False),
        ("profile: {columns: none}\n" + DRIFT % "columns: [x, y], ", ("x", "y", "c"), False),
        ("profile: {columns: none}\n" + DRIFT % "", ("p", "y", "c"), True),
        (
            "profile: {columns: [x]}\ncheck_output:\n  distribution: {p: {mean: [0, 1]}}\n",
            ("x", "p"),
            False,
        ),
    ],
)
def test_what_is_described(
    project: Any, said: str, columns: tuple[str, ...], *, asks: bool
) -> None:
    """What is wanted, compared, cut by and judged is described, the key never."""
    config = project.change("check_output:\n", said).load().config

    assert columns_of(config, ["y"]) == columns
    assert needs_features(config) is asks


def test_predictions_are_compared_first(project: Any) -> None:
    """Whatever the order in which the file lists columns."""
    config = project.change("check_output:\n", DRIFT % "columns: [y, p], ").load().config

    assert compared_columns(config, []) == ("p", "y")


def test_kinds_are_held_to_contracts_and_to_the_file(project: Any) -> None:
    """A number is not counted as a text; of a made column nobody knows."""
    config = project.change("check_output:\n", DRIFT % "columns: {y: {kind: text}}, ").load().config
    allowed = [("x", "ordered"), ("c", "categorical"), ("y", "text"), ("p", "boolean")]
    others = [("x", "text"), ("c", "ordered"), ("y", "ordered")]

    assert all(may_have(config, *pair) for pair in allowed)
    assert not any(may_have(config, *pair) for pair in others)
