"""The servers of the tests break in the way that their names say."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request

import pytest

from tests.http_server import HttpServer, drip, failure, hang, pages, rows, text, truncated
from tests.s3 import S3
from tests.tcp_proxy import TcpProxy


def get(url: str, timeout: float = 10) -> bytes:
    """The body of what is there."""
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


def test_script_is_followed_in_order(http_server: HttpServer) -> None:
    """An answer is given once and the last one for ever, and every request is noted."""
    url = http_server.route("/a", failure(500), text("fine"))
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(url)
    caught.value.close()

    assert [get(url + "?x=1"), get(url)] == [b"fine", b"fine"]
    assert [asked.query for asked in http_server.asked("/a")] == [{}, {"x": "1"}, {}]


def test_pages_are_cut_where_they_are_asked_for(http_server: HttpServer) -> None:
    """A page begins at the row that the request names."""
    url = http_server.route("/p", pages(range(5), 2, lambda asked: int(asked.query["offset"])))

    assert get(url + "?offset=4") == b"[4]"


def test_hang_never_answers(http_server: HttpServer) -> None:
    """A request that hangs ends with its own timeout, and the server can still be stopped."""
    url = http_server.route("/h", hang())

    with pytest.raises(TimeoutError):
        get(url, timeout=0.2)


def test_drip_is_slow_but_alive(http_server: HttpServer) -> None:
    """A body that drips comes complete, in the time that its bytes take."""
    url = http_server.route("/d", drip(text("abc"), every_s=0.1))
    begun = time.monotonic()

    assert get(url, timeout=5) == b"abc"
    assert time.monotonic() - begun >= 0.2


def test_truncated_ends_early(http_server: HttpServer) -> None:
    """A truncated body is shorter than its header says."""
    url = http_server.route("/t", truncated(rows([1, 2, 3]), keep=4))

    with pytest.raises(http.client.IncompleteRead):
        get(url)


def test_stopped_server_comes_back_on_its_port(http_server: HttpServer) -> None:
    """A stopped server refuses connections, and a started one answers under the same URL."""
    url = http_server.route("/a", text("fine"))
    http_server.stop()
    with pytest.raises(urllib.error.URLError, match="refused"):
        get(url)
    http_server.start()

    assert get(url) == b"fine"


def test_proxy_refuses_hangs_cuts_and_passes(http_server: HttpServer) -> None:
    """Each of a proxy's modes does to a client what it says, and ends when it is taken back."""
    http_server.route("/a", text("x" * 1_000))
    with TcpProxy(http_server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/a"
        with proxy.set("refuse"), pytest.raises(urllib.error.URLError, match="refused"):
            get(url)
        with proxy.set("hang"), pytest.raises(TimeoutError):
            get(url, timeout=0.2)
        with proxy.set("cut"), pytest.raises((OSError, http.client.HTTPException)):
            get(url)

        assert get(url) == b"x" * 1_000


def test_proxy_drips_and_lets_go(http_server: HttpServer) -> None:
    """A dripping proxy lets a byte through at a time, and all the rest once it passes again."""
    http_server.route("/a", text("fine"))
    with TcpProxy(http_server.port, drip_s=0.05) as proxy:
        proxy.mode = "drip"
        with socket.create_connection(("127.0.0.1", proxy.port)) as client:
            client.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            first = [client.recv(100) for _ in range(3)]
            proxy.mode = "pass"
            rest = b"".join(iter(lambda: client.recv(1 << 16), b""))

    assert [len(piece) for piece in first] == [1, 1, 1]
    assert rest.endswith(b"fine")


def test_bucket_holds_what_is_put(s3: S3) -> None:
    """An object is what was put, for a reader with the bucket's own options."""
    s3fs = pytest.importorskip("s3fs")
    url = s3.put("a/b c.csv", b"k\n1\n")
    store = s3fs.S3FileSystem(skip_instance_cache=True, **s3.storage)

    assert store.cat(url) == b"k\n1\n"
