"""What docs/stages.md shows, written down and run."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import seawall
from seawall.calling import found
from seawall.config.named import BUILT_INS, RULES, STAGES, target_of
from seawall.config.names import find

PAGE = (Path(__file__).parents[2] / "docs/stages.md").read_text(encoding="utf-8")
BASE = """\
pipeline: sales
ingest:
  primary: {type: csv, path: "sales/{batch}.csv", key: sale, chunk_rows: 2}
predict:
  model: {type: python, use: "shop.model:make"}
  outputs: [score]
publish: {type: files, path: out}
limits: {quarantined_rows: {share: 50%}}
"""
MODEL = """\
class Model:
    def predict(self, frame):
        return frame["price_per_kg"].fillna(0.0) + frame["kind_web"] + frame["weekday"]

def make():
    return Model()
"""
SALES = """\
sale,shop,kind,price,paid,weight,sold_at,sent_at
1,a,shop,2.0,2.0,4.0,2024-03-01T10:00:00Z,
2,b,web,3.0,,1.5,2024-03-01T11:00:00Z,2024-03-01T12:00:00Z
3,a,post,1.0,1.0,1.0,2024-03-01T11:30:00Z,
4,a,shop,5.0,6.0,,2024-03-01T12:00:00Z,
"""


def blocks(language: str) -> list[str]:
    """The page's examples in this language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with the page's files in it."""
    files = {text.split("\n")[0].removeprefix("# "): text for text in blocks("python")}
    files |= {"pyproject.toml": "", "shop/__init__.py": "", "shop/model.py": MODEL}
    files |= {"sales/2024-03-01.csv": SALES, "regions.csv": "shop,region\na,north\nb,south\n"}
    files |= {"sales.yaml": BASE + blocks("yaml")[0]}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEAWALL_LEDGER", str(tmp_path / "ledger.db"))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_the_pipeline_of_the_page_runs(project: Path) -> None:
    """Its filter, rules and stages do what the page says of them."""
    seawall.check("sales.yaml")
    result = seawall.run("sales.yaml", batch="2024-03-01")
    published = pd.read_parquet(result.path)

    assert str(result.account) == "read 4 = published 2 + quarantined 1 + filtered 1"
    assert published["score"].tolist() == [4.5, 7.0]


def test_the_tests_of_the_page_pass(project: Path) -> None:
    """The steps that the page shows keep the laws that it lists."""
    spec: Any = importlib.util.spec_from_file_location("page", project / "tests/test_steps.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [name for name in vars(module) if name.startswith("test_")]
    for name in tests:
        getattr(module, name)()

    assert len(tests) == 3


def test_the_entry_points_of_the_page_lead_somewhere(project: Path) -> None:
    """Each names a function of the page's own files, in a group that is looked at."""
    groups = tomllib.loads(blocks("toml")[0])["project"]["entry-points"]
    targets = [target for points in groups.values() for target in points.values()]

    assert set(groups) == {STAGES, RULES}
    assert all(find(target, project, ()) for target in targets)


@pytest.mark.parametrize("group", [STAGES, RULES])
def test_the_tables_list_every_built_in_with_its_parameters(group: str) -> None:
    """A built-in or a parameter that the page leaves out, or makes up, is told here."""
    for name in BUILT_INS[group]:
        (row,) = re.findall(rf"^\| `{name}` \| (.*?[^\\]) \| ", PAGE, re.MULTILINE)
        shown = {re.split(r"[: ]", part)[0] for part in re.findall(r"`([^`]+)`", row)}
        known = set(inspect.signature(found(target_of(name, group))).parameters)

        assert shown == known - {"context"}, name
