"""Files that cannot be opened for a while."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import environment

pytestmark = pytest.mark.faults
OPENS = """
import sys, time
from pathlib import Path
from seawall.drills.stalled import stalled
path = Path(sys.argv[1])
stalled([path], 0.3)
begun = time.monotonic()
path.read_bytes()
print(time.monotonic() - begun)
begun = time.monotonic()
path.read_bytes()
print(time.monotonic() - begun)
"""


def test_the_first_reader_waits_and_the_next_does_not(tmp_path: Path) -> None:
    """The kernel keeps whoever opens the file until the lease is given back."""
    (tmp_path / "rows").write_text("1")
    line = [sys.executable, "-c", OPENS, str(tmp_path / "rows")]

    done = subprocess.run(line, env=environment({}), text=True, capture_output=True, check=True)

    first, second = map(float, done.stdout.split())
    assert first >= 0.3 > second
