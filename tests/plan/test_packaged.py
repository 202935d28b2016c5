"""A package that is missing is a fault of the file, found before anything is read."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from seawall.errors import ConfigError, UnavailableError
from seawall.models.packages import PACKAGES, package

SKLEARN = "{type: sklearn, path: m.skops, trusted: [sklearn.tree._tree.Tree]}"


@pytest.fixture(params=list(PACKAGES))
def absent(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A type of model whose package cannot be imported."""
    for name in PACKAGES[request.param]:
        monkeypatch.setitem(sys.modules, name, None)
    return str(request.param)


@pytest.mark.parametrize("key", ["model", "fallback"])
def test_a_run_is_refused(project: Any, absent: str, key: str) -> None:
    """The plan names the extra at the type, of the model and of its fallback alike."""
    section = f"{{type: {absent}, path: m.skops}}"
    both = section if key == "model" else f"{SKLEARN}\n  fallback: {section}"
    with pytest.raises(ConfigError) as caught:
        project.change(SKLEARN, both).plan()

    (fault,) = caught.value.faults
    assert fault.path == f"predict.{key}.type"
    assert fault.todo == f"pip install 'seawall[{absent}]'"


def test_a_check_names_it(project: Any, absent: str) -> None:
    """So does a check, which has no other complaint."""
    (fault,) = project.change(SKLEARN, f"{{type: {absent}, path: m.skops}}").faults()

    assert f"pip install 'seawall[{absent}]'" in fault.todo


def test_a_package_that_cannot_be_imported(absent: str) -> None:
    """One that is lost between plan and chunk is unavailable, with the extra that brings it."""
    with pytest.raises(UnavailableError, match="cannot be imported") as caught:
        package(PACKAGES[absent][0], absent)

    assert caught.value.todo == f"pip install 'seawall[{absent}]'"
