"""A source that reads the keeper's log: one Parquet or CSV file, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd

from seawall.contracts import Request
from seawall.errors import UnavailableError


class Lighthouse:
    """The rows of one file below the project root; `{batch}` in its name is the batch's key."""

    def __init__(self, *, log: str, rows: int = 20, token: str = "") -> None:
        self.log, self.rows, self.token = log, rows, token
        self.as_of: datetime | None = None

    def tables(self, request: Request) -> Iterator[pd.DataFrame]:
        """The log in pieces of so many rows; only the wanted columns."""
        path = request.root / self.log.replace("{batch}", request.batch)
        if not path.is_file():
            raise UnavailableError("the keeper has written no log", path.name)
        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        if request.columns is not None:
            frame = frame[list(request.columns)]
        for start in range(0, max(len(frame), 1), self.rows):
            yield frame.iloc[start : start + self.rows]
        self.as_of = datetime.fromtimestamp(path.stat().st_mtime, UTC)
