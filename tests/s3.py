"""A real S3 protocol endpoint for tests: moto's server in a process of its own, behind a proxy."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from tests.tcp_proxy import TcpProxy

__all__ = ["S3", "s3", "s3_server", "serving"]

PATIENCE_S = 60.0


@dataclass(frozen=True)
class S3:
    """A bucket of the server. `proxy` stands before it: refuse, hang, drip or cut.

    `key` and `secret` are ones that nobody else has.
    """

    proxy: TcpProxy
    bucket: str
    key: str = "AKIATESTONLY"
    secret: str = "a-secret-of-this-test/+="

    @property
    def endpoint(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.proxy.port}"

    @property
    def url(self) -> str:
        """The bucket, as fsspec names it."""
        return f"s3://{self.bucket}"

    @property
    def storage(self) -> dict[str, str]:
        """The options with which a file's section reaches the server."""
        return {"endpoint_url": self.endpoint, "key": self.key, "secret": self.secret}

    def put(self, key: str, payload: bytes) -> str:
        """The object is there; its URL."""
        self.ask("PUT", f"{self.bucket}/{quote(key)}", payload)
        return f"{self.url}/{key}"

    def delete(self, key: str) -> None:
        """The object is gone."""
        self.ask("DELETE", f"{self.bucket}/{quote(key)}")

    def stop(self) -> None:
        """Connections are refused; the objects stay."""
        self.proxy.mode = "refuse"

    def start(self) -> None:
        """The server answers."""
        self.proxy.mode = "pass"

    def ask(self, method: str, path: str, payload: bytes | None = None) -> None:
        """The server did that."""
        # past the proxy, whatever that does now; moto asks for a signature and does not check it
        url = f"http://127.0.0.1:{self.proxy.target}/{path}"
        signed = f"AWS4-HMAC-SHA256 Credential={self.key}/20130701/us-east-1/s3/aws4_request"
        headers = {"Content-Type": "application/octet-stream", "Authorization": signed}
        asked = urllib.request.Request(url, data=payload, method=method, headers=headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE_S):
            pass


@contextmanager
def serving(port: int) -> Iterator[None]:
    """A server on that port, for the block."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    surroundings = {**os.environ, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[int]:
    """The port of a server that all tests of this process share."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("s3fs") is None:
        pytest.skip("moto's server or s3fs is not installed")
    port = _free_port()
    with serving(port):
        yield port


@pytest.fixture
def s3(s3_server: int, request: pytest.FixtureRequest) -> Iterator[S3]:
    """An empty bucket of the test's own, behind a proxy of its own."""
    with TcpProxy(s3_server) as proxy:
        bucket = S3(proxy, f"bucket-{time.monotonic_ns()}")
        bucket.ask("PUT", bucket.bucket)
        yield bucket


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                raise RuntimeError(f"moto's server ended with {process.returncode}") from None
            time.sleep(0.05)
    raise RuntimeError("moto's server did not start")
