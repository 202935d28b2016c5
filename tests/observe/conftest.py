"""A real server that misbehaves, and runs that end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from seawall.contracts import Account, Finding
from seawall.events import RunEnded


class Server:
    """Answers on loopback as the path says; `bodies` holds what was posted."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.over = threading.Event()
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.bodies.append(json.loads(self.rfile.read(length)))
                getattr(outer, self.path.partition("?")[0].strip("/"))(self)

            def do_GET(self) -> None:
                outer.bodies.append({"followed": self.path})
                outer.ok(self)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._http.daemon_threads = True
        # Clients that leave early are the point of these tests.
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str) -> str:
        """The address of a behaviour."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def ok(self, answer: BaseHTTPRequestHandler) -> None:
        """Takes it."""
        answer.send_response(204)
        answer.end_headers()

    def broken(self, answer: BaseHTTPRequestHandler) -> None:
        """Refuses it."""
        answer.send_error(500)

    def elsewhere(self, answer: BaseHTTPRequestHandler) -> None:
        """Sends on to the place that takes it."""
        # A client that follows a 302 goes on with GET.
        answer.send_response(302)
        answer.send_header("Location", self.url("ok"))
        answer.end_headers()

    def endless(self, answer: BaseHTTPRequestHandler) -> None:
        """Takes it, and goes on answering for ever."""
        answer.send_response(200)
        answer.end_headers()
        while not self.over.is_set():
            answer.wfile.write(b"x" * 65_536)

    def hang(self, answer: BaseHTTPRequestHandler) -> None:
        """Says nothing."""
        self.over.wait()
        answer.close_connection = True

    def drip(self, answer: BaseHTTPRequestHandler) -> None:
        """Sends a byte now and then, so that no wait for the next one is long."""
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.over.wait(0.002):
            answer.wfile.write(b"x")
        answer.close_connection = True

    def close(self, answer: BaseHTTPRequestHandler) -> None:
        """Hangs up."""
        answer.close_connection = True

    def stop(self) -> None:
        """No request is left."""
        self.over.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """The server."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def end() -> Callable[..., RunEnded]:
    """Builds the end of a run."""

    def build(state: str = "held", **others: Any) -> RunEnded:
        values: dict[str, Any] = {
            "run_id": "r1",
            "at": datetime(2013, 7, 1, 3, tzinfo=UTC),
            "pipeline": "delays",
            "batch": "2013-07-01",
            "state": state,
            "exit": 0 if state == "published" else 4,
            "version": 3,
            "path": "predictions",
            "account": Account(10, 8, 1, 1),
            "findings": (
                Finding("mean", "fail", "p_late", "0.9", "at most 0.6", "too high", {"D": 0.5}),
            ),
            "message": "the mean is too high",
            "seconds": 1.5,
        }
        return RunEnded(**(values | others))

    return build
