"""Which page of an HTTP answer is asked for next, and when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seawall.config.sources import Pages
from seawall.errors import UnavailableError

__all__ = ["Ask", "Page", "Paging"]

_EMPTY_IN_A_ROW = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: the section's own URL with these parameters more, or another URL whole."""

    url: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page said: `mark` is the same for pages of the same rows.

    `next` is the value at the declared path, `link` the URL of the Link header's rel=next.
    """

    rows: int
    mark: object
    next: Any = None
    link: str | None = None


class Paging:
    """The pages of one answer in order, each once, until one says that it is the last."""

    def __init__(self, pages: Pages | None, *, most_rows: int, where: str) -> None:
        self.number = self.rows = 0
        self.where = where
        self._pages, self._most_rows = pages, most_rows
        self._marks: set[object] = set()
        self._asked: set[Ask | str] = set()
        self._empty = 0

    def first(self) -> Ask:
        """What is asked for at the beginning."""
        pages = self._pages
        if pages is None:
            return Ask()
        begin = {"page": pages.start, "offset": 0}.get(pages.by)
        return self._own(pages, {} if begin is None else {str(pages.parameter): str(begin)})

    def after(self, page: Page) -> Ask | None:
        """What is asked for once the page was read; None behind the last one.

        Raises UnavailableError when the service goes in circles: rows that came already, a link or
        a cursor that was followed already, pages without rows that do not end.
        """
        self.number, self.rows = self.number + 1, self.rows + page.rows
        if self._pages is None:
            return None
        self._refuse_circles(page)
        following = self._following(self._pages, page)
        if following is not None:
            self._refuse_again(following)
        return following

    def _following(self, pages: Pages, page: Page) -> Ask | None:
        if pages.by == "link":
            link = page.next if pages.next else page.link
            return Ask(url=_text(link, self.where)) if link else None
        if pages.by == "cursor":
            cursor = page.next
            if cursor is None or cursor == "":
                return None
            return self._own(pages, {str(pages.parameter): _text(cursor, self.where)})
        if page.rows < pages.size:
            return None
        count = pages.start + self.number if pages.by == "page" else self.rows
        return self._own(pages, {str(pages.parameter): str(count)})

    def _own(self, pages: Pages, params: Mapping[str, str]) -> Ask:
        """Our own URL; a page's size is asked for where the file says how."""
        sized = {pages.size_parameter: str(pages.size)} if pages.size_parameter else {}
        return Ask(params={**sized, **params})

    def _refuse_circles(self, page: Page) -> None:
        if page.rows and page.mark in self._marks:
            raise self._circle("the same rows as on an earlier page", f"page {self.number:,}")
        self._marks.add(page.mark)
        self._empty = 0 if page.rows else self._empty + 1
        if self._empty >= _EMPTY_IN_A_ROW:
            raise self._circle("pages without rows that do not end", f"{self._empty} in a row")
        if self.number > self._most_rows:
            raise self._circle("more pages than rows are allowed", f"{self.number:,} pages")

    def _refuse_again(self, following: Ask) -> None:
        mark = following.url or repr(sorted(following.params.items()))
        if mark in self._asked:
            raise self._circle("the next page is one that came already", f"page {self.number:,}")
        self._asked.add(mark)

    def _circle(self, what: str, seen: str) -> UnavailableError:
        todo = "check the section's `pages` with the service's documentation"
        return UnavailableError(what, self.where, seen, "pages that differ and end", todo)


def _text(value: Any, where: str) -> str:
    """The link or the cursor, as it is sent."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    seen = f"{type(value).__name__} {str(value)[:100]}"
    raise UnavailableError("a next page that is no text", where, seen, "a URL, a cursor or null")
