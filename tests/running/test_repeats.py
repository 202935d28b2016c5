"""Runs whose columns have to be unique over the whole batch."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import seawall
from seawall.config.load import load
from seawall.contracts import StoredFile
from seawall.errors import ConfigError, DataError
from seawall.events import ChunkFinished, Event, RepeatsCounted, ResumeRefused
from seawall.plan.make import make_plan
from seawall.running import Order, execute
from seawall.running.belonging import marks_of
from seawall.running.marks import marked
from seawall.running.order import RunResult, StopRequest

PIPELINE = """\
pipeline: mails
ingest:
  primary: {type: csv, path: "rows/{batch}.csv", key: id, chunk_rows: 2}
validate:
  columns:
    id: {dtype: int64}
    mail: {dtype: string, nullable: true, unique: true, on_violation: fail}
    x: {dtype: float64}
  filters: []
predict:
  model: {type: python, use: repeating_model:Twice}
  outputs: [y]
publish: {type: files, path: out}
limits: {quarantined_rows: {rows: 5}}
"""
MODEL = """\
class Twice:
    feature_names_in_ = ("x",)

    def predict(self, features):
        return features["x"].to_numpy() * 2


def kept(frame):
    return frame["x"] >= 0
"""
ROWS = [(1, "a", 1), (2, "b", 2), (3, "", 3), (4, "", 4), (5, "b", 5), (6, "a", 6), (7, "c", 7)]


@dataclass
class Seen:
    """Notes the events of a run."""

    events: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """The event is noted."""
        self.events.append(event)


@dataclass
class Project:
    """A folder with a pipeline and the rows of one batch."""

    root: Path
    text: str = PIPELINE
    rows: list[tuple[int, str, float]] = field(default_factory=lambda: list(ROWS))

    def change(self, *pairs: tuple[str, str]) -> Project:
        """The pipeline file with pieces of it replaced."""
        for old, new in pairs:
            assert old in self.text
            self.text = self.text.replace(old, new)
        return self

    def file(self) -> Path:
        """The pipeline file, with the rows beside it."""
        (self.root / "pyproject.toml").touch()
        (self.root / "repeating_model.py").write_text(MODEL)
        (self.root / "rows").mkdir(exist_ok=True)
        lines = [f"{key},{mail},{x}" for key, mail, x in self.rows]
        (self.root / "rows" / "b.csv").write_text("\n".join(["id,mail,x", *lines, ""]))
        (self.root / "mails.yaml").write_text(self.text)
        return self.root / "mails.yaml"

    def run(self, **options: Any) -> RunResult:
        """The run of the batch."""
        return seawall.run(self.file(), batch="b", **options)

    def published(self) -> list[int]:
        """The keys that readers see."""
        return pd.read_parquet(self.root / "out")["id"].tolist()


@dataclass
class Stops(Seen):
    """Asks the run to stop when its first chunk is done."""

    stop: StopRequest = field(default_factory=StopRequest)

    def emit(self, event: Event) -> None:
        """The event is noted."""
        super().emit(event)
        if isinstance(event, ChunkFinished):
            self.stop.set(15)


QUARANTINE = ("on_violation: fail", "on_violation: quarantine")
KEY_QUARANTINE = ("key: id,", "key: id, on_duplicate_key: quarantine,")
FILTERED = ("filters: []", "filters: [{use: repeating_model:kept}]")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose mails b and a stand twice, in chunks apart."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def test_repeat_in_another_chunk_fails_the_run(project: Project) -> None:
    """A value that stands in two chunks is named with its column, both places and how many more."""
    result = project.run()

    assert isinstance(result.error, DataError)
    assert "column 'mail' is not unique" in result.message
    assert "b.csv:6, row 4 of the batch; before it" in result.message
    assert "b.csv:3, row 1 of the batch" in result.message
    assert "'b'; 2 rows repeat" in result.message


def test_run_ends_before_a_row_is_scored(project: Project) -> None:
    """Where a column is not unique, no chunk is begun."""
    assert project.run().chunks == 0


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 100])
def test_first_row_stays(project: Project, chunk_rows: int) -> None:
    """However the batch is cut, the first row of a value is published and the later ones are not."""
    result = project.change(QUARANTINE, ("chunk_rows: 2", f"chunk_rows: {chunk_rows}")).run()

    assert result.error is None
    assert project.published() == [1, 2, 3, 4, 7]
    assert (result.account.read, result.account.quarantined) == (7, 2)


def test_what_a_worker_does_crosses_processes() -> None:
    """What a chunk leaves behind, and the list of rows, pickle as they are."""
    values = pa.chunked_array([["a", None, "a"]])
    chunk = pickle.loads(pickle.dumps(marked(values, np.arange(3))))

    assert chunk.repeats.pair == (0, 2)
    assert pickle.loads(pickle.dumps(marks_of)) is marks_of


def test_warning_counts_repeats(project: Project) -> None:
    """A column that only warns publishes every row, and a finding says how many repeat one."""
    result = project.change(("on_violation: fail", "on_violation: warn")).run()

    assert result.account.published == 7
    assert [f.check for f in result.findings if "mail: repeats an earlier row" in str(f)]


def test_repeated_key_may_be_set_aside(project: Project) -> None:
    """With `on_duplicate_key: quarantine` the first row of a key stays, within a chunk and across chunks."""
    project.rows = [(1, "a", 1), (1, "b", 2), (2, "c", 3), (3, "d", 4), (1, "e", 5)]
    result = project.change(KEY_QUARANTINE).run()

    assert result.error is None
    assert project.published() == [1, 2, 3]


def test_repeated_key_fails_as_declared(project: Project) -> None:
    """Without it a repeated key fails, also where the rows that repeat it are in chunks apart."""
    project.rows = [(1, "a", 1), (2, "b", 2), (1, "c", 3)]

    assert "the key is not unique" in project.run().message


def test_filtered_rows_repeat_nothing(project: Project) -> None:
    """A row that a filter drops does not count: its twin stays."""
    project.rows = [(1, "a", -1), (2, "b", 2), (3, "a", 3)]
    result = project.change(FILTERED).run()

    assert result.error is None
    assert project.published() == [2, 3]


def test_row_that_leaves_for_another_reason_comes_first(project: Project) -> None:
    """The first row of a value is the first also where it breaks another rule: both leave."""
    project.rows = [(1, "a", 99), (2, "b", 2), (3, "a", 3)]
    broken = ("x: {dtype: float64}", "x: {dtype: float64, max: 50, on_violation: quarantine}")
    project.change(QUARANTINE, broken).run()

    assert project.published() == [2]


def test_too_many_repeats_break_the_budget(project: Project) -> None:
    """Repeats count against the budget for quarantined rows."""
    result = project.change(QUARANTINE, ("rows: 5", "rows: 1")).run()

    assert isinstance(result.error, DataError)
    assert "mail: repeats an earlier row" in result.message


def test_repeats_are_told(project: Project) -> None:
    """The log says how many rows were looked at, and how many repeat one."""
    seen = Seen()
    project.change(QUARANTINE).run(events=seen)
    told = [event for event in seen.events if isinstance(event, RepeatsCounted)]

    assert [(event.rows, dict(event.repeats)) for event in told] == [(7, {"mail": 2})]


def test_resumed_run_looks_once(project: Project) -> None:
    """A run that goes on from an interrupted one takes the rows that were pinned, and looks no second time."""
    project.change(QUARANTINE)
    stops, second = Stops(), Seen()
    loaded = load(project.file(), env={})
    execute(Order(loaded, "b", "run-1", workers=1, stop=stops.stop), stops)
    result = project.run(events=second, workers=1)

    assert result.reused_chunks > 0
    assert not [event for event in second.events if isinstance(event, RepeatsCounted)]
    assert project.published() == [1, 2, 3, 4, 7]


def test_damaged_list_is_made_anew(project: Project) -> None:
    """An interrupted plan whose list of rows was changed is given up: all is done again."""
    project.change(QUARANTINE)
    stops, second = Stops(), Seen()
    execute(Order(load(project.file(), env={}), "b", "run-1", workers=1, stop=stops.stop), stops)
    next(project.root.glob("out.seawall/plans/b/*/repeats.*")).write_bytes(b"")
    result = project.run(events=second)

    assert result.reused_chunks == 0
    assert [e.changed for e in second.events if isinstance(e, ResumeRefused)] == [
        "the list of repeated rows is damaged"
    ]


def test_nothing_is_left_of_the_search(project: Project) -> None:
    """The files of the search are gone from the plan's folder; the list of rows is kept."""
    project.change(QUARANTINE).run()
    names = [path.name for path in project.root.glob("out.seawall/plans/b/*/*")]

    assert [name for name in names if name.startswith("unique-")] == []
    assert len([name for name in names if name.startswith("repeats.")]) == 1


def test_quarantine_needs_a_budget(project: Project) -> None:
    """Setting repeated keys aside without a number that bounds them is a fault of the file."""
    project.change(KEY_QUARANTINE, ("limits: {quarantined_rows: {rows: 5}}\n", ""))

    with pytest.raises(ConfigError, match="on_duplicate_key: rows may be quarantined"):
        load(project.file(), env={})


def test_receipts_hold_for_one_list_of_rows(project: Project) -> None:
    """A chunk that was scored beside another list of repeated rows is scored anew."""
    plan = make_plan(load(project.file(), env={}), "b", now=lambda: datetime.now(UTC))
    ref = plan.chunks[0]
    keys = {plan.with_repeats(StoredFile("r", digest, 1, 1)).chunk_key(ref) for digest in "ab"}

    assert len({plan.chunk_key(ref), *keys}) == 3
