"""One layer of retries: a real server sees as many requests as attempts are declared, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.reads import Read, Unread
from tests.http_server import Answer, HttpServer, failure, hang, rows, too_many
from tests.postgres import Postgres
from tests.reads.conftest import Reading
from tests.s3 import S3
from tests.tcp_proxy import TcpProxy

SLOW_DOWN = Answer(b"<Error><Code>SlowDown</Code><Message>slower</Message></Error>", 503)


def http(url: str, **keys: Any) -> dict[str, Any]:
    """The section of a service on loopback."""
    return {"type": "http", "url": url, "private_networks": ["127.0.0.0/8"], **keys}


@pytest.mark.parametrize("status", [500, 503, 429])
def test_http_statuses(reading: Reading, http_server: HttpServer, status: int) -> None:
    """A service that fails is asked three times where three attempts are declared."""
    url = http_server.route("/rows", failure(status))
    outcome = reading.read(http(url), max_attempts=3)

    assert isinstance(outcome, Unread)
    assert (outcome.attempts, len(http_server.asked("/rows"))) == (3, 3)


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_http_statuses_that_stay(reading: Reading, http_server: HttpServer, status: int) -> None:
    """A service that refuses is asked once."""
    reading.read(http(http_server.route("/rows", failure(status))), max_attempts=3)

    assert len(http_server.asked("/rows")) == 1


def test_http_hang(reading: Reading, http_server: HttpServer) -> None:
    """A service that never answers is asked anew after the attempt's time."""
    outcome = reading.read(
        http(http_server.route("/rows", hang(), rows([{"n": 1}]))), attempt_timeout_s=1.0
    )

    assert isinstance(outcome, Read)
    assert (outcome.attempts, len(http_server.asked("/rows"))) == (2, 2)


def test_http_retry_after(reading: Reading, http_server: HttpServer) -> None:
    """A service that asks for an hour is not asked again within a deadline of a minute."""
    outcome = reading.read(http(http_server.route("/rows", too_many("3600"))), max_attempts=3)

    assert isinstance(outcome, Unread)
    assert len(http_server.asked("/rows")) == 1
    assert "it asks to wait for 3,600 s" in outcome.given_up


def test_http_nobody_listens(reading: Reading, http_server: HttpServer) -> None:
    """A connection that is refused is tried as often as declared, and says that it is down."""
    url = http_server.route("/rows", rows([]))
    http_server.stop()
    outcome = reading.read(http(url), max_attempts=2)

    assert isinstance(outcome, Unread)
    assert (outcome.attempts, outcome.last.availability) == (2, True)


def test_postgres(reading: Reading, postgres: Postgres) -> None:
    """A database whose connections break is connected to once an attempt."""
    port = int(postgres.url.rpartition(":")[2].partition("/")[0])
    with TcpProxy(port, cut_after=0) as proxy:
        url = postgres.url.replace(f":{port}", f":{proxy.port}")
        proxy.mode = "cut"
        section = {"type": "sql", "url": url, "query": "SELECT 1 AS n"}
        outcome = reading.read(section, max_attempts=3)

        assert isinstance(outcome, Unread)
        assert (outcome.attempts, proxy.connections) == (3, 3)


def test_s3(reading: Reading, http_server: HttpServer) -> None:
    """A store that asks to slow down is asked once an attempt, by none of its three libraries more."""
    http_server.route("/bucket", SLOW_DOWN)
    storage = {"endpoint_url": http_server.url, "key": "k", "secret": "s"}
    section = {"type": "parquet", "path": "s3://bucket/*.parquet", "storage": storage}
    outcome = reading.read(section, max_attempts=3)

    assert isinstance(outcome, Unread)
    assert (outcome.attempts, len(http_server.requests)) == (3, 3)
    assert outcome.last.availability


def test_s3_nobody_listens(reading: Reading, s3: S3) -> None:
    """A store that refuses connections is tried as often as declared, and is down."""
    s3.stop()
    section = {"type": "parquet", "path": f"{s3.url}/a.parquet", "storage": s3.storage}
    outcome = reading.read(section, max_attempts=2)

    assert isinstance(outcome, Unread)
    assert (outcome.attempts, outcome.last.availability) == (2, True)
