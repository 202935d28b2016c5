"""What docs/drill.md shows: the faults that there are, a section that loads, options that are known."""

import re
from pathlib import Path

from seawall.cli.drill import drill
from seawall.config.drilling import FAULTS, Drill
from seawall.config.places import plain
from seawall.config.yaml import Text, parsed
from seawall.drills.weak import KINDS

PAGE = (Path(__file__).parents[2] / "docs/drill.md").read_text(encoding="utf-8")


def test_every_fault_is_explained() -> None:
    """And every kind of weakness."""
    told = set(re.findall(r"`(\w+)`", PAGE))

    assert {fault for faults in FAULTS.values() for fault in faults} <= told
    assert all(f"| {kind} |" in PAGE for kind in KINDS if kind != "no fallback")


def test_the_section_of_the_page_loads() -> None:
    """As it is written."""
    (section,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    node, faults = parsed(Text(section, "drill.md"))

    assert not faults
    assert node is not None
    assert Drill.model_validate(plain(node)["drill"]).batch == "2013-07-01"


def test_options_of_the_page_are_options() -> None:
    """Each is one that the command takes."""
    known = {name for option in drill.params for name in option.opts}

    assert set(re.findall(r"`?(--[a-z]+)", PAGE)) <= known
