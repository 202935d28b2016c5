"""What poison rows cost: python -m benchmarks.poison [ROWS].

1, 5, 50 and 500 rows on which a stage raises are strewn over a batch of a million, which is run by
the real command line. Exactly those have to be in quarantine, and the rest has to be published equal
to a clean run's; the stage counts its own calls. Seconds are of the whole command, and as a multiple
of the clean run's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.scoring.cases import environment

__all__ = ["main"]

ROWS, CHUNK_ROWS = 1_000_000, 131_072
COUNTS = (0, 1, 5, 50, 500)
PIPELINE = f"""\
pipeline: poison
as_of: "2024-01-01T00:00:00Z"
ingest:
  primary: {{type: parquet, path: "data/{{batch}}.parquet", key: id, chunk_rows: {CHUNK_ROWS}}}
validate:
  columns:
    id: {{dtype: int64}}
    text: {{dtype: string}}
    x: {{dtype: float64}}
featurize:
  - use: mine.steps:parse
    with: {{calls: calls}}
predict:
  model: {{type: python, use: mine.steps:Model}}
  outputs: [p]
publish: {{type: files, path: out}}
limits: {{quarantined_rows: {{rows: 1000}}}}
"""
STEPS = '''\
import os


def parse(frame, *, calls: str):
    """Every call leaves a byte in the file, whichever thread or process makes it."""
    file = os.open(calls, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, b".")
    os.close(file)
    return frame.assign(y=frame["text"].astype("float64") + frame["x"])


class Model:
    feature_names_in_ = ("y",)

    def predict(self, features):
        return features["y"].to_numpy() * 0.5
'''


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of the command: its seconds, the calls of the stage, what it published and set aside."""

    seconds: float
    calls: int
    published: pd.DataFrame
    quarantined: list[int]


def main() -> int:
    """A line for each number of poison rows; 1 when a row is not where it belongs."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as work:
        project = built(Path(work), rows)
        return max(compared(project, rows))


def built(project: Path, rows: int) -> Path:
    """The project, with a batch for each number of poison rows, named by it."""
    (project / "data").mkdir()
    (project / "mine").mkdir()
    (project / "pyproject.toml").touch()
    (project / "mine/__init__.py").touch()
    (project / "mine/steps.py").write_text(STEPS)
    (project / "poison.yaml").write_text(PIPELINE)
    for count in COUNTS:
        frame = clean(rows)
        frame.loc[chosen(count, rows), "text"] = "no number"
        frame.to_parquet(project / f"data/b{count}.parquet", row_group_size=CHUNK_ROWS)
    return project


def clean(rows: int) -> pd.DataFrame:
    """Rows of which none is poison; ids are the rows' numbers."""
    random = np.random.default_rng(1)
    texts = random.integers(0, 1_000, rows).astype(str)
    return pd.DataFrame({"id": range(rows), "text": texts, "x": random.normal(size=rows)})


def chosen(count: int, rows: int) -> list[int]:
    """The poison rows: so many, anywhere."""
    numbers = np.random.default_rng(count).choice(rows, count, replace=False)
    return sorted(numbers.tolist())


def compared(project: Path, rows: int) -> list[int]:
    """For each batch 1 where a row is not where it belongs; the clean batch comes first."""
    first, wrong = run(project, "b0"), [0]
    for count in COUNTS[1:]:
        ran = run(project, f"b{count}")
        there = ran.quarantined == chosen(count, rows)
        rest = first.published.drop(index=ran.quarantined).reset_index(drop=True)
        equal = rest.equals(ran.published)
        wrong.append(int(not (there and equal)))
        print(
            f"{count:>4} poison rows in {rows:,}: {ran.calls:>6,} calls of the stage "
            f"(clean {first.calls}), {ran.seconds:5.2f} s, {ran.seconds / first.seconds:.2f} × a "
            f"clean run; in quarantine exactly those: {there}, the rest equal: {equal}"
        )
    return wrong


def run(project: Path, batch: str) -> Ran:
    """The batch, run by the command line in processes of its own."""
    (project / "calls").write_text("")
    command = [sys.executable, "-m", "seawall", "run", "poison.yaml", "--batch", batch]
    begun = time.perf_counter()
    subprocess.run(command, cwd=project, env=environment(), check=True, capture_output=True)
    seconds = time.perf_counter() - begun
    calls = (project / "calls").stat().st_size
    published = pd.read_parquet(project / f"out/batch={batch}")
    return Ran(seconds, calls, published, quarantined(project, batch))


def quarantined(project: Path, batch: str) -> list[int]:
    """The numbers of the rows in the batch's quarantine."""
    files = project.glob(f"out.seawall/**/{batch}/**/quarantine/*")
    tables = [pa.ipc.open_file(pa.memory_map(str(file))).read_all() for file in files]
    return sorted(number for table in tables for number in table["_row"].to_pylist())


if __name__ == "__main__":
    sys.exit(main())
