"""`use:` without a colon: a built-in, or a plug-in's name, held to its parameters by its source text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seawall.config.faults import Fault
from seawall.config.named import BUILT_INS, RULES, STAGES, target_of
from seawall.config.names import NameNotFoundError, find_installed
from tests.distributions import install

USE = "pipelines.rules:departed"
STEP = """use: pipelines.rules:add_calendar
    with: {column: origin, hours: [1, 2]}"""
Change = Callable[..., tuple[Fault, ...]]


@pytest.fixture
def quay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is searched for distributions, with a plug-in's stages and rules in it."""
    folder = install("quay", tmp_path / "site")
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.mark.parametrize("name", [*BUILT_INS[STAGES], *BUILT_INS[RULES]])
def test_every_built_in_is_where_its_name_leads(name: str) -> None:
    """The class behind a name has a constructor whose parameters can be read without an import."""
    group = STAGES if name in BUILT_INS[STAGES] else RULES
    found = find_installed(target_of(name, group))

    assert found is not None
    assert found.node is not None


@pytest.mark.parametrize(
    ("use", "parameters", "path", "words"),
    [
        ("fil", "{values: {a: 1}}", "use", "no stage of this name.*`fill`"),
        ("compare", "{}", "use", "no stage of this name.*it is a rule"),
        ("fill", "{value: {a: 1}}", "with.value", "unknown parameter.*`values`"),
        ("fill", "{values: 3}", "with.values", "wrong type.*dict"),
        ("clip", "{min: 0}", "with", "missing parameter `columns`"),
        ("cast", "{columns: {a: in64}}", "with.columns", "wrong type.*int64"),
        ("one_hot", "{column: a, vocabulary: [x], unseen: err}", "with.unseen", "wrong.*'error'"),
        ("date_parts", "{column: a, parts: [years]}", "with.parts", "wrong type.*'year'"),
        ("select", "{columns: [a], context: b}", "with.context", "given by the run"),
    ],
)
def test_a_mistake_has_its_place(
    changed: Change, use: str, parameters: str, path: str, words: str
) -> None:
    """A misspelt name or parameter of a built-in is told with its line, the allowed and the nearest."""
    import re

    (fault,) = changed(STEP, f"use: {use}\n    with: {parameters}")

    assert fault.path == f"featurize.0.{path}"
    assert fault.place.line > 1
    assert re.search(words, f"{fault.what} {fault.allowed} {fault.todo}")


def test_a_sound_built_in_has_no_fault(changed: Change) -> None:
    """Stages, rules and filters may be named, with any of the values that their types allow."""
    assert changed(STEP, "use: clip\n    with: {columns: [a], min: 0, max: 1.5}") == ()
    assert changed(USE, "any_present\n      with: {columns: [a]}") == ()


def test_a_plug_ins_steps_are_held_to_their_source(quay: Path, changed: Change) -> None:
    """What another distribution offers is found by its name, and nothing of it is imported."""
    assert changed(STEP, "use: moor\n    with: {column: a}") == ()
    (fault,) = changed(STEP, "use: moor\n    with: {colum: a}")

    assert (fault.path, fault.what) == ("featurize.0.with.colum", "unknown parameter")
    assert "quay_steps" not in sys.modules


def test_a_near_miss_of_a_plug_ins_name(quay: Path, changed: Change) -> None:
    """The installed names are among those that were probably meant."""
    (fault,) = changed(USE, "afloaat")

    assert fault.todo == "did you mean `afloat`?"
    assert "afloat, any_present" in fault.allowed


def test_a_name_that_two_distributions_offer_is_a_fault(quay: Path) -> None:
    """Which of them is meant is not guessed."""
    install("quay", quay, name="seawall-marina")
    with pytest.raises(NameNotFoundError) as refused:
        target_of("moor", STAGES)

    assert "several distributions" in refused.value.what
    assert "seawall-marina 2.0.1" in refused.value.what


def test_an_entry_point_that_leads_into_a_class_is_refused(quay: Path) -> None:
    """A step is a function or class at the top of its module."""
    with pytest.raises(NameNotFoundError, match=r"quay_steps:Pier\.moor"):
        target_of("quay-deep", STAGES)


def test_a_file_with_named_steps_imports_nothing_heavy(project: Any) -> None:
    """Loading a file that uses built-ins takes neither pandas nor the built-ins' own modules."""
    project.write("p.yaml", project.sample.replace(STEP, "use: fil\n    with: {values: {a: 1}}"))
    script = (
        "import sys, pathlib\nfrom seawall.config.load import load\n"
        f"try:\n    load(pathlib.Path({str(project.root / 'p.yaml')!r}), env={{}})\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
        "print([n for n in sys.modules if n in ('pandas', 'seawall.builtin.fill')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert told.stdout.splitlines() == ["ConfigError", "[]"]
