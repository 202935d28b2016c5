"""Which step makes, drops or needs a column, and what a check says of one that nobody makes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from seawall.cli.steps import listed
from seawall.isolation import Isolation
from seawall.plan.learn import columns_of_steps
from seawall.plan.plugged import plugin_faults
from tests.distributions import install

STEP = """featurize:
  - use: unitproj.features:add
    with: {column: x}
"""


def steps(project: Any, listed: str) -> None:
    """The pipeline's featurize section is this one."""
    project.change(STEP, "featurize:\n" + "".join(f"  - {line}\n" for line in listed.splitlines()))


def told(project: Any) -> list[tuple[str, str, str]]:
    """Each fault's path, what, and what to do."""
    return [(fault.path, fault.what, fault.todo) for fault in project.faults()]


ADD = "{use: unitproj.features:add, with: {column: x}}"


def test_what_each_step_needs_and_makes(project: Any) -> None:
    """Where nothing is declared a run on a frame without rows shows it, one column left out at a time."""
    steps(project, ADD + "\n{use: rename, with: {columns: {v: w}}}")
    lines = [str(step) for step in columns_of_steps(project.load(), project.context())]

    assert lines == [
        "validate.filters.0 (known) needs x",
        "validate.rules.0 (small) needs x",
        "featurize.0 (add) needs x; adds y",
        "featurize.1 (rename) needs v; adds w; drops v",
    ]


def test_what_a_machine_is_told(project: Any) -> None:
    """`seawall check --json` has the same as values."""
    steps(project, "{use: ordinal, with: {column: c, vocabulary: [a, b], into: c}}\n" + ADD)
    encode, add = listed(project.load())[2:]

    assert (encode["path"], encode["changes"], add["adds"]) == ("featurize.0", ("c",), ("y",))


def test_nothing_is_known_of_unlisted_columns(project: Any) -> None:
    """Where the file lists no columns no step can be tried."""
    start, stop = project.text.index("  columns:\n    k:"), project.text.index("  filters:")
    project.text = project.text[:start] + project.text[stop:]

    assert columns_of_steps(project.load(), project.context()) == []


def test_a_column_that_a_step_dropped(project: Any) -> None:
    """The fault says which step it was."""
    steps(project, "{use: select, with: {columns: [c]}}\n" + ADD)
    (fault,) = [fault for fault in told(project) if fault[0] == "featurize.1.use"]

    assert fault[1:] == (
        "it needs a column 'x' that nobody makes",
        "featurize.0 (select) drops it: keep it there",
    )


def test_a_column_that_is_made_too_late(project: Any) -> None:
    """The fault says which step makes it, and that it has to stand above."""
    steps(project, "{use: fill, with: {values: {y: 0.0}}}\n" + ADD)

    assert told(project) == [
        (
            "featurize.0.use",
            "it needs a column 'y' that nobody makes",
            "featurize.1 (add) makes it, further down: put that step first",
        )
    ]


def test_all_columns_that_a_declared_stage_lacks(project: Any) -> None:
    """Each is a fault of its own; what lacks that stage's columns has none."""
    project.write(
        "unitproj/features.py",
        "import seawall\n\n@seawall.stage(needs=['xx', '{column}', 'qq'], adds=['y'])\n"
        "def add(frame, *, column: str):\n    return frame\n",
    )

    assert [fault[1:] for fault in told(project)] == [
        ("it needs a column 'xx' that nobody makes", "did you mean 'x'?"),
        (
            "it needs a column 'qq' that nobody makes",
            "declare it under validate.columns, or add a stage",
        ),
    ]


def test_a_declared_column_that_is_not_made(project: Any) -> None:
    """A stage's word is held to before any data is read."""
    project.write(
        "unitproj/features.py",
        "import seawall\n\n@seawall.stage(adds=['y', 'z'])\n"
        "def add(frame, *, column: str):\n    return frame.assign(y=frame[column])\n",
    )

    assert ("featurize.0.use", True) in [
        (path, "declares: z" in what) for path, what, _ in told(project)
    ]


def test_parameters_that_contradict_each_other(project: Any) -> None:
    """What a built-in refuses when it is made is a fault at its step."""
    steps(project, ADD + "\n{use: clip, with: {columns: [x]}}")

    assert told(project) == [
        (
            "featurize.1.use",
            "cannot be imported or made: ValueError: neither min nor max is given",
            "",
        )
    ]


@pytest.fixture
def quay(project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The project, where another distribution's steps are installed."""
    monkeypatch.syspath_prepend(str(install("quay", tmp_path / "site")))
    yield project
    sys.modules.pop("quay_steps", None)


def test_a_plug_ins_steps_run_by_their_names(quay: Any) -> None:
    """A stage and a rule of another distribution take part as one's own, and their version counts."""
    steps(quay, "{use: moor, with: {column: x}}")
    quay.change(
        "use: unitproj.rules:small\n      with: {most: 90}", "use: afloat\n      with: {column: x}"
    )

    assert told(quay) == []
    assert quay.plan().details["software.seawall-quay"] == "2.0.1"


def test_built_ins_have_no_version_of_their_own(project: Any) -> None:
    """What seawall computes has a version; a new seawall does not make every batch new."""
    steps(project, ADD + "\n{use: fill, with: {values: {x: 0.0}}}")

    assert not [name for name in project.plan().details if name == "software.seawall"]


def test_an_import_that_does_not_come_back(quay: Any) -> None:
    """A plug-in that raises, ends its process or hangs when it is imported is a fault with its name."""
    names = ("quay-raising", "quay-leaving", "quay-hanging")
    steps(quay, "\n".join(f"{{use: {name}}}" for name in names))
    with Isolation(grace_s=0.2) as calls:
        faults = list(plugin_faults(quay.load(), calls, timeout_s=2.0))

    whose = "(seawall-quay 2.0.1) cannot be used"
    assert [fault.what for fault in faults] == [f"the plug-in '{name}' {whose}" for name in names]
    seen = ("RuntimeError: the pier is gone", "exit code 9", "no end after 2 s")
    assert all(words in fault.seen for words, fault in zip(seen, faults, strict=True))


def test_what_cannot_be_imported_is_not_imported_here(quay: Any) -> None:
    """A check whose plug-in ends its process tells of it, and lives."""
    steps(quay, "{use: quay-leaving}")

    assert [path for path, _, _ in told(quay)] == ["featurize.0.use"]
