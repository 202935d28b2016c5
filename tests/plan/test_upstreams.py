"""Upstreams that nothing here can serve are faults of the file."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from seawall.config.faults import Fault
from seawall.errors import ConfigError
from seawall.plan.upstreams import refuse_unserved, upstream_faults

FILES = "type: csv\n      path: data/w.csv"
SQL = "type: sql\n      url: {}\n      query: SELECT c, v FROM w"
ENV = {"DB": "postgresql//app:hunter2@far/w"}


def faults(project: Any, section: str) -> list[Fault]:
    """What is wrong with the lookup, once its section is this one."""
    loaded = project.change(FILES, section).load(ENV)
    return list(upstream_faults(loaded, ENV))


@pytest.mark.parametrize("url", ["postgresql//app:hunter2@far/w", "${env:DB}", "pg://hunter2@h/w"])
def test_a_url_that_is_none(project: Any, url: str) -> None:
    """A URL that no database has is a fault at its line, which doesn't show any part of it."""
    (fault,) = faults(project, SQL.format(url))

    assert (fault.path, fault.what) == ("ingest.lookups.w.url", "no database URL")
    assert project.text.splitlines()[fault.place.line - 1].strip().startswith("url:")
    assert "hunter2" not in str(fault)


def test_a_driver_that_is_missing(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that isn't installed is a fault, which names the module."""
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    (fault,) = faults(project, SQL.format("mysql://app:hunter2@far/w"))

    assert fault.what == "the driver for the database is not installed"
    assert "MySQLdb" in fault.seen
    assert "hunter2" not in str(fault)


@pytest.mark.parametrize(
    "url", ["sqlite:///w.db", "postgresql://far/w", "postgresql+psycopg://h/w"]
)
def test_a_database_that_is_away(project: Any, url: str) -> None:
    """A database that doesn't answer is no fault of the file."""
    assert faults(project, SQL.format(url)) == []


def test_web_services_need_their_package(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without httpx the fault names what to install."""
    section = "type: http\n      url: http://localhost/w"
    assert faults(project, section) == []
    monkeypatch.setitem(sys.modules, "httpx", None)
    loaded = project.load()
    (fault,) = upstream_faults(loaded, ENV)

    assert fault.todo == "pip install 'seawall[http]'"


@pytest.mark.parametrize(
    ("path", "todo"),
    [
        ("gs://bucket/w.csv", "pip install gcsfs"),
        ("bogus://bucket/w.csv", "check the URL's protocol"),
        ("https://host/w.csv", "declare it with type: http"),
    ],
)
def test_a_filesystem_that_is_missing(
    project: Any, monkeypatch: pytest.MonkeyPatch, path: str, todo: str
) -> None:
    """A URL that no installed package serves is a fault at the path."""
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    (fault,) = faults(project, f"type: csv\n      path: {path}")

    assert (fault.path, fault.todo) == ("ingest.lookups.w.path", todo)


def test_an_option_that_s3_does_not_take(project: Any) -> None:
    """A misspelt option is a fault at its key, with the one that was meant."""
    pytest.importorskip("s3fs")
    options = "{endpoint: http://h, key: k, secret: s, region: r, profile: p, anon: 'true'}"
    (fault,) = faults(project, f"type: csv\n      path: s3://b/w.csv\n      storage: {options}")

    assert fault.path == "ingest.lookups.w.storage.endpoint"
    assert fault.todo == "did you mean `endpoint_url`?"


def test_a_run_refuses_them(project: Any) -> None:
    """Before a fallback can answer for the mistake, the run ends."""
    loaded = project.change(FILES, SQL.format("postgres//x")).load()

    with pytest.raises(ConfigError, match="no database URL"):
        refuse_unserved(loaded, {})
