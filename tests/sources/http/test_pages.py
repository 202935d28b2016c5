"""HTTP: pages are read to the last one, all of them or none, and they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from seawall.errors import UnavailableError
from tests.http_server import (
    Answer,
    Asked,
    HttpServer,
    failure,
    pages,
    rows,
)
from tests.sources.http.asking import PLANES


def by_link(asked: Asked) -> Answer:
    """Two rows a page, and a Link to the next."""
    at = int(asked.query.get("at", "0"))
    found = rows(PLANES[at : at + 2])
    if at + 2 >= len(PLANES):
        return found
    link = f'</rows?at={at + 2}>; rel="next", </rows?at=0>; rel="first"'
    return replace(found, headers={**found.headers, "Link": link})


def by_link_within(asked: Asked) -> Answer:
    """Two rows a page, and the next one's URL in the answer."""
    at = int(asked.query.get("at", "0"))
    following = f"/rows?at={at + 2}" if at + 2 < len(PLANES) else None
    return rows({"rows": PLANES[at : at + 2], "links": {"next": following}})


def by_cursor(asked: Asked) -> Answer:
    """Two rows a page, and a cursor behind them."""
    at = int(asked.query.get("after", "0"))
    return rows({"next": at + 2 if at + 2 < len(PLANES) else None, "rows": PLANES[at : at + 2]})


WAYS: dict[str, tuple[Any, dict[str, Any]]] = {
    "link header": (by_link, {"pages": {"by": "link"}}),
    "link in the answer": (
        by_link_within,
        {"records": "rows", "pages": {"by": "link", "next": "links.next"}},
    ),
    "cursor": (
        by_cursor,
        {"records": "rows", "pages": {"by": "cursor", "parameter": "after", "next": "next"}},
    ),
    "page": (
        pages(PLANES, 2, lambda asked: 2 * (int(asked.query["page"]) - 1)),
        {"pages": {"by": "page", "parameter": "page", "size": 2}},
    ),
    "offset": (
        pages(PLANES, 2, lambda asked: int(asked.query["from"])),
        {"pages": {"by": "offset", "parameter": "from", "size": 2, "size_parameter": "n"}},
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_pages_are_read_to_the_last(ask: Any, http_server: HttpServer, way: str) -> None:
    """Every way of paging gives each row once, in order, and ends by itself."""
    script, keys = WAYS[way]

    assert ask(script, **keys) == PLANES
    assert len(http_server.requests) == 4


@pytest.mark.parametrize("way", WAYS)
def test_page_that_fails_fails_the_read(ask: Any, way: str) -> None:
    """A failure on a later page is raised: the pages before it are no answer."""
    script, keys = WAYS[way]

    with pytest.raises(httpx.HTTPStatusError):
        ask(script, script, failure(500), **keys)


def test_size_of_pages_is_asked_for(ask: Any, http_server: HttpServer) -> None:
    """The size is sent where the file names its parameter, and offsets count rows."""
    script, keys = WAYS["offset"]
    ask(script, **keys)

    assert [asked.query["from"] for asked in http_server.requests] == ["0", "2", "4", "6"]
    assert {asked.query["n"] for asked in http_server.requests} == {"2"}


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        (rows(PLANES[:2]), WAYS["page"][1]),
        (rows(PLANES[:2]), WAYS["offset"][1]),
        (rows({"rows": PLANES, "next": "same"}), WAYS["cursor"][1]),
        (rows({"rows": PLANES, "links": {"next": "/rows"}}), WAYS["link in the answer"][1]),
        (rows({"rows": [], "next": "same"}), WAYS["cursor"][1]),
    ],
)
def test_pages_in_a_circle_end(ask: Any, answer: Answer, keys: dict[str, Any]) -> None:
    """A service that sends the same page for ever is a failure, not an endless read."""
    with pytest.raises(UnavailableError, match=r"earlier page|came already"):
        ask(answer, **keys)


def test_empty_pages_without_end_are_given_up(ask: Any, http_server: HttpServer) -> None:
    """A cursor that always changes while no rows come is given up."""

    def next_cursor(asked: Asked) -> Answer:
        return rows({"rows": [], "next": int(asked.query.get("after", "0")) + 1})

    with pytest.raises(UnavailableError, match="do not end"):
        ask(next_cursor, **WAYS["cursor"][1])
    assert len(http_server.requests) == 100


def test_secret_parameter_goes_along_to_the_next_page(ask: Any, http_server: HttpServer) -> None:
    """A token that the link leaves out is sent again to the same host."""
    ask(by_link, env={"T": "geheim"}, params={"token": "${env:T}"}, pages={"by": "link"})

    assert {asked.query.get("token") for asked in http_server.requests} == {"geheim"}
