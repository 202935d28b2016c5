"""A scriptable HTTP server for tests: on loopback, it hangs, drips, redirects and lies as it is told."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

__all__ = [
    "Answer",
    "Asked",
    "HttpServer",
    "bomb",
    "drip",
    "failure",
    "hang",
    "html",
    "http_server",
    "pages",
    "redirect",
    "rows",
    "text",
    "too_many",
    "truncated",
]

LOGIN = "<!DOCTYPE html><html><body><form action='/login'>Please log in</form></body></html>"


@dataclass(frozen=True)
class Asked:
    """A request that arrived. Headers are by their lower-case names."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What is sent back: at once, or a byte every `drip_s`, or never.

    `claims` is the Content-Length where that is a lie. `cut` closes the connection behind the body.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_s: float = 0
    hangs: bool = False
    claims: int | None = None
    cut: bool = False


def text(body: str | bytes, *, kind: str = "text/plain", **headers: str) -> Answer:
    """A body of that content type; headers are written with underscores: Last_Modified."""
    payload = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(payload, headers={"Content-Type": kind, **named})


def rows(found: Any, **headers: str) -> Answer:
    """The value as JSON: a list of rows, or an object around one."""
    return text(json.dumps(found), kind="application/json", **headers)


def failure(status: int, **headers: str) -> Answer:
    """An error as services write it."""
    answer = rows({"error": "out of order"}, **headers)
    return Answer(answer.body, status, answer.headers)


def too_many(retry_after: str) -> Answer:
    """429, come back later: seconds, or a date."""
    return failure(429, Retry_After=retry_after)


def redirect(target: str, status: int = 302) -> Answer:
    """Go there instead."""
    return Answer(status=status, headers={"Location": target})


def html(body: str = LOGIN) -> Answer:
    """200 with a page for people."""
    return text(body, kind="text/html; charset=utf-8")


def hang() -> Answer:
    """The request is read, and nothing is ever answered."""
    return Answer(hangs=True)


def drip(answer: Answer, every_s: float = 1.0) -> Answer:
    """The answer's body, a byte at a time."""
    return Answer(answer.body, answer.status, answer.headers, drip_s=every_s)


def truncated(answer: Answer, keep: int) -> Answer:
    """The whole length is promised, and the connection ends after `keep` bytes."""
    return Answer(
        answer.body[:keep], answer.status, answer.headers, claims=len(answer.body), cut=True
    )


def bomb(megabytes: int) -> Answer:
    """A short gzip answer that is a list of one row with that much text in it."""
    packed = gzip.compress(b'[{"k": "' + b"a" * (megabytes << 20) + b'"}]')
    return text(packed, kind="application/json", Content_Encoding="gzip")


def pages(found: Sequence[Any], size: int, by: Callable[[Asked], int]) -> Callable[[Asked], Answer]:
    """A list in pages of `size` rows: `by` says at which row the page begins that was asked for."""
    return lambda asked: rows(list(found[by(asked) : by(asked) + size]))


Script = Answer | Callable[[Asked], Answer]


class HttpServer:
    """Routes and what was asked of them; a path without a route is answered by 404."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._routes: dict[str, list[Script]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server: _Server | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        """Where the server is, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def route(self, path: str, *script: Script) -> str:
        """Each request of the path gets the next answer, the last one for ever; the path's URL."""
        with self._lock:
            self._routes[path] = list(script)
        return self.url + path

    def asked(self, path: str) -> list[Asked]:
        """The requests of a path that arrived, in order."""
        return [asked for asked in self.requests if asked.path == path]

    def answer(self, asked: Asked) -> Answer:
        """What the script has for the request, which is noted."""
        with self._lock:
            self.requests.append(asked)
            script = self._routes.get(asked.path) or [failure(404)]
            found = script.pop(0) if len(script) > 1 else script[0]
        return found if isinstance(found, Answer) else found(asked)

    def start(self) -> None:
        """The server listens, on the same port as before."""
        self._closing.clear()
        self._server = _Server(self, self._closing, self.port)
        self.port = self._server.server_address[1]
        serve = {"poll_interval": 0.01}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()

    def secure(self, certificate: Path) -> None:
        """The server speaks TLS from now on, with the key and the certificate of that file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if self._server is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def stop(self) -> None:
        """Nobody listens; answers that hang or drip are given up."""
        self._closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, script: HttpServer, closing: threading.Event, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.script, self.closing = script, closing

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what many of the tests are about."""


class _Exchange(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms behind its headers

    def do_GET(self) -> None:
        """The script's answer to this request."""
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers)
        answer = self.server.script.answer(asked)
        if answer.hangs:
            self.server.closing.wait()
            self.close_connection = True
            return
        self._head(answer)
        self._body(answer)

    def do_POST(self) -> None:
        """The same; what was sent is read and forgotten."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_HEAD(self) -> None:
        """The same without a body."""
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """What was asked stands in `requests`."""

    def _head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if answer.claims is None else answer.claims
        if "Transfer-Encoding" not in answer.headers:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _body(self, answer: Answer) -> None:
        if self.command == "HEAD":
            return
        step = 1 if answer.drip_s else max(len(answer.body), 1)
        for start in range(0, len(answer.body), step):
            if start and self.server.closing.wait(answer.drip_s):
                break
            self.wfile.write(answer.body[start : start + step])
            self.wfile.flush()
        self.close_connection = self.close_connection or answer.cut


@pytest.fixture
def http_server() -> Iterator[HttpServer]:
    """A server without routes."""
    server = HttpServer()
    yield server
    server.stop()
