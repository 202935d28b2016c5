"""What is part of the format and has no engine yet is refused, never passed over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seawall.config.faults import Fault
from seawall.config.later import LATER, later_faults
from seawall.config.shapes import shape
from seawall.config.yaml import Text, parsed


@pytest.mark.parametrize("pattern", LATER)
def test_every_line_of_the_table_is_a_key_of_the_format(pattern: str) -> None:
    """A table line that names no key would refuse nothing."""
    steps = pattern.split(".")
    text = ": {".join(step.replace("*", "any") for step in steps) + ": 1" + "}" * (len(steps) - 1)
    node, faults = parsed(Text(text, "p.yaml"))
    path = tuple(step.replace("*", "any") for step in steps)

    assert faults == []
    assert shape(path, node).kinds


@pytest.mark.parametrize("pattern", LATER)
def test_every_line_of_the_table_refuses_its_key(pattern: str) -> None:
    """A key with a planned value is one fault at its path."""
    value = LATER[pattern][0]
    text = str(value).lower()
    for step in reversed(pattern.replace("*", "any").split(".")):
        text = f"{{{step}: {text}}}"
    node, _ = parsed(Text(text, "p.yaml"))

    (fault,) = later_faults(node)

    assert fault.path == pattern.replace("*", "any")
    assert fault.what.startswith("not yet: ")


def test_a_value_that_is_there_is_fine(changed: Callable[..., tuple[Fault, ...]]) -> None:
    """Of a key with some values planned, the others load."""
    assert changed("key: flight_id}", "key: flight_id, on_corrupt_fragment: fail}") == ()
    assert changed("path: models/flights.skops}", "path: m.skops, allow_version_skew: false}") == ()
