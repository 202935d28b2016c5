"""Sources that break the contract, each in a way of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pandas as pd

from seawall.contracts import Request

FRAME = pd.DataFrame({"code": ["P1"], "size": [1.0]})


class Wreck:
    """A source that fails as it is told."""

    def __init__(self, *, how: str, token: str = "") -> None:
        self.how, self.token = how, token

    def tables(self, request: Request) -> Any:
        """Whatever the method of that name answers."""
        return getattr(self, self.how)(request)

    def answers_dicts(self, request: Request) -> list[dict[str, Any]]:
        """Rows, where tables are due."""
        return [{"code": "P1", "size": 1.0}]

    def answers_nothing(self, request: Request) -> None:
        """No iterator at all."""

    def raises(self, request: Request) -> Iterator[pd.DataFrame]:
        """A bug, with a secret in its words, behind the first table."""
        yield FRAME
        raise KeyError(self.token)

    def loses_a_column(self, request: Request) -> Iterator[pd.DataFrame]:
        """A second table of other columns."""
        yield FRAME
        yield FRAME[["code"]]

    def hangs(self, request: Request) -> Iterator[pd.DataFrame]:
        """No answer, ever."""
        yield FRAME
        while True:
            time.sleep(60)

    def exits(self, request: Request) -> Iterator[pd.DataFrame]:
        """The whole process is gone, behind a table of whatever was asked for."""
        yield FRAME.reindex(columns=request.columns)
        os._exit(3)

    def leaves(self, request: Request) -> Iterator[pd.DataFrame]:
        """As a script would."""
        yield FRAME
        sys.exit("that is all")

    def forks(self, request: Request) -> Iterator[pd.DataFrame]:
        """A daemon of a session of its own, whose id is in the file, stays behind."""
        line = [sys.executable, "-c", "import time; time.sleep(600)"]
        daemon = subprocess.Popen(line, start_new_session=True)
        (request.root / "daemon.pid").write_text(str(daemon.pid))
        yield FRAME


class Mute:
    """A class that is no source."""


class Deaf:
    """A class whose method is not told what is asked."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def tables(self) -> Iterator[pd.DataFrame]:
        """The same, whatever is asked."""
        yield FRAME


class Willing(Deaf):
    """A class that takes any parameter, and is told what is asked."""

    def tables(self, *asked: Request) -> Iterator[pd.DataFrame]:  # type: ignore[override]
        """The same, whatever is asked."""
        yield FRAME


def function() -> None:
    """No class."""
