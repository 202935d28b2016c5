"""A project whose files are looked through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.config.load import load
from seawall.infer import Inferred, infer
from seawall.running import Order

TEXT = """
pipeline: p
ingest:
  primary: {{type: {type}, path: "data/{{batch}}.{type}", key: k, chunk_rows: 50{more}}}
{validate}
predict: {{model: {{type: python, use: "code:model"}}, outputs: [p]}}
publish: {{type: files, path: out}}
"""


class Project:
    """A folder with data, for one pipeline."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "data").mkdir()
        (root / "pyproject.toml").write_text("")
        (root / "code.py").write_text(
            "def model(): ...\ndef all_of(frame): return frame.k == frame.k\n"
        )

    def rows(self, batch: str = "a", **columns: Any) -> Project:
        """A Parquet file of these columns, with a key beside them."""
        rows = len(next(iter(columns.values())))
        table = pa.table({"k": range(rows), **columns})
        pq.write_table(table, self.root / f"data/{batch}.parquet", row_group_size=40)
        return self

    def text(self, text: str, batch: str = "a") -> Project:
        """A CSV file."""
        (self.root / f"data/{batch}.csv").write_text(text, encoding="utf-8")
        return self

    def infer(
        self, *batches: str, form: str = "parquet", validate: str = "", more: str = ""
    ) -> Inferred:
        """What is proposed for the batches."""
        path = self.root / "p.yaml"
        path.write_text(TEXT.format(type=form, validate=validate, more=more))
        loaded = load(path, env={})
        now = datetime(2024, 1, 1, tzinfo=UTC)
        return infer([Order(loaded, batch, "run", now=lambda: now) for batch in batches or ("a",)])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without data."""
    return Project(tmp_path)


@pytest.fixture
def contract(project: Project) -> Callable[..., tuple[dict[str, Any], tuple[str, ...]]]:
    """The contract that is proposed for a column x of these values, and its notes."""

    def propose(values: Any, **how: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
        found = project.rows(x=values).infer(**how)
        (entry,) = (entry for entry in found.proposals if entry.column == "x")
        return dict(entry.contract), entry.notes

    return propose
