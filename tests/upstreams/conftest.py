"""The flight pipeline with real upstreams."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http_server import HttpServer
from tests.postgres import Postgres
from tests.s3 import S3
from tests.tcp_proxy import TcpProxy
from tests.upstreams.watched import run
from tests.upstreams.world import BEFORE, Upstreams, make_project, write_config


@pytest.fixture(scope="session")
def flights_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flight pipeline with its data, of which nothing was ever run."""
    root = tmp_path_factory.mktemp("flights") / "project"
    make_project(root)
    return root


@pytest.fixture(scope="session")
def servers(postgres: Postgres, s3_server: int, flights_template: Path) -> Iterator[Upstreams]:
    """The three upstreams, for all tests of this process."""
    http = HttpServer()
    with TcpProxy(postgres.port) as proxy, TcpProxy(s3_server) as s3_proxy:
        bucket = S3(s3_proxy, "flight-delays")
        bucket.ask("PUT", bucket.bucket)
        found = Upstreams(postgres, proxy, http, bucket, flights_template / "data")
        found.heal()
        yield found
    http.stop()


@pytest.fixture(scope="session")
def flights_before(
    servers: Upstreams, flights_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The project after a healthy night."""
    root = _copied(flights_template, tmp_path_factory.mktemp("before") / "project")
    write_config(root, servers.s3.bucket)
    done = run(root, servers.env, BEFORE)
    assert done.code == 0, done.stderr
    return root


@pytest.fixture
def upstreams(servers: Upstreams) -> Upstreams:
    """The three upstreams, healthy."""
    servers.heal()
    return servers


@pytest.fixture
def flights(flights_before: Path, tmp_path: Path) -> Path:
    """A project after a healthy night, to be changed."""
    return _copied(flights_before, tmp_path / "project")


def _copied(source: Path, target: Path) -> Path:
    """A copy in which two names of one file are that again."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    return target
