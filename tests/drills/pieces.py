"""A loaded pipeline file, its recorded tables, and ends of cases, for tests of what is told of them."""

import textwrap
from pathlib import Path
from typing import Any

import pyarrow as pa

from seawall.config.load import LoadedConfig, load
from seawall.drills.catalogue import chosen
from seawall.drills.expected import differences
from seawall.drills.result import Drilled
from seawall.drills.values import Case, Ended
from seawall.drills.weak import weaknesses

PIPELINE = """\
pipeline: breakdowns
ingest:
  primary: {type: parquet, path: "data/{batch}.parquet", key: id}
  lookups:
    weather:
      type: sql
      url: sqlite:///weather.db
      query: SELECT city, temp, at FROM weather
      join: [city]
      columns: [temp]
      fallback:
        - constants: {temp: 20.0}
    plants:
      type: csv
      path: data/plants.csv
      join: {plant: code}
      columns: {size: plant_size}
validate:
  columns:
    city: {dtype: string}
    load: {dtype: float64, min: 0, max: 9000}
predict:
  model: {type: python, use: factory.model:Strain}
  method: predict
  outputs: [score]
publish: {type: files, path: out/breakdowns}
"""
TABLES = {
    "primary": pa.table({"id": [1, 2], "city": ["Rome", "Oslo"], "load": [1.5, 9.0]}),
    "lookup=weather": pa.table(
        {"city": ["Rome", "Oslo"], "temp": [20.5, None], "at": pa.array([0, 0], pa.timestamp("s"))}
    ),
    "model": pa.table({"score": [1.15, 8.57]}),
    "lookup=plants": pa.table({"code": ["P1", "P2"], "size": [10, 20]}),
}
HEALTHY = Ended(case=Case("run", "healthy"), outcome="published", exit=0, seconds=1.0)


def loaded(folder: Path, more: str = "", *changes: tuple[str, str]) -> LoadedConfig:
    """The pipeline file, with texts replaced and lines added, in a folder where its names exist."""
    text = PIPELINE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "factory").mkdir(exist_ok=True)
    (folder / "factory" / "__init__.py").write_text("")
    (folder / "factory" / "model.py").write_text("class Strain:\n    pass\n")
    path = folder / "pipeline.yaml"
    path.write_text(text + textwrap.dedent(more))
    return load(path, env={})


def ended(part: str, fault: str, outcome: str, column: str = "", **more: Any) -> Ended:
    """The end of a case: exit 69 for one that failed, 4 for one that was held."""
    codes = {"failed": 69, "held": 4, "hung": None}
    plain: dict[str, Any] = {"exit": codes.get(outcome, 0), "seconds": 0.5}
    return Ended(case=Case(part, fault, column), outcome=outcome, **plain | more)


def drilled(config: LoadedConfig, *ends: Ended, healthy: Ended = HEALTHY) -> Drilled:
    """What a drill with these ends tells."""
    everything = chosen(config.config, (), ())
    return Drilled(
        config="pipeline.yaml",
        pipeline="breakdowns",
        batch="2024-03-01",
        rows=2,
        healthy=healthy,
        ended=ends,
        weaknesses=weaknesses(config, healthy, ends, TABLES),
        differences=differences(config, ends, everything),
        untried=(),
        scaled=("limits.run_deadline: 2h → 20 s",),
        seconds=3.0,
    )
