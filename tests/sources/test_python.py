"""Callables as sources: what they are given, what they may return, and whose fault an error is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seawall.config.sources import PythonSource
from seawall.contracts import Request
from seawall.errors import SoftwareError, TemporaryError
from seawall.sources.python import PythonUpstream

FEED = """\
import pandas as pd
import pyarrow as pa

from seawall.errors import TemporaryError

def frame(*, rows: int = 2):
    return pd.DataFrame({"k": range(rows)})

def table():
    return pa.table({"k": [0, 1]})

def pieces(*, rows: int = 2):
    for k in range(rows):
        yield pd.DataFrame({"k": [k]})

def listed():
    return [pa.table({"k": [0]}), pa.table({"k": [1]})]

def asked(batch, columns, as_of, root, context):
    seen = [batch, ",".join(columns), as_of.isoformat(), root.name, context.pipeline]
    return pa.table({"seen": seen})

def open_to_all(frames: int = 1, /, batch="", **options: str):
    return pa.table({"options": [f"{name}={value}" for name, value in options.items()]})

def named(*, names: list[str], renamed: dict[str, str]):
    return pa.table({renamed["k"]: names})

def rows_of_dicts():
    yield {"k": 1}

def text():
    return "k,v"

def buggy():
    yield pd.DataFrame({"k": [1]})
    raise KeyError("password of nobody")

def stops():
    yield pd.DataFrame({"k": [1]})
    next(iter(()))

def positional(rows, /):
    return pd.DataFrame({"k": range(rows)})

def busy():
    raise TemporaryError("somebody else writes it")

def unreachable():
    raise ConnectionRefusedError(111, "refused")
"""
Fetch = Callable[..., list[Any]]


@pytest.fixture
def fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetch]:
    """The pieces that a function of the module `feed` answers with."""
    (tmp_path / "feed.py").write_text(FEED)
    monkeypatch.syspath_prepend(tmp_path)

    def read(name: str, **given: Any) -> list[Any]:
        section = PythonSource.model_validate(
            {"type": "python", "use": f"feed:{name}", "with": given}
        )
        request = Request(
            "b", datetime(2024, 1, 1, tzinfo=UTC), tmp_path, ("k", "v"), pipeline="flights"
        )
        return list(PythonUpstream(section, {}).tables(request))

    yield read
    sys.modules.pop("feed", None)


@pytest.mark.parametrize(
    ("name", "sizes"), [("frame", [2]), ("table", [2]), ("pieces", [1, 1]), ("listed", [1, 1])]
)
def test_what_may_be_returned(fetch: Fetch, name: str, sizes: list[int]) -> None:
    """A frame, an Arrow table, a generator of frames and a list of tables are all rows."""
    found = [list(piece["k"]) for piece in fetch(name)]

    assert [len(keys) for keys in found] == sizes
    assert [int(str(key)) for keys in found for key in keys] == [0, 1]


def test_parameters(fetch: Fetch) -> None:
    """`with` sets the callable's own parameters, in the types of its signature."""
    assert len(fetch("frame", rows="3")[0]) == 3


def test_further_parameters(fetch: Fetch) -> None:
    """A callable with `**options` takes whatever else stands below `with`."""
    assert fetch("open_to_all", a="1", b="2")[0]["options"].to_pylist() == ["a=1", "b=2"]


def test_lists_and_mappings(fetch: Fetch) -> None:
    """A list and a mapping of the file arrive as they are."""
    (found,) = fetch("named", names=["a", "b"], renamed={"k": "word"})

    assert found.to_pydict() == {"word": ["a", "b"]}


@pytest.mark.parametrize(
    ("name", "given"), [("open_to_all", {"a": 1}), ("open_to_all", {"batch": "x"})]
)
def test_further_parameters_that_do_not_fit(fetch: Fetch, name: str, given: dict[str, Any]) -> None:
    """Of `**options: str` each is text, and none of them is what the run gives."""
    with pytest.raises(SoftwareError, match="parameters that don't fit"):
        fetch(name, **given)


@pytest.mark.parametrize("given", [{"rows": "many"}, {"row": 3}])
def test_parameters_that_do_not_fit(fetch: Fetch, given: dict[str, Any]) -> None:
    """A parameter of another type or name is refused by name, before the callable is called."""
    with pytest.raises(SoftwareError, match="parameters that don't fit") as caught:
        fetch("pieces", **given)

    assert next(iter(given)) in caught.value.seen


def test_what_it_is_told(fetch: Fetch, tmp_path: Path) -> None:
    """Parameters named batch, columns, as_of, root and context are given by the run."""
    (found,) = fetch("asked")

    seen = ["b", "k,v", "2024-01-01T00:00:00+00:00", tmp_path.name, "flights"]
    assert found["seen"].to_pylist() == seen


@pytest.mark.parametrize(("name", "seen"), [("rows_of_dicts", "a dict"), ("text", "a str")])
def test_what_is_no_table(fetch: Fetch, name: str, seen: str) -> None:
    """What is neither a frame nor yields frames is refused by its type."""
    with pytest.raises(SoftwareError, match="no table") as caught:
        fetch(name)

    assert (caught.value.where, caught.value.seen) == (f"feed:{name}", seen)


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("buggy", '    raise KeyError("password of nobody")', "KeyError"),
        ("stops", "    next(iter(()))", "generator raised StopIteration"),
    ],
)
def test_a_bug(fetch: Fetch, tmp_path: Path, name: str, text: str, error: str) -> None:
    """A bug in the callable is told with the user's file and line, also from within a generator."""
    line = 1 + FEED.splitlines().index(text)
    with pytest.raises(SoftwareError, match=error) as caught:
        fetch(name)

    assert caught.value.where == f"feed:{name} ({tmp_path}/feed.py:{line})"


def test_a_call_that_does_not_fit(fetch: Fetch) -> None:
    """Where no line of the user's runs, the callable is named and none of our lines."""
    with pytest.raises(SoftwareError, match="missing 1 required positional argument") as caught:
        fetch("positional")

    assert caught.value.where == "feed:positional"


@pytest.mark.parametrize(
    ("name", "kind"), [("busy", TemporaryError), ("unreachable", ConnectionRefusedError)]
)
def test_an_upstream_behind_it(fetch: Fetch, name: str, kind: type[Exception]) -> None:
    """Errors that say something of an upstream pass as they are, so that they may be tried again."""
    with pytest.raises(kind):
        fetch(name)
