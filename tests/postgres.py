"""A real PostgreSQL server for tests: on loopback, with a password, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

__all__ = ["Postgres", "postgres", "serving"]

USER = "tester"
# durability costs time and is nothing that a test of a reader needs
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "listen_addresses": "127.0.0.1",
    "autovacuum": "off",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """A database of the server; `password` is one that nobody else has."""

    binaries: Path
    folder: Path
    port: int
    password: str
    name: str = "postgres"

    @property
    def url(self) -> str:
        """The database as SQLAlchemy names it."""
        return f"postgresql://{USER}:{quote(self.password)}@127.0.0.1:{self.port}/{self.name}"

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """What the statements answered; they are committed one by one."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return [] if cursor.description is None else cursor.fetchall()

    def database(self, name: str) -> Postgres:
        """A new, empty database; one of that name is gone."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.run(f'CREATE DATABASE "{name}"')
        return replace(self, name=name)

    def start(self) -> None:
        """The server answers."""
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        log = str(self.folder / "log")
        sockets = f"-p {self.port} -k {self.folder}"
        self._pg_ctl("start", "-w", "-t", "60", "-l", log, "-o", f"{options} {sockets}")

    def stop(self) -> None:
        """Connections are cut, new ones refused; a server that does not run is left alone."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.resume()
            self._pg_ctl("stop", "-w", "-m", "immediate")

    def pause(self) -> None:
        """Connections are taken and nothing is ever answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """The server goes on where it was."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        import psutil

        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        server = psutil.Process(pid)
        server.send_signal(number)  # first: a stopped one makes no more children
        for child in server.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # a worker may end by itself meanwhile
                child.send_signal(number)

    def _pg_ctl(self, *args: str) -> None:
        as_server(self.binaries / "pg_ctl", "-D", str(self.folder / "data"), *args)


def as_server(program: Path, *args: str) -> None:
    """The program ran as a user that PostgreSQL accepts, which root is not."""
    user = "postgres" if os.geteuid() == 0 else None
    how: dict[str, Any] = {}
    if user is not None:
        how = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    null = subprocess.DEVNULL  # a pipe would stay open as long as the server runs
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    subprocess.run(
        [str(program), *args], check=True, cwd="/", stdout=null, stderr=null, env=environment, **how
    )


def missing() -> str:
    """Why there can be no server here; '' when there can."""
    if binaries() is None:
        return "PostgreSQL's programs (initdb, pg_ctl) are not installed"
    if os.geteuid() == 0 and "postgres" not in {entry.pw_name for entry in pwd.getpwall()}:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


def binaries() -> Path | None:
    """The folder of the newest server's programs."""
    found = shutil.which("pg_ctl")
    versions = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = sorted(versions, key=lambda path: int(path.parts[-3].partition(".")[0]))
    paths = [Path(found)] if found else newest
    return paths[-1].resolve().parent if paths else None


@contextmanager
def serving() -> Iterator[Postgres]:
    """A server of one's own within; nothing is left of it."""
    programs = binaries()
    assert programs is not None
    with tempfile.TemporaryDirectory(prefix="seawall-pg-", ignore_cleanup_errors=True) as name:
        server = Postgres(programs, Path(name), _free_port(), secrets.token_urlsafe(18))
        _initialise(server)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _initialise(server: Postgres) -> None:
    """The server's files are there, for the user under which it runs."""
    secret = server.folder / "password"
    secret.write_text(server.password)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in (server.folder, secret):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    how = ["-A", "scram-sha-256", "-U", USER, f"--pwfile={secret}", "-E", "UTF8", "--locale=C"]
    data = str(server.folder / "data")
    as_server(server.binaries / "initdb", "-D", data, "--no-sync", "--no-instructions", *how)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of this process; a test that stops or pauses it starts it again."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with serving() as server:
        yield server
