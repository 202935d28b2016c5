"""Code that nobody vouched for: refused by `check` and by a run, before any of it has run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]
STEP = "use: factory.steps:add_strain"


def change(project: Path, old: str, new: str) -> None:
    """A piece of the pipeline file is another."""
    config = project / "pipeline.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))


@pytest.mark.parametrize("way", ["outside", "link"])
def test_code_from_elsewhere_is_never_imported(
    published: Path, score: Command, seawall: Command, refused: Refused, way: str
) -> None:
    """A step outside the project and `plugins.allow`, by its name or through a link, is not imported."""
    outside, trace = published.parent / "evil.py", published / "trace"
    outside.write_text(
        f"open({str(trace)!r}, 'w').close()\ndef add_strain(frame, *, scale: float): return frame\n"
    )
    if way == "link":
        (published / "factory" / "evil.py").symlink_to(outside)
    change(
        published, STEP, "use: factory.evil:add_strain" if way == "link" else "use: evil:add_strain"
    )
    checked = seawall(published, "check", "pipeline.yaml", PYTHONPATH=str(outside.parent))

    assert checked.returncode == 78, checked.stderr
    words = "leads out of the project root" if way == "link" else "evil"
    refused(
        published, score(published, PYTHONPATH=str(outside.parent)), 78, "featurize.0.use", words
    )
    assert not trace.exists()
