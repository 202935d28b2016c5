"""The published bytes depend on rows, model and config, and on nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Put = Callable[[Path, pd.DataFrame], None]
ROWS = 120
SCORE = """
import json, os, sys
sys.path.insert(0, os.getcwd())
import seawall

if __name__ == "__main__":
    for number, way in enumerate(json.loads(sys.argv[1])):
        sets = [*way.pop("sets"), f"publish.path=out/{number}"]
        result = seawall.run("pipeline.yaml", batch="2024-03-01", sets=sets, **way)
        assert result.state == "published", result.message
        print(result.chunks, result.path)
"""


def scored(project: Path, ways: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """How many chunks there were and the sha256 of what was published, for each way of running."""
    import seawall

    home = str(Path(seawall.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", SCORE, json.dumps(ways)],
        cwd=project,
        env={"PYTHONPATH": home, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return [(int(n), hashlib.sha256(Path(path).read_bytes()).hexdigest()) for n, path in lines]


@pytest.fixture
def many_rows(project: Path, put: Put) -> Path:
    """A project whose batch has a few hundred rows with numbers that don't come out even."""
    random = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "id": np.arange(ROWS) + 5,
            "city": random.choice(["Rome", "Oslo", "Bonn"], ROWS),
            "plant": random.choice([f"P{n}" for n in range(9)], ROWS),
            "state": random.choice(["on", "off"], ROWS, p=[0.9, 0.1]),
            "load": random.uniform(0, 100, ROWS),
            "speed": np.where(random.random(ROWS) < 0.1, np.nan, random.normal(5, 2, ROWS)),
        }
    )
    frame.loc[7, "load"] = 101.0
    put(project, frame)
    return project


def way(rows: int, executor: str = "threads", workers: int = 2, *sets: str) -> dict[str, Any]:
    """One way of running the batch."""
    return {
        "executor": executor,
        "workers": workers,
        "sets": [f"ingest.primary.chunk_rows={rows}", *sets],
    }


@pytest.mark.parametrize("model", ["tree", "linear"])
def test_any_cut_and_any_crew(many_rows: Path, model: str) -> None:
    """Chunks of 3 rows, of 1000 or all at once, one worker or two, threads or processes: one file."""
    trusted = {"tree": "sklearn.tree._tree.Tree", "linear": "numpy.dtype"}[model]
    path = f"models/{model}.skops"
    sets = (f"predict.model={{type: sklearn, path: {path}, trusted: [{trusted}]}}",)
    ways = [way(rows, "threads", 1, *sets) for rows in (3, 1000, 10**9)]
    ways += [way(17, crew, 2, *sets) for crew in ("threads", "processes")]
    found = scored(many_rows, ways)

    assert [chunks for chunks, _ in found] == [48, 1, 1, 12, 12]
    assert len({digest for _, digest in found}) == 1


def test_degraded_rows_too(many_rows: Path) -> None:
    """Rows that a fallback served are marked in the same bytes for every cut and crew."""
    chain = "ingest.lookups.weather.fallback=[{constants: {temp: 10.0}}]"
    sets = (chain, "ingest.lookups.weather.on_missing_key=fallback")
    ways = [way(10**9, "threads", 1, *sets), way(7, "processes", 2, *sets)]
    digests = {digest for _, digest in scored(many_rows, ways)}
    shown = many_rows / "out" / "0" / "batch=2024-03-01" / "predictions.parquet"
    marks = pd.read_parquet(shown, partitioning=None)["_degraded"]

    assert len(digests) == 1
    assert (marks.isna().any(), set(marks.dropna())) == (True, {"weather=constants"})


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_format(many_rows: Path, form: str) -> None:
    """CSV and JSON lines, too, are the same bytes for every cut, and hold the rows of the Parquet file."""
    sets = (f"publish.format={form}",)
    found = scored(many_rows, [way(rows, "threads", 2, *sets) for rows in (13, 10**9)])
    many_rows.joinpath("out", "0").rename(many_rows / "out" / "first")
    scored(many_rows, [way(50)])
    text = many_rows / "out" / "1" / "batch=2024-03-01" / f"predictions.{form}"
    read = (
        pd.read_csv(text) if form == "csv" else pd.read_json(text, lines=True, precise_float=True)
    )
    expected = pd.read_parquet(many_rows / "out" / "0" / "batch=2024-03-01" / "predictions.parquet")

    assert len({digest for _, digest in found}) == 1
    assert read["id"].tolist() == expected["id"].tolist()
    assert read["p_break"].tolist() == expected["p_break"].tolist()


def test_a_text_source_gives_the_same_rows(many_rows: Path) -> None:
    """The same rows from CSV and from JSON lines are published as the same bytes as from Parquet."""
    source = many_rows / "data" / "2024-03-01.parquet"
    frame = pd.read_parquet(source)
    frame.to_csv(source.with_suffix(".csv"), index=False)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    source.with_suffix(".jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    kinds = ("parquet", "csv", "jsonl")
    sets = [(f"ingest.primary.type={k}", f"ingest.primary.path=data/{{batch}}.{k}") for k in kinds]
    found = scored(many_rows, [way(23, "threads", 2, *each) for each in sets])

    assert len({digest for _, digest in found}) == 1
