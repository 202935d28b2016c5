"""Sources of other distributions, through the real command line: by name, or named in an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.distributions import install

pytestmark = pytest.mark.upstreams

PRIMARY = """\
    type: parquet
    path: data/{batch}.parquet
"""
PLANTS = """\
      type: csv
      path: data/plants.csv
"""
LIGHTHOUSE = """\
    type: lighthouse
    with: {{log: "{}", token: "${{env:KEEPER}}"}}
"""
SECRET = "swordfish-of-the-keeper"
Change = Callable[..., None]


def sourced(project: Path, primary: str = PRIMARY, plants: str = PLANTS) -> None:
    """The pipeline reads its rows, and the table of plants, from these sources."""
    path = project / "pipeline.yaml"
    text = path.read_text()
    assert text.count(PRIMARY) == text.count(PLANTS) == 1
    path.write_text(text.replace(PRIMARY, primary).replace(PLANTS, plants))


def indented(section: str) -> str:
    """A section, two steps further in."""
    return "".join(f"  {line}\n" for line in section.splitlines())


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    """The environment of a command that has both distributions, and a secret for them."""
    import seawall

    home = str(Path(seawall.__file__).parents[1])
    folder = install("wreck", install("lighthouse", tmp_path / "site"))
    return {"PYTHONPATH": os.pathsep.join([home, str(folder)]), "KEEPER": SECRET}


def rows(project: Path) -> Any:
    """What is published."""
    import pandas as pd

    path = project / "out/breakdowns/batch=2024-03-01/predictions.parquet"
    return pd.read_parquet(path).sort_values("id", ignore_index=True)


def test_a_plug_in_serves_the_rows_and_a_lookup(
    project: Path, published: Path, score: Any, site: dict[str, str]
) -> None:
    """Read through a plug-in, the same data becomes the same predictions."""
    plants = indented(LIGHTHOUSE.format("data/plants.csv"))
    sourced(project, LIGHTHOUSE.format("data/{batch}.parquet"), plants)

    done = score(project, **site)

    assert done.returncode == 0, done.stderr
    assert rows(project).equals(rows(published))
    assert SECRET not in done.stderr + done.stdout


def test_the_version_of_a_plug_in_is_part_of_the_plan(
    project: Path, seawall: Any, score: Any, site: dict[str, str], tmp_path: Path
) -> None:
    """Another version of its distribution is another plan of the same batch."""
    sourced(project, plants=indented(LIGHTHOUSE.format("data/plants.csv")))
    first = score(project, **site)
    newer = install("lighthouse", tmp_path / "newer", version="1.3.0")
    again = {**site, "PYTHONPATH": os.pathsep.join([str(newer), site["PYTHONPATH"]])}

    plans = [
        seawall(project, "plan", "pipeline.yaml", "--batch", "2024-03-01", **where).stdout
        for where in (site, again)
    ]

    assert first.returncode == 0, first.stderr
    assert _software(plans[0]) != _software(plans[1])


def _software(plan: str) -> str:
    (line,) = (line for line in plan.splitlines() if line.strip().startswith("software "))
    return line


CHECKED = [
    ("{type: lighthouse, with: {log: 5}", "the parameter `log` doesn't fit"),
    ("{type: lighthouse", "missing parameter `log`"),
    ("{type: wreck-raising", "RuntimeError: the hull is broken"),
    ("{type: wreck-leaving", "ended with exit code 7"),
    ("{type: wreck-mute", "has no method `tables`"),
    ("{type: wreck-function", "is no class"),
]


@pytest.mark.parametrize("verb", ["check", "run"])
def test_check_and_run_refuse_every_plug_in_that_cannot_be_used(
    project: Path, seawall: Any, site: dict[str, str], verb: str
) -> None:
    """Each is told at its line, with its distribution; nothing is read, nothing is a traceback."""
    path = project / "pipeline.yaml"
    lookups = "".join(
        f"    bad{n}: {section}, join: {{city: c{n}}}, columns: {{v: v{n}}}}}\n"
        for n, (section, _) in enumerate(CHECKED)
    )
    path.write_text(path.read_text().replace("  lookups:\n", f"  lookups:\n{lookups}"))
    batch = ["--batch", "2024-03-01"] if verb == "run" else []

    done = seawall(project, verb, "pipeline.yaml", *batch, **site)

    assert (done.returncode, "Traceback" in done.stderr) == (78, False), done.stderr
    assert [words for _, words in CHECKED if words not in done.stderr] == [], done.stderr
    assert "(seawall-wreck 0.9.1)" in done.stderr
    assert not (project / "out").exists() or not rows_are_there(project)


def rows_are_there(project: Path) -> bool:
    """Whether anything is published."""
    return any((project / "out").rglob("*.parquet"))


def test_an_unknown_type_is_told_with_the_installed_ones(
    project: Path, seawall: Any, site: dict[str, str]
) -> None:
    """Built-in types and installed plug-ins are allowed; the nearest is suggested."""
    sourced(project, plants="      type: lighthous\n      with: {log: data/plants.csv}\n")

    done = seawall(project, "check", "pipeline.yaml", **site)

    assert done.returncode == 78
    assert "did you mean `lighthouse`?" in done.stderr
    assert "parquet, csv, jsonl, sql, http, python, lighthouse, wreck" in done.stderr


@pytest.mark.breaks("a source plug-in answers with something that is no table")
@pytest.mark.parametrize("how", ["answers_dicts"])
def test_a_faulty_lookup_plug_in_ends_the_run(
    published: Path, score: Any, refused: Any, site: dict[str, str], how: str
) -> None:
    """The error names the plug-in, its distribution and what it did."""
    sourced(published, plants=f"      type: wreck\n      with: {{how: {how}}}\n")

    done = score(published, **site)

    refused(published, done, 70, "the plug-in 'wreck' (seawall-wreck 0.9.1)", "no table")


@pytest.mark.breaks("a source plug-in of the primary kills its own process")
def test_a_faulty_primary_plug_in_ends_the_run(
    published: Path, score: Any, refused: Any, site: dict[str, str]
) -> None:
    """The process that died is the plug-in's, and the error says whose it was."""
    retry = "    retry: {max_attempts: 1}\n"
    sourced(published, primary=f"    type: wreck\n    with: {{how: exits}}\n{retry}")

    done = score(published, **site)

    refused(published, done, 69, "(seawall-wreck 0.9.1)", "ended with exit code 3")
