"""Where a process was that had to be ended."""

from __future__ import annotations

from pathlib import Path

import seawall
from seawall.drills.whereabouts import within

STACK = f"""\
Thread 0x00007f02 (most recent call first):
  File "{Path(seawall.__file__).parent}/stages/steps.py", line 61 in called
  File "/srv/job/factory/steps.py", line 19 in add_strain
  File "/srv/job/factory/steps.py", line 7 in before

Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 331 in wait
"""


def test_the_innermost_frame_of_the_project_is_named() -> None:
    """Neither Seawall's own frames nor a library's are, wherever the project stands."""
    repository = Path(seawall.__file__).parents[2]

    assert within(STACK, Path("/srv/job")) == "in add_strain, factory/steps.py:19"
    assert within(STACK, repository) == "in none of the project's own code"
