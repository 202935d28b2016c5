"""Distributions of source plug-ins, installed where only the tests that ask for them see them."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

PLUGINS = Path(__file__).parent / "plugins"


def install(name: str, target: Path, /, **changes: str) -> Path:
    """The distribution's modules and metadata stand in the folder, as an installer leaves them there.

    Written here rather than by an installer: a test environment need not have pip, a build backend
    or a network. `changes` overrides entries of the project table.
    """
    project = tomllib.loads((PLUGINS / name / "pyproject.toml").read_text())["project"]
    project |= changes
    told = f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    (target / told).mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (target / told / "METADATA").write_text(head)
    (target / told / "entry_points.txt").write_text(_points(project["entry-points"]))
    for module in (PLUGINS / name).glob("*.py"):
        shutil.copy(module, target)
    return target


def _points(groups: dict[str, dict[str, str]]) -> str:
    return "\n".join(
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
        for group, points in groups.items()
    )
