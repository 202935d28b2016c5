"""Runs whose lookups fail: the chain answers, the last good read is kept, every failure is named."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import seawall
from seawall.events import Event, LinkTried, LookupRead

PIPELINE = """\
pipeline: stations
as_of: "{batch}T12:00:00Z"
ingest:
  primary: {type: csv, path: "rows/{batch}.csv", key: id, chunk_rows: 2}
  rehearsal: {rows: 0}
  lookups:
    weather:
      type: sql
      url: sqlite:///weather.db
      query: SELECT city, temp FROM weather
      join: [city]
      columns: [temp]
      fallback:
        - last_known_good: {max_age: 36h}
    plants:
      type: csv
      path: plants.csv
      join: {plant: code}
      columns: [size]
validate:
  columns:
    id: {dtype: int64}
    city: {dtype: string}
    plant: {dtype: string}
    temp: {dtype: float64, nullable: true}
    size: {dtype: float64, nullable: true}
predict:
  model: {type: python, use: looked_up_model:Sum}
  outputs: [total]
publish: {type: files, path: out}
"""
MODEL = """\
class Sum:
    feature_names_in_ = ("temp", "size")

    def predict(self, features):
        return features.sum(axis=1).to_numpy()
"""
DAY, NEXT = "2024-03-01", "2024-03-02"


@dataclass
class Seen:
    """Notes the events of a run; several threads may tell."""

    events: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """The event is noted."""
        self.events.append(event)

    def of(self, kind: type[Any]) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Project:
    """A folder with a pipeline of two lookups."""

    root: Path
    seen: Seen = field(default_factory=Seen)

    def run(self, batch: str = DAY, *sets: str) -> Any:
        """What came of the batch."""
        self.seen = Seen()
        return seawall.run(self.root / "p.yaml", batch=batch, sets=sets, events=self.seen)

    def put(self, batch: str, cities: str) -> None:
        """The batch has a row for each of these cities of one letter."""
        lines = [f"{n},{city},P\n" for n, city in enumerate(cities)]
        (self.root / "rows").mkdir(exist_ok=True)
        (self.root / f"rows/{batch}.csv").write_text("id,city,plant\n" + "".join(lines))

    def weather(self, **temps: float) -> None:
        """The weather is that."""
        with sqlite3.connect(self.root / "weather.db") as database:
            database.execute("DROP TABLE IF EXISTS weather")
            database.execute("CREATE TABLE weather (city TEXT, temp REAL)")
            database.executemany("INSERT INTO weather VALUES (?, ?)", temps.items())
        database.close()

    def change(self, old: str, new: str) -> None:
        """The pipeline file says something else."""
        path = self.root / "p.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def published(self, batch: str) -> pd.DataFrame:
        """What readers see of the batch."""
        return pd.read_parquet(self.root / "out" / f"batch={batch}")

    def snapshot(self) -> dict[str, Any]:
        """What is recorded of weather's last known good."""
        path = self.root / "out.seawall/snapshots/weather/current.json"
        record: dict[str, Any] = json.loads(path.read_text())
        return record


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose upstreams are well."""
    made = Project(tmp_path / "project")
    made.root.mkdir()
    (made.root / "pyproject.toml").write_text('[project]\nname = "stations"\n')
    (made.root / "p.yaml").write_text(PIPELINE)
    (made.root / "looked_up_model.py").write_text(MODEL)
    (made.root / "plants.csv").write_text("code,size\nP,10\n")
    monkeypatch.syspath_prepend(made.root)
    for batch in (DAY, NEXT):
        made.put(batch, "ABAC")
    made.weather(A=1.0, B=2.0, C=3.0)
    return made


def test_what_was_good_serves_when_its_upstream_is_gone(project: Project) -> None:
    """The weather of a published run stands in for the next day's, and every row says so."""
    first = project.run(DAY)
    (project.root / "weather.db").unlink()
    second = project.run(NEXT)
    rows = project.published(NEXT)

    assert (first.message, second.message) == ("", "")
    assert rows["total"].tolist() == [11.0, 12.0, 11.0, 13.0]
    assert set(rows["_degraded"]) == {"weather=last_known_good"}
    assert project.snapshot()["batch"] == DAY


def test_a_fallbacks_rows_are_never_the_last_known_good(project: Project) -> None:
    """A run that was served by a fallback keeps nothing: its rows would grow young again."""
    project.run(DAY)
    before = project.snapshot()
    (project.root / "weather.db").unlink()
    project.run(NEXT)

    assert project.snapshot() == before


def test_only_published_runs_are_kept(project: Project) -> None:
    """A run that is refused at the gate leaves the last known good as it was."""
    project.change("publish:", "check_output: {distribution: {total: {mean: [0, 1]}}}\npublish:")
    result = project.run(DAY)

    assert result.state == "held"
    assert not (project.root / "out.seawall/snapshots").exists()


def test_a_backfill_leaves_it(project: Project) -> None:
    """An older batch, published later, doesn't take the place of what is known of a newer day."""
    project.run(NEXT)
    project.weather(A=5.0, B=5.0, C=5.0)
    project.run(DAY)

    assert project.snapshot()["batch"] == NEXT


def test_a_lookup_without_the_link_keeps_nothing(project: Project) -> None:
    """Only a chain that falls back on it has its live reads kept."""
    project.run(DAY)
    kept = [path.name for path in (project.root / "out.seawall/snapshots").iterdir()]

    assert kept == ["weather"]


def test_rows_of_missing_keys_are_not_kept(project: Project) -> None:
    """Where links filled in keys that a healthy live read lacked, only the live rows are kept."""
    project.change(
        "        - last_known_good: {max_age: 36h}\n",
        "        - last_known_good: {max_age: 36h}\n        - constants: {temp: 7.0}\n"
        "      on_missing_key: fallback\n",
    )
    project.weather(A=1.0, B=2.0)
    result = project.run(DAY)

    assert result.degradations == {"weather=constants": 1}
    assert project.snapshot()["rows"] == 2


def test_everything_that_is_down_is_named(project: Project) -> None:
    """Both lookups are tried; the error is the first one's, and its text names both."""
    (project.root / "weather.db").unlink()
    (project.root / "plants.csv").unlink()
    result = project.run(DAY)

    assert int(result.exit) == 69
    assert "2 lookups have no answer: weather, plants" in result.message
    assert "plants.csv" in result.message
    assert "last_known_good: no run that read it was published yet" in result.message


def test_links_are_told_in_the_files_order(project: Project) -> None:
    """However the reads end: lookup by lookup, link by link; a healthy one says nothing of links."""
    (project.root / "weather.db").unlink()
    project.run(DAY)
    down = [(e.lookup, e.link) for e in project.seen.of(LinkTried)]
    project.weather(A=1.0, B=2.0, C=3.0)
    project.run(DAY)

    assert down == [("weather", "live"), ("weather", "last_known_good")]
    assert project.seen.of(LinkTried) == []
    assert [(e.lookup, e.served_by) for e in project.seen.of(LookupRead)] == [
        ("weather", ("live",)),
        ("plants", ("live",)),
    ]


def test_who_serves_is_told(project: Project) -> None:
    """A lookup whose live read failed is not said to be live."""
    project.run(DAY)
    (project.root / "weather.db").unlink()
    project.run(NEXT)
    weather = project.seen.of(LookupRead)[0]

    assert weather.served_by == ("last_known_good",)


def test_unchanged_content_holds_the_run(project: Project) -> None:
    """Yesterday's plants again, and nothing else that answers: complete, held, not published."""
    project.change(
        "      columns: [size]\n", "      columns: [size]\n      expect: {max_unchanged: 1}\n"
    )
    first = project.run(DAY)
    again = project.run(NEXT)

    assert (first.state, again.state, int(again.exit)) == ("published", "held", 4)
    assert "byte for byte" in again.message
    (project.root / "plants.csv").write_text("code,size\nP,11\n")
    assert project.run(NEXT).state == "published"


def test_the_same_batch_again_is_not_unchanged(project: Project) -> None:
    """A batch that is published anew is not held against itself."""
    project.change(
        "      columns: [size]\n", "      columns: [size]\n      expect: {max_unchanged: 1}\n"
    )
    project.run(DAY)
    project.put(DAY, "AB")

    assert project.run(DAY).state == "published"


def test_coverage_is_of_the_keys_that_the_batch_asks_for(project: Project) -> None:
    """A lookup of one city is whole for a batch of that city, and an outage for a batch of four."""
    project.change(
        "      columns: [temp]\n", "      columns: [temp]\n      expect: {min_key_coverage: 50%}\n"
    )
    project.weather(A=1.0)
    project.put(DAY, "AAAA")
    one = project.run(DAY)
    three = project.run(NEXT)

    assert (one.state, three.state) == ("published", "failed")
    assert "33.33% of 3 keys" in three.message


def test_records_that_are_set_aside_ask_for_nothing(project: Project) -> None:
    """A malformed line within its budget doesn't stop the pass over the keys."""
    project.change(
        "      columns: [temp]\n", "      columns: [temp]\n      expect: {min_key_coverage: 100%}\n"
    )
    project.change("publish:", "limits: {quarantined_rows: {rows: 1}}\npublish:")
    with (project.root / f"rows/{DAY}.csv").open("a") as file:
        file.write("4,Z\n")
    result = project.run(DAY)

    assert (result.state, result.account.quarantined) == ("published", 1)


def test_a_key_pass_that_fails_is_the_inputs_failure(project: Project) -> None:
    """A primary that cannot be read is not taken for a lookup that is down."""
    project.change(
        "      columns: [temp]\n", "      columns: [temp]\n      expect: {min_key_coverage: 50%}\n"
    )
    with (project.root / f"rows/{DAY}.csv").open("a") as file:
        file.write("4,Z\n")
    result = project.run(DAY)

    assert int(result.exit) == 65
    assert f"rows/{DAY}.csv" in result.message
    assert "lookup" not in result.message.splitlines()[0]


def test_nothing_of_the_reads_is_left(project: Project) -> None:
    """What upstreams handed over stands in the plan's folder once, as it was pinned."""
    project.run(DAY)
    (plan,) = (project.root / "out.seawall/plans" / DAY).iterdir()

    assert not (plan / "reads").exists()
    assert sorted(path.name.partition(".")[0] for path in (plan / "lookups").iterdir()) == [
        "plants",
        "weather",
    ]


def test_threads_are_gone(project: Project) -> None:
    """Lookups are read at the same time, by threads that end with them."""
    before = {thread.name for thread in threading.enumerate()}
    project.run(DAY)

    assert [
        t.name for t in threading.enumerate() if t.name not in before and "lookup" in t.name
    ] == []


def test_a_promotion_that_was_cut_off_is_done_later(project: Project) -> None:
    """What a run was killed over after its commit is kept by the next command of the batch."""
    project.run(DAY)
    (outcome,) = project.root.glob("out.seawall/plans/*/*/outcome.json")
    outcome.unlink()
    folder = project.root / "out.seawall/snapshots/weather"
    for path in folder.iterdir():
        path.unlink()
    again = project.run(DAY)

    assert again.state == "already published"
    assert project.snapshot()["batch"] == DAY
