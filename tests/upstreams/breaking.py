"""What can go wrong with each of the three upstreams, caused for real."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd

from tests.http_server import Answer, Asked, drip, hang, redirect, text
from tests.tcp_proxy import Mode, TcpProxy
from tests.upstreams.watched import run
from tests.upstreams.world import BATCH, BEFORE, Upstreams, paged

FAULTS = ("stop", "hang", "drip", "corrupt", "empty", "null", "redirect", "rename", "stale")
_MODES: dict[str, Mode] = {"stop": "refuse", "hang": "hang", "drip": "drip"}


@contextlib.contextmanager
def broken(upstreams: Upstreams, upstream: str, fault: str) -> Iterator[Thief]:
    """The fault is there within; whoever follows a redirect meets the thief."""
    with thief() as caught, contextlib.ExitStack() as stack:
        {"weather": _weather, "planes": _planes, "airports": _airports}[upstream](
            upstreams, fault, caught, stack
        )
        yield caught


@contextlib.contextmanager
def broken_primary(upstreams: Upstreams, upstream: str, fault: str, root: Path) -> Iterator[Thief]:
    """The fault is there within, in the rows to score and only there."""
    with thief() as caught, contextlib.ExitStack() as stack:
        if fault in _IN_ROWS:
            upstreams.put_flights(_IN_ROWS[fault](upstreams.flights(BATCH)))
        elif fault == "stale":
            _yesterday_again(upstreams, root)
        else:
            {"postgres": _postgres, "http": _http, "s3": _s3}[upstream](
                upstreams, fault, caught, stack
            )
        yield caught


def _yesterday_again(up: Upstreams, root: Path) -> None:
    """The rows of the night before are scored, and come once more under the next day's name."""
    config = root / "pipeline.yaml"
    text_ = config.read_text()
    config.write_text(
        text_.replace("    key: flight_id", "    key: flight_id\n    on_unchanged_input: fail")
    )
    up.put_flights(up.flights(BEFORE), day=BEFORE)
    done = run(root, up.env, BEFORE, "--force")
    assert done.code == 0, done.stderr
    up.put_flights(up.flights(BEFORE), day=BATCH)


_IN_ROWS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "empty": lambda found: found.head(0),
    "null": lambda found: found.assign(distance=pd.Series(dtype="float64")),
    "rename": lambda found: found.rename(columns={"distance": "miles"}),
}


def _postgres(up: Upstreams, fault: str, caught: Thief, stack: contextlib.ExitStack) -> None:
    port = up.proxy.port
    if fault in _MODES:  # the lookups keep their own way to the server
        proxy = stack.enter_context(TcpProxy(up.postgres.port))
        proxy.mode, port = _MODES[fault], proxy.port
    else:
        port = stack.enter_context(garbage()) if fault == "corrupt" else caught.redirecting
    up.more["FLIGHTS_DB"] = up.env["WEATHER_DB"].replace(f":{up.proxy.port}/", f":{port}/")


def _http(up: Upstreams, fault: str, caught: Thief, stack: contextlib.ExitStack) -> None:
    answer = up.days[BATCH]
    if fault == "stop":
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))  # nobody listens there
        up.more["FLIGHTS_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}/flights"
        return
    found = {
        "hang": hang(),
        "drip": drip(answer),
        "corrupt": text(answer.body[:-40], kind="application/x-ndjson"),
        "redirect": redirect(f"http://127.0.0.1:{caught.port}/flights"),
    }
    up.http.route("/flights", found[fault])


def _s3(up: Upstreams, fault: str, caught: Thief, stack: contextlib.ExitStack) -> None:
    if fault == "corrupt":
        up.s3.put(f"flights/{BATCH}.parquet", b"PAR1" + b"\x00\xff" * 10_000 + b"PAR1")
        return
    proxy = stack.enter_context(TcpProxy(up.s3.proxy.target))
    proxy.mode = _MODES.get(fault, "pass")
    port = caught.redirecting if fault == "redirect" else proxy.port
    up.more["FLIGHTS_S3"] = f"http://127.0.0.1:{port}"


def _weather(up: Upstreams, fault: str, caught: Thief, stack: contextlib.ExitStack) -> None:
    statements = {
        "empty": "DELETE FROM weather",
        "null": "UPDATE weather SET temp = NULL",
        "rename": "ALTER TABLE weather RENAME COLUMN temp TO temperature",
        "stale": "UPDATE weather SET time_hour = time_hour - interval '3 days'",
    }
    if fault in _MODES:
        up.proxy.mode = _MODES[fault]
    elif fault in statements:
        up.postgres.run(statements[fault])
    else:
        port = stack.enter_context(garbage()) if fault == "corrupt" else caught.redirecting
        up.more["WEATHER_DB"] = up.env["WEATHER_DB"].replace(f":{up.proxy.port}/", f":{port}/")


def _planes(up: Upstreams, fault: str, caught: Thief, stack: contextlib.ExitStack) -> None:
    del stack
    healthy = up.planes()
    old = formatdate(1_000_000_000, usegmt=True)
    found = {
        "hang": hang(),
        "drip": lambda asked: drip(healthy(asked)),
        "corrupt": lambda asked: text(healthy(asked).body[:-200], kind="application/json"),
        "empty": paged([], formatdate(usegmt=True)),
        "null": up.planes(seats=None),
        "redirect": redirect(f"http://127.0.0.1:{caught.port}/planes"),
        "rename": lambda asked: text(healthy(asked).body.replace(b"seats", b"chairs")),
        "stale": paged(_rows_of(healthy), old),
    }
    if fault == "stop":
        up.http.stop()
    else:
        up.http.route("/planes", found[fault])


def _rows_of(healthy: Callable[..., object]) -> list[dict[str, object]]:
    answer = healthy(Asked("/planes", {"page": "1", "per_page": "100000"}, {}))
    assert isinstance(answer, Answer)
    found: list[dict[str, object]] = json.loads(answer.body)["planes"]
    return found


def _airports(up: Upstreams, fault: str, caught: Thief, stack: contextlib.ExitStack) -> None:
    del stack
    found = up.airports()
    if fault in _MODES:
        up.s3.proxy.mode = _MODES[fault]
    elif fault == "corrupt":
        up.s3.put("airports.jsonl", b'{"faa": "EWR", "tz": -5, "upd\x00\xff\n' * 1_500)
    elif fault == "empty":
        up.s3.put("airports.jsonl", b"")
    elif fault == "redirect":
        up.more["S3_ENDPOINT"] = f"http://127.0.0.1:{caught.redirecting}"
    else:
        changes = {
            "null": lambda row: {**row, "tz": None},
            "rename": lambda row: {("zone" if k == "tz" else k): v for k, v in row.items()},
            "stale": lambda row: {**row, "updated": "2013-05-01T00:00:00Z"},
        }
        up.put_airports([changes[fault](row) for row in found])


class Thief:
    """Two servers: one sends everybody to the other, which notes who came."""

    def __init__(self) -> None:
        self.visitors: list[str] = []
        self._servers = [self._server(self._take)]
        self.port = self._servers[0].server_address[1]
        self._servers.append(self._server(self._send_on))
        self.redirecting = self._servers[1].server_address[1]

    def close(self) -> None:
        """Nobody listens."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _server(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> ThreadingHTTPServer:
        methods = dict.fromkeys(("do_GET", "do_HEAD", "do_PUT", "do_POST"), answer)
        quiet = {"log_message": lambda *_: None}
        handler = type("Handler", (BaseHTTPRequestHandler,), {**methods, **quiet})
        server = _Quiet(("127.0.0.1", 0), handler)
        serve = {"poll_interval": 0.01}
        threading.Thread(target=server.serve_forever, kwargs=serve, daemon=True).start()
        return server

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        self.visitors.append(request.path)
        request.send_response(200)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"[]")

    def _send_on(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(307)
        request.send_header("Location", f"http://127.0.0.1:{self.port}{request.path}")
        request.send_header("Content-Length", "0")
        request.end_headers()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that speak no HTTP are what the test is about."""


@contextlib.contextmanager
def thief() -> Iterator[Thief]:
    """A thief within."""
    found = Thief()
    try:
        yield found
    finally:
        found.close()


@contextlib.contextmanager
def garbage() -> Iterator[int]:
    """The port of a server that answers everything with bytes that mean nothing."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, contextlib.suppress(OSError):
                    client.recv(1 << 16)
                    client.sendall(bytes(range(256)) * 16)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
