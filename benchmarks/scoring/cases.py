"""What is measured: the framework in several settings, and its peers."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.scoring.dataset import BATCH

__all__ = ["CASES", "Peer", "Seawall", "environment"]

_HERE = Path(__file__).resolve()
_REPOSITORY = _HERE.parents[2]
_PEERS = _HERE.parents[1] / "peers"
_SHIPPED = _REPOSITORY / "configs/flight_delays.yaml"
_EVERY_HOUR = "SELECT origin, time_hour, temp, wind_speed, precip, visib FROM weather"
_LOOKED_UP = {"temp", "wind_speed", "precip", "visib", "plane_year", "seats", "dest_tz"}


@dataclass(frozen=True, slots=True)
class Peer:
    """A script of its own that does the bare job."""

    name: str
    script: str

    def command(self, project: Path) -> list[str]:
        """What to run; the last run's output is gone."""
        self.output(project).unlink(missing_ok=True)
        return [sys.executable, str(_PEERS / self.script), str(project), str(self.output(project))]

    def output(self, project: Path) -> Path:
        """Where its predictions stand afterwards."""
        return project / f"{self.name}.parquet"


@dataclass(frozen=True, slots=True)
class Seawall:
    """The framework; `guards` off leaves the bare job, `execution` is the pipeline file's section."""

    name: str
    guards: bool
    execution: Mapping[str, str | int]

    def command(self, project: Path) -> list[str]:
        """What to run; the pipeline file is written, and no trace of an earlier run is left."""
        for folder in (".seawall", "predictions"):
            shutil.rmtree(project / folder, ignore_errors=True)
        (project / ".seawall").mkdir()
        config = project / f"{self.name}.yaml"
        with config.open("w") as file:
            YAML(typ="safe").dump(self.pipeline(), file)
        return [sys.executable, "-m", "seawall", "run", str(config), "--batch", BATCH]

    def pipeline(self) -> dict[str, Any]:
        """The shipped pipeline with this batch's paths, all the weather, and this case's guards."""
        shipped: dict[str, Any] = YAML(typ="safe").load(_SHIPPED)
        shipped["ingest"]["primary"]["path"] = "data/flights/*.parquet"
        shipped["ingest"]["lookups"]["weather"]["query"] = _EVERY_HOUR
        shipped["execution"] = dict(self.execution)
        return shipped if self.guards else _bare(shipped)

    def output(self, project: Path) -> Path:
        """Where its predictions stand afterwards."""
        return project / f"predictions/flight_delays/batch={BATCH}/predictions.parquet"


def _bare(pipeline: dict[str, Any]) -> dict[str, Any]:
    """The job without what guards it: no test, rule, bound, limit or profile.

    The filter stays, and so do the types of the looked-up columns: text files have none of their own.
    """
    contract = pipeline["validate"]["columns"]
    read = [name for name in contract if name not in _LOOKED_UP]
    pipeline["ingest"]["primary"]["columns"] = read
    types = {n: {"dtype": contract[n]["dtype"], "nullable": True} for n in _LOOKED_UP}
    pipeline["validate"] = {"columns": types, "filters": pipeline["validate"]["filters"]}
    pipeline["profile"] = {"columns": "none"}
    for guard in ("check_output", "drift", "limits"):
        pipeline.pop(guard)
    return pipeline


def environment() -> dict[str, str]:
    """This process's environment, with the framework's source in reach if it isn't installed."""
    paths = [str(_REPOSITORY / "framework"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


CASES: dict[str, Peer | Seawall] = {
    case.name: case
    for case in (
        Seawall("seawall-threads", guards=True, execution={"executor": "threads"}),
        Seawall("seawall-threads-bare", guards=False, execution={"executor": "threads"}),
        Seawall("seawall-processes", guards=True, execution={"executor": "processes"}),
        Seawall(
            "seawall-1x1",
            guards=True,
            execution={"executor": "threads", "workers": 1, "inner_threads": 1},
        ),
        Seawall(
            "seawall-threads-2x1",
            guards=True,
            execution={"executor": "threads", "workers": 2, "inner_threads": 1},
        ),
        Seawall(
            "seawall-processes-2x1",
            guards=True,
            execution={"executor": "processes", "workers": 2, "inner_threads": 1},
        ),
        Peer("pandas", "pandas_whole.py"),
        Peer("loop", "pandas_loop.py"),
        Peer("polars", "polars_batches.py"),
    )
}
