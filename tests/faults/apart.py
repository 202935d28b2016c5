"""A command in a mount namespace of its own, so that a disk can be small, or read-only, for it alone."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, environment

__all__ = ["RUN", "apart"]

RUN = f"{shlex.quote(sys.executable)} -m seawall run pipeline.yaml --batch {BATCH}"
Done = subprocess.CompletedProcess[str]


def apart(project: Path, mount: str, *steps: str) -> list[Done]:
    """What came of each step, in the project, with `out` mounted as said and filled as it was.

    Afterwards `out` is what the steps have left. Skipped where there are no mounts for users.
    """
    kept = project / "kept"
    (project / "out").mkdir(exist_ok=True)
    done = [
        f"({step}) >../{n}.out 2>../{n}.err; echo $? >../{n}.rc" for n, step in enumerate(steps)
    ]
    saved = "cp -a out/. kept/"
    script = "\n".join(["set -e", mount, "set +e", *done, f"mkdir {kept}", saved])
    whole = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script],
        cwd=project,
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    if not (project.parent / "0.rc").exists():
        pytest.skip(f"no mounts here: {whole.stderr.strip()}")
    (project / "out").rename(project / "before")
    kept.rename(project / "out")
    return [_done(project.parent, number) for number in range(len(steps))]


def _done(folder: Path, number: int) -> Done:
    read = {name: (folder / f"{number}.{name}").read_text() for name in ("out", "err", "rc")}
    return Done([], int(read["rc"]), read["out"], read["err"])
