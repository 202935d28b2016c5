"""HTTP: what is sent to whom, what is followed, and what is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from seawall.errors import DataError, ForbiddenError
from tests.http_server import (
    HttpServer,
    failure,
    html,
    redirect,
    rows,
)
from tests.sources.http.asking import PLANES, read, request, source


def test_headers_and_params_come_from_secrets(ask: Any, http_server: HttpServer) -> None:
    """References are resolved when the request is made, and {batch} is filled in."""
    env = {"TOKEN": "Bearer geheim", "KEY": "a b&c"}
    ask(
        rows([]),
        env=env,
        headers={"Authorization": "${env:TOKEN}"},
        params={"key": "${env:KEY}", "day": "{batch}"},
    )
    (asked,) = http_server.requests

    assert asked.headers["authorization"] == "Bearer geheim"
    assert asked.query == {"key": "a b&c", "day": "2013-07-01"}


def test_redirect_is_refused(ask: Any, http_server: HttpServer) -> None:
    """A redirect is not followed unless its host is listed, not even to the same host."""
    http_server.route("/login", html())

    with pytest.raises(ForbiddenError, match="that the file does not list"):
        ask(redirect("/login?from=geheim"))
    assert http_server.asked("/login") == []


def test_listed_redirect_is_followed_without_secrets(ask: Any, http_server: HttpServer) -> None:
    """A listed host is followed; headers of the section go to its own host and port only."""
    other = HttpServer()
    try:
        other.route("/there", rows(PLANES))
        headers = {"Authorization": "geheim", "X-Api-Key": "geheim"}
        found = ask(redirect(f"{other.url}/there"), headers=headers, redirects=["127.0.0.1"])
    finally:
        other.stop()

    assert found == PLANES
    assert "geheim" in str(http_server.requests)
    assert "geheim" not in str(other.requests)


def test_redirects_end(ask: Any, http_server: HttpServer) -> None:
    """At most five redirects are followed."""
    with pytest.raises(ForbiddenError, match="more than 5 redirects"):
        ask(redirect("/rows"), redirects=["127.0.0.1"])
    assert len(http_server.requests) == 6


def test_next_page_elsewhere_is_refused(ask: Any) -> None:
    """A next link to another host is held to the same list as a redirect."""
    answer = rows({"rows": PLANES, "links": {"next": "http://198.51.100.7/rows"}})

    with pytest.raises(ForbiddenError, match="a next page on another host"):
        ask(answer, records="rows", pages={"by": "link", "next": "links.next"})


@pytest.mark.parametrize("url", ["ftp://example.com/a", "http:///a", "file:///etc/passwd"])
def test_other_schemes_are_refused(tmp_path: Path, url: str) -> None:
    """Only http and https are asked, also where the URL comes from the environment."""
    with pytest.raises(DataError, match="no URL of an HTTP service"):
        read(source("${env:U}", env={"U": url}), request(tmp_path))


def test_proxies_of_the_environment_are_ignored(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment does not get to see the requests."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ask(rows(PLANES)) == PLANES


def test_url_from_the_environment_is_not_shown(tmp_path: Path, http_server: HttpServer) -> None:
    """An address that came from a reference appears in no error, only the reference does."""
    url = http_server.route("/geheim", failure(404))
    made = source("${env:SERVICE}", env={"SERVICE": url})

    with pytest.raises(httpx.HTTPStatusError) as caught:
        read(made, request(tmp_path))
    assert str(caught.value) == "status 404 Not Found from ${env:SERVICE}"
