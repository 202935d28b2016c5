"""The command line: one module a command, loaded when it is called."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["command", "main"]


def command() -> NoReturn:
    """The command was carried out and the process has ended, at once and with its exit code."""
    from seawall.cli.leaving import leave

    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int):
            leave(end.code)
        raise


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The command was carried out and the process ends with its exit code, raised as SystemExit."""
    from seawall.cli.border import outcome

    code = outcome(list(sys.argv[1:] if argv is None else argv))
    # Otherwise the interpreter looks once more for cycles in all that is about to go: 0.3 to 0.5 s.
    gc.freeze()
    sys.exit(code)
