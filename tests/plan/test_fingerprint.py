"""What makes another plan, and what only makes another run of it."""

from __future__ import annotations

import importlib
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from seawall.plan.fingerprint import changed

SECRET = "hunter2@/x"


def differing(project: Any, change: Callable[[Any], object]) -> set[str]:
    """The groups of the fingerprint that the change changes."""
    before = project.plan().fingerprint
    change(project)
    now = project.plan().fingerprint
    return {group for group in {**before, **now} if before.get(group) != now.get(group)}


@pytest.mark.parametrize(
    ("group", "change"),
    [
        ("config", lambda p: p.change("most: 90", "most: 91")),
        ("config", lambda p: p.change("min: -1000", "min: -1001")),
        ("config", lambda p: p.change("columns: [v]", "columns: [v]\n      on_missing_key: quarantine")),
        ("config", lambda p: p.change("type: files,", "type: files, format: csv,")),
        ("config", lambda p: p.change("outputs: [p]", "outputs: [p]\n  rows_independent: false")),
        ("code", lambda p: p.write("unitproj/rules.py", (p.root / "unitproj/rules.py").read_text() + "\n")),
        ("code", lambda p: p.write("unitproj/deep/numbers.py", "LEAST = 1\n")),
        ("code", lambda p: p.write("unitproj/base.py", "TWO = 3\n")),
        ("code", lambda p: p.write("unitproj/__init__.py", "A = 1\n")),
        ("model", lambda p: p.train(depth=2)),
        ("input", lambda p: p.write("data/b/2.csv", "k,c,x\n4,a,-4\n5,b,94\n")),
        ("input", lambda p: p.write("data/b/3.csv", "k,c,x\n")),
    ],
)  # fmt: skip
def test_what_changes_values(project: Any, group: str, change: Callable[[Any], object]) -> None:
    """A change of values shows in its own group of the fingerprint, and in no other."""
    assert differing(project, change) - {"content"} == {group}


def test_content_has_no_names(project: Any) -> None:
    """The content's digest is that of the files' bytes, whatever the files are called."""
    before = project.plan().fingerprint
    for path in (project.root / "data/b").iterdir():
        path.rename(path.with_name(f"x{path.name}"))
    now = project.plan().fingerprint

    assert now["content"] == before["content"]
    assert now["input"] != before["input"]


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.change("chunk_rows: 2", "chunk_rows: 5"),
        lambda p: p.change("share: 50%", "share: 60%"),
        lambda p: p.change("pipeline: unit", "pipeline: unit\ndescription: other words"),
        lambda p: p.change("{dtype: int64}", "{dtype: int64, description: other words}"),
        lambda p: p.change("path: out}", "path: out, keep_versions: 2}"),
        lambda p: p.change("limits:", "execution: {workers: 2, executor: processes}\nlimits:"),
        lambda p: p.change("limits:", "alerts: [{command: [cat], on: [failed]}]\nlimits:"),
        lambda p: p.change("limits:", "profile: {columns: none}\nlimits:"),
        lambda p: p.change("columns: [v]", "columns: [v]\n      retry: {max_attempts: 9}"),
        lambda p: p.change("columns: [v]", "columns: [v]\n      deadline: 9m"),
        lambda p: p.change("columns: [v]", "columns: [v]\n      caps: {rows: 9}"),
        lambda p: p.change("chunk_rows: 2", "chunk_rows: 2, wait_for: 9m"),
        lambda p: p.change("  lookups:", "  rehearsal: {rows: 9}\n  lookups:"),
        lambda p: p.write("unitproj/unrelated.py", "A = 1\n"),
        lambda p: p.write("data/w.csv", "c,v\na,11\n"),
        lambda _: importlib.import_module("unitproj.unrelated"),
    ],
)
def test_what_does_not(project: Any, change: Callable[[Any], object]) -> None:
    """How a run is done, and what else the process has imported, makes no other plan."""
    assert differing(project, change) == set()


def test_code_of_a_model_factory(project: Any) -> None:
    """The code behind a model of the user's is part of the plan."""
    project.write("unitproj/own.py", "def make():\n    return None\n")
    project.change(
        "type: sklearn, path: m.skops, trusted: [sklearn.tree._tree.Tree]",
        "type: python, use: unitproj.own:make",
    )

    assert differing(
        project, lambda p: p.write("unitproj/own.py", "def make():\n    return 1\n")
    ) == {"code"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@/x@host/db",
        "postgresql://host/db?user=me&password=hunter2@/x",
        "${env:DB}",
    ],
)
def test_secrets_are_not_kept(project: Any, url: str) -> None:
    """No part of a plan that is stored holds a password, written out or referred to."""
    project.change(
        "type: csv\n      path: data/w.csv",
        f"type: sql\n      url: '{url}'\n      query: SELECT c, v FROM w",
    )
    plan = project.plan({"DB": f"postgresql://me:{SECRET}@host/db"})

    assert "hunter2" not in json.dumps([dict(plan.details), dict(plan.fingerprint)])
    assert any(name.startswith("config.ingest.lookups.w.url") for name in plan.details)


def test_written_out_headers_are_kept_as_digests(project: Any) -> None:
    """A token that stands in the file makes another plan when it changes, and is not in it."""
    project.change(
        "type: csv\n      path: data/w.csv",
        f"type: http\n      url: http://x\n      headers: {{Authorization: 'Bearer {SECRET}'}}",
    )
    before = project.plan()

    assert differing(project, lambda p: p.change("Bearer", "Basic")) == {"config"}
    assert "hunter2" not in json.dumps(dict(before.details))


def test_differences_in_words() -> None:
    """What has changed is named with both values, long ones cut, beyond three counted."""
    before = {
        "model.sha256": "8f2c" * 16,
        "config.a": "1",
        "config.b": "1",
        "config.c": "1",
        "code.x": "1",
    }
    now = {"model.sha256": "91aa" * 16, "config.a": "2", "config.b": "2", "config.c": "2"}

    assert changed(before, before) == ""
    assert changed(before, now) == (
        "model sha256 8f2c8f2c… is now 91aa91aa…, config a 1 is now 2, config b 1 is now 2, and 2 more"
    )
    assert changed({}, {"code.x": "1"}) == "code x absent is now 1"


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (
            [{"use": "a"}, {"use": "b", "with": {"slack": 100.0}}],
            [{"use": "a"}, {"use": "b", "with": {"slack": 1000.0}}],
            "config rules.1.with.slack 100.0 is now 1000.0",
        ),
        (["de", "en"], ["nl", "de", "en"], 'config rules.0 absent is now "nl"'),
        ([{"use": "a"}], [], 'config rules [{"use": "a"}] is now []'),
        (["de", "en"], ["en", "de", "de"], 'config rules ["de", "en"] is now ["en", "de", "de"]'),
    ],
)
def test_differences_within_lists(before: Any, now: Any, said: str) -> None:
    """Of lists the elements that differ are named, down to the value; others only where they moved."""
    texts = [{"config.rules": json.dumps(value)} for value in (before, now)]

    assert changed(*texts) == said


def test_plans_pickle(project: Any) -> None:
    """A worker process gets the same plan."""
    plan = project.plan()
    sent = pickle.loads(pickle.dumps(plan))

    assert [sent.chunk_key(ref) for ref in sent.chunks] == [
        plan.chunk_key(ref) for ref in plan.chunks
    ]
    assert (sent.config, sent.rows, sent.context) == (plan.config, 5, plan.context)


def test_chunk_keys(project: Any) -> None:
    """Chunks have keys of their own, the same ones each time, and others when a pinned file is another."""
    plan, again = project.plan(), project.plan()
    keys = [plan.chunk_key(ref) for ref in plan.chunks]
    project.write("data/b/2.csv", "k,c,x\n4,a,-4\n5,b,94\n")
    other = project.plan()

    assert len(set(keys)) == len(keys) == 3
    assert [again.chunk_key(ref) for ref in again.chunks] == keys
    assert not set(keys) & {other.chunk_key(ref) for ref in other.chunks}
