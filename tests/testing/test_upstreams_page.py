"""What docs/upstreams.md tells people who write sources to write, written and run."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from seawall.config.documents import read
from seawall.config.lookups import PythonLookup
from seawall.config.places import plain
from seawall.contracts import Request
from seawall.sources.python import PythonUpstream

PAGE = (Path(__file__).parents[2] / "docs/upstreams.md").read_text(encoding="utf-8")


def blocks(language: str, heading: str) -> list[str]:
    """The code blocks of a language below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules can be imported, and are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in {"harbours", "test_tides", "gauges_of_the_page"} - before:
        sys.modules.pop(name, None)


def test_the_pages_callable_answers(root: Path) -> None:
    """The function and the section, as they stand there, read the wanted columns of two files."""
    (code,), (lines,) = (blocks(language, "A callable") for language in ("python", "yaml"))
    (root / "gauges_of_the_page.py").write_text(code)
    (root / "p.yaml").write_text(lines.replace("pipelines.gauges", "gauges_of_the_page"))
    for gauge in ("cuxhaven", "husum"):
        (root / "data" / gauge).mkdir(parents=True)
        (root / f"data/{gauge}/b.csv").write_text("hour,level\n0,150\n1,160\n")
    section = PythonLookup.model_validate(plain(read(root / "p.yaml", ())[0])["gauges"])
    request = Request("b", datetime(2024, 3, 1, tzinfo=UTC), root, ("gauge", "hour", "level_m"))

    found = pd.concat(list(PythonUpstream(section, {}).tables(request)))

    assert found["gauge"].tolist() == ["cuxhaven", "cuxhaven", "husum", "husum"]
    assert found["level_m"].tolist() == [1.5, 1.6, 1.5, 1.6]


def test_the_pages_plug_in_keeps_its_contract(root: Path) -> None:
    """The class passes the test that the page shows with it."""
    source, test = blocks("python", "A source of your own")
    (root / "harbours.py").write_text(source)
    (root / "test_tides.py").write_text(test)

    importlib.import_module("test_tides").test_tides_keep_the_contract()
