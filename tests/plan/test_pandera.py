"""`validate.pandera`: what a check finds, and which columns are read."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.errors import ConfigError
from seawall.plan.make import columns_read

pytest.importorskip("pandera.pandas", reason="pandera is an extra")
SCHEMA = """\
import pandera.pandas as pa

Rows = pa.DataFrameSchema({"x": pa.Column(float, pa.Check.ge(0)), "z": pa.Column(float)})
nothing = 3
"""


@pytest.fixture
def checked(project: Any) -> Any:
    """The project with a schema beside its contract."""
    project.write("unitproj/schemas.py", SCHEMA)
    return project.change("  filters:", "  pandera: unitproj.schemas:Rows\n  filters:")


def test_the_schemas_columns_are_read(checked: Any) -> None:
    """They count as declared, after those of the contract."""
    assert columns_read(checked.load().config) == ("k", "c", "x", "z")


def test_a_sound_schema(checked: Any) -> None:
    """A check finds no fault, and the steps see the schema's columns."""
    assert checked.faults() == []


def test_the_schema_is_part_of_what_changes_values(checked: Any) -> None:
    """Another schema makes another plan."""
    for name in ("1", "2"):
        checked.write(f"data/b/{name}.csv", "k,c,x,z\n")
    before = checked.plan().fingerprint["code"]
    checked.write("unitproj/schemas.py", SCHEMA + "# changed\n")

    assert checked.plan().fingerprint["code"] != before


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("schemas:Rows", "schemas:Row", "the module unitproj.schemas has no `Row`"),
        ("unitproj.schemas:", "os.path:", "the module os.path is neither below the project root"),
        ("schemas:Rows", "schemas:nothing", "not callable"),
    ],
)
def test_a_name_that_leads_nowhere(checked: Any, old: str, new: str, what: str) -> None:
    """It is a fault of the file, found without an import."""
    checked.change(old, new)
    with pytest.raises(ConfigError) as caught:
        checked.load()

    (fault,) = caught.value.faults
    assert fault.path == "validate.pandera"
    assert fault.what.startswith(what)


def test_a_schema_that_asks_for_too_much(checked: Any) -> None:
    """It is a fault at its line, for a check and for a run."""
    checked.write("unitproj/schemas.py", SCHEMA.replace("Check.ge(0)", "Check.ge(0), unique=True"))
    (fault,) = checked.faults()

    assert fault.what == "column 'x' has `unique`"
    with pytest.raises(ConfigError):
        checked.plan()
