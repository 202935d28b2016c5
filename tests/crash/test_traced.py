"""The system answers the n-th call of a real `seawall run` with an error."""

from __future__ import annotations

import shutil
import subprocess
from itertools import count
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, SEAWALL, command, copied, environment
from tests.faults.sound import files, log, sound

RUN = ("run", "pipeline.yaml", "--batch", BATCH, "--force")
STRIDE = (
    11  # test_failing_runs fails every operation of a run, on a disk that stands in for this one
)


@pytest.mark.faults
@pytest.mark.parametrize("call", ["fsync", "rename", "link"])
def test_calls_that_fail(published: Path, call: str) -> None:
    """Whichever call fails, readers have a whole version, what was reported stands, and a rerun publishes."""
    for n in count(1, STRIDE):
        project = copied(published, published.with_name(f"{call}-{n}"))
        out, before = project / "out" / "breakdowns", files(project / "out" / "breakdowns")
        code, injected = traced(project, f"inject={call}:error=EIO:when={n}")
        versions = len(log(out, BATCH))
        again = command(project, *RUN)

        assert code in {0, 69, 74, 75}
        assert versions == 2 or code != 0
        assert again.returncode == 0, again.stderr
        assert len(log(out, BATCH)) == versions + 1
        sound(out)
        assert files(out) == before
        if not injected:
            return


def traced(project: Path, how: str) -> tuple[int, int]:
    """How the run ended, and how many of its calls were answered with an error."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls = project / "calls"
    asked = f"trace={how.partition('=')[2].partition(':')[0]}"
    trace = ("strace", "-f", "--seccomp-bpf", "-qq", "-o", str(calls), "-e", asked, "-e", how)
    line = [*trace, *SEAWALL, *RUN]
    done = subprocess.run(
        line, cwd=project, env=environment({}), capture_output=True, text=True, check=False
    )
    if "PTRACE" in done.stderr or "strace: " in done.stderr:
        pytest.skip(f"no tracing here: {done.stderr.strip()[-200:]}")
    return done.returncode, calls.read_text().count("INJECTED")
