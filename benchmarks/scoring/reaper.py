"""Runs a command and writes what it and all its descendants cost. Arguments: result file, command.

It adopts descendants whose parent died (Linux), so that the work of killed and orphaned processes is
counted too.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def main(result: Path, command: list[str]) -> None:
    """`result` holds exit code, wall and CPU seconds; the wall ends with the command itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    status = os.waitpid(child, 0)[1]
    wall = time.perf_counter() - start
    with suppress(ChildProcessError):
        while True:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "wall_s": wall,
        "cpu_s": used.ru_utime + used.ru_stime,
    }
    result.write_text(json.dumps(cost))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
