"""An HTTP service as an upstream that answers with rows: JSON, JSON lines or CSV, page by page."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from seawall.config.sources import HttpSource
from seawall.contracts import Request
from seawall.errors import DataError, UnavailableError
from seawall.sources.json_rows import JsonRows, Shape
from seawall.sources.pages import Ask, Page, Paging

if TYPE_CHECKING:
    from seawall.sources.exchange import Answer, Exchange
    from seawall.sources.tabled import Tabled

__all__ = ["HttpUpstream"]


class HttpUpstream:
    """The rows of all pages. `as_of` is the oldest page's time, by the header that is asked for.

    Nothing is tried again here. A page that fails is the failure of the read.
    """

    def __init__(self, section: HttpSource, env: Mapping[str, str]) -> None:
        self.section, self.env = section, env
        self.as_of: datetime | None = None

    def tables(self, request: Request) -> Iterator[pa.Table]:
        """The service's rows in its order.

        Raises what httpx raises for the network and for statuses of 4xx and 5xx, UnavailableError
        for an answer that is something else than rows, ForbiddenError for addresses and redirects
        that the file does not list, DataError for values without a type in common and for too much.
        """
        from seawall.sources.tabled import Tabled

        with _exchange(self.section, self.env, request) as exchange:
            where = exchange.where
            paging = Paging(self.section.pages, most_rows=request.caps.rows, where=where)
            tabled = Tabled(request.columns, where)
            ask: Ask | None = paging.first()
            while ask is not None:
                with exchange.get(ask) as answer:
                    page = yield from self._page(answer, tabled, request)
                    self._date(answer, request.as_of_header, first=paging.number == 0)
                ask = paging.after(page)
            last = tabled.close() if self.section.format == "json" else None
            if last is not None:
                yield last

    def _page(
        self, answer: Answer, tabled: Tabled, request: Request
    ) -> Generator[pa.Table, None, Page]:
        """The tables of one answer; what it says of the next is returned."""
        if self.section.format != "json":
            rows, mark = yield from _counted(self._text(answer, request))
            return Page(rows, mark, link=answer.link)
        pages, caps = self.section.pages, request.caps
        shape = Shape(self.section.records, pages.next if pages else None)
        found = JsonRows(answer.body, shape, cap=caps.record_bytes, where=answer.where)
        rows, mark = yield from _counted(tabled.tables(found))
        return Page(rows, mark, next=found.found, link=answer.link)

    def _text(self, answer: Answer, request: Request) -> Iterator[pa.Table]:
        from seawall.sources.spill import Text, text_tables

        if self.section.format == "csv" and answer.kind == "application/json":
            shown = " ".join(answer.body.read(200).decode("utf-8", "replace").split())
            raise UnavailableError("JSON where CSV is due", answer.where, shown, "rows as CSV")
        text = Text(self.section.format, self.section.csv, answer.where)
        return text_tables(answer.body, text, request)

    def _date(self, answer: Answer, header: str, *, first: bool) -> None:
        """The rows are as old as the oldest page; a page without a time leaves them without one."""
        found = _time(answer.response.headers.get(header))
        if first:
            self.as_of = found
        elif self.as_of is not None:
            self.as_of = min(self.as_of, found) if found else None


def _counted(tables: Iterable[pa.Table]) -> Generator[pa.Table, None, tuple[int, object]]:
    """The tables; how many rows they have is returned, and a mark that tells them from others.

    Rows have keys: what has as many rows as another page, and the same first and last, is that page.
    """
    rows, ends = 0, []
    for table in tables:
        if table.num_rows:
            ends.append(repr(table.slice(0, 1).to_pylist()))
            ends.append(repr(table.slice(table.num_rows - 1).to_pylist()))
        rows += table.num_rows
        yield table
    return rows, (rows, *ends[:1], *ends[-1:])


def _time(text: str | None) -> datetime | None:
    """The time in a header: as HTTP writes it, or as ISO does with an offset; else None."""
    if text is None:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
        except ValueError:
            continue
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    return None


@contextmanager
def _exchange(section: HttpSource, env: Mapping[str, str], request: Request) -> Iterator[Exchange]:
    try:
        from seawall.sources.exchange import Exchange
    except ModuleNotFoundError as error:
        raise DataError(
            "the package for HTTP sources is not installed",
            seen=f"no module {error.name}",
            allowed="httpx",
            todo="pip install 'seawall[http]'",
        ) from error
    with Exchange(section, env, request) as exchange:
        yield exchange
