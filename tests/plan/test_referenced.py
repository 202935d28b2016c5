"""The reference that `drift` names is there, whole, and of this pipeline's columns, or a fault says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from seawall.config.load import LoadedConfig
from seawall.disk import Disk
from seawall.errors import ConfigError
from seawall.plan.referenced import reference_faults, reference_of
from seawall.profiles import Profile, Shape, unseen
from seawall.references import Reference, write_reference

GRID = Shape("ordered", (0.0, 1.0))


def built(project: Any, name: str = "r.json", *, pipeline: str = "unit", **shapes: Shape) -> None:
    """A reference with these columns stands in the project."""
    columns = {column: unseen(shape) for column, shape in shapes.items()}
    found = Reference(pipeline, "a test", datetime(2024, 1, 1, tzinfo=UTC), Profile(0, columns))
    write_reference(Disk(), project.root / name, found)


def declared(project: Any, drift: str) -> LoadedConfig:
    """The pipeline file with this section."""
    return project.change("check_output:\n", f"drift: {drift}\ncheck_output:\n").load()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("drift", "name", "anchor"),
    [
        ("{reference: r.json}", "the reference r.json", False),
        ('{reference: "{batch}.json"}', "the reference r.json", False),
        ("{reference: {rolling: 5, anchor: r.json}}", "the anchor r.json", True),
    ],
)
def test_the_reference_of_a_batch(project: Any, drift: str, name: str, *, anchor: bool) -> None:
    """It is read once, and knows what it is called and whether it only warns."""
    built(project, p=GRID)
    found = reference_of(declared(project, drift), "r")

    assert found is not None
    assert (found.name, found.anchor) == (name, anchor)
    assert set(found.reference.profile.columns) == {"p"}


@pytest.mark.parametrize("drift", ["{reference: {rolling: 5}}", '{reference: "{batch}.json"}'])
def test_what_a_check_cannot_look_at(project: Any, drift: str) -> None:
    """Without a file, or with another one for each batch, the check has nothing to say."""
    assert reference_faults(declared(project, drift)) == []


def test_a_file_that_is_not_there(project: Any) -> None:
    """The fault stands where the pipeline file names it, and says how to build one."""
    (fault,) = reference_faults(declared(project, "{reference: {rolling: 5, anchor: no.json}}"))

    assert (fault.path, fault.what) == ("drift.reference.anchor", "there is no such reference")
    assert "seawall reference build" in fault.todo


def test_every_column_that_does_not_fit_is_named(project: Any) -> None:
    """A reference of other columns is refused before a row is read."""
    built(project, pipeline="other", x=Shape("text"))
    with pytest.raises(ConfigError) as caught:
        reference_of(declared(project, "{reference: r.json, columns: [x, y]}"), "b")
    said = [fault.what for fault in caught.value.faults]

    assert len(said) == 3
    assert any("y" in what for what in said)
    assert any("another pipeline" in what for what in said)
