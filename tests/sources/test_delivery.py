"""One attempt's documents: what goes in is JSON and holds no more than it needs, so does what comes out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from seawall.config.ingest import PluginPrimary, Primary
from seawall.config.lookups import Lookup, PluginLookup
from seawall.config.sources import SourceSection
from seawall.contracts import Caps, Request
from seawall.sources.delivery import deliver, document_of, failure_in

ENV = {"DB": "sqlite:///a.db", "TOKEN": "hunter22", "OTHER": "not asked for"}
JOINED: dict[str, Any] = {"join": ["k"], "columns": ["v"]}
SECTIONS: list[dict[str, Any]] = [
    {"type": "csv", "path": "a-{batch}.csv", "csv": {"delimiter": ";", "nulls": ["", "-"]}},
    {"type": "parquet", "path": "s3://b/a.parquet", "storage": {"secret": "${env:TOKEN}"}},
    {"type": "sql", "url": "${env:DB}", "query": "SELECT 1", "params": {"x": 1.5}, "page_by": "k"},
    {
        "type": "http",
        "url": "https://h.example/rows",
        "headers": {"Authorization": "${env:TOKEN}"},
        "pages": {"by": "offset", "parameter": "from", "size": 10},
        "private_networks": ["127.0.0.0/8"],
    },
    {"type": "python", "use": "a.b:c", "with": {"x": None, "y": "z"}},
    {"type": "lighthouse", "with": {"token": "${env:TOKEN}", "rest": ["a", "${env:OTHER}"]}},
]


def request(root: Path, **keys: Any) -> Request:
    """A request for all columns."""
    return Request("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC), root, **keys)


@pytest.mark.parametrize("keys", SECTIONS)
def test_section_arrives_as_it_was(tmp_path: Path, keys: dict[str, Any]) -> None:
    """A lookup's or primary's own source, with its references, is the same behind the pipe."""
    own: Any = TypeAdapter(SourceSection).validate_python(keys)
    foreign = keys["type"] == "lighthouse"
    lookup: Any = PluginLookup if foreign else Lookup
    primary: Any = PluginPrimary if foreign else Primary
    joined = TypeAdapter(lookup).validate_python({**keys, **JOINED, "deadline": "5s"})
    scored = TypeAdapter(primary).validate_python({**keys, "key": "k"})
    for section in (own, joined, scored):
        document = json.loads(json.dumps(document_of(section, request(tmp_path), ENV, "a.arrow")))

        assert TypeAdapter(SourceSection).validate_python(document["section"]) == own


@pytest.mark.parametrize("keys", SECTIONS)
def test_only_its_own_secrets_go_along(tmp_path: Path, keys: dict[str, Any]) -> None:
    """Of the environment a source is given what its section refers to."""
    section: Any = TypeAdapter(SourceSection).validate_python(keys)
    document = document_of(section, request(tmp_path), ENV, "a.arrow")

    assert all(f"${{env:{name}}}" in str(document["section"]) for name in document["env"])
    assert "hunter22" not in str(document["section"])


def test_request_arrives_as_it_was(tmp_path: Path) -> None:
    """Every part of the request is the same behind the pipe."""
    section: Any = TypeAdapter(SourceSection).validate_python(SECTIONS[0])
    asked = request(tmp_path, columns=("a", "b"), caps=Caps(1, 2, 3), timeout_s=1.5, pipeline="p")
    document = json.loads(json.dumps(document_of(section, asked, ENV, "a.arrow")))

    assert TypeAdapter(Request).validate_python(document["request"]) == asked


def delivered(root: Path, keys: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """What an attempt at reading the section answers; the rows go to plan/a.arrow."""
    section: Any = TypeAdapter(SourceSection).validate_python(keys)
    (root / "plan").mkdir(exist_ok=True)
    document = document_of(section, request(root, **asked), {}, "a.arrow")
    answer = deliver(json.loads(json.dumps(document)), root / "plan")
    return json.loads(json.dumps(answer))  # type: ignore[no-any-return]


def test_answer(tmp_path: Path) -> None:
    """The answer counts rows and bytes, and only the file is left in the folder."""
    (tmp_path / "a.csv").write_text("k,v\n1,2\n3,4\n")
    answer = delivered(tmp_path, {"type": "csv", "path": "a.csv"}, columns=("v",))
    path = tmp_path / "plan" / "a.arrow"

    assert (answer["rows"], answer["bytes"]) == (2, path.stat().st_size)
    assert pa.ipc.open_file(path.read_bytes()).read_all().to_pydict() == {"v": ["2", "4"]}
    assert list((tmp_path / "plan").iterdir()) == [path]


def test_failure_is_a_document(tmp_path: Path) -> None:
    """What a source raises comes back as a value, and nothing is left in the folder."""
    failure = failure_in(delivered(tmp_path, {"type": "csv", "path": "a.csv"}))

    assert failure is not None
    assert (failure.kind, failure.transient) == ("unavailable", False)
    assert list((tmp_path / "plan").iterdir()) == []


def test_failure_keeps_an_older_file(tmp_path: Path) -> None:
    """A file that an earlier attempt wrote is replaced whole or not at all."""
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "a.arrow").write_bytes(b"old")
    delivered(tmp_path, {"type": "csv", "path": "a.csv"})

    assert (tmp_path / "plan" / "a.arrow").read_bytes() == b"old"


def test_ctrl_c_is_let_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's interrupt ends the read, and is no failure of the source."""
    module = tmp_path / "interrupting_source.py"
    module.write_text("def rows():\n    raise KeyboardInterrupt\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(KeyboardInterrupt):
        delivered(tmp_path, {"type": "python", "use": "interrupting_source:rows"})


def test_missing_variable(tmp_path: Path) -> None:
    """A reference that nothing stands behind is told by its name."""
    failure = failure_in(
        delivered(tmp_path, {"type": "sql", "url": "${env:DB}", "query": "SELECT 1"})
    )

    assert failure is not None
    assert "DB is not set" in failure.what
