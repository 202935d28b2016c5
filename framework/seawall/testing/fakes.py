"""Stand-ins that meet the contracts, so that nothing has to be patched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from seawall.contracts import Request

__all__ = ["FakeSource"]


class FakeSource:
    """An upstream that answers with these tables; `requests` are those that it was asked.

    With `error` that is raised behind the last table. `as_of` is set when all are read.
    """

    def __init__(
        self,
        tables: Sequence[pa.Table | pd.DataFrame],
        *,
        as_of: datetime | None = None,
        error: Exception | None = None,
    ) -> None:
        self._tables, self._as_of, self._error = tuple(tables), as_of, error
        self.as_of: datetime | None = None
        self.requests: list[Request] = []

    def tables(self, request: Request) -> Iterator[pa.Table | pd.DataFrame]:
        """The tables; of their columns the wanted ones. KeyError for one that isn't there."""
        self.requests.append(request)
        for table in self._tables:
            yield table if request.columns is None else _of(table, request.columns)
        if self._error is not None:
            raise self._error
        self.as_of = self._as_of


def _of(table: pa.Table | pd.DataFrame, columns: Sequence[str]) -> pa.Table | pd.DataFrame:
    wanted = list(dict.fromkeys(columns))
    import pandas as pd

    return table[wanted] if isinstance(table, pd.DataFrame) else table.select(wanted)
