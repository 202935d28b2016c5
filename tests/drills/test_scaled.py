"""Limits as they are in a sandbox."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from seawall.config.load import load
from seawall.config.models import PipelineConfig
from seawall.drills.scaled import scaled

PIPELINE = """\
pipeline: small
ingest:
  primary: {type: parquet, path: rows.parquet, key: id, caps: {rows: 1000}}
  lookups:
    weather:
      type: csv
      path: weather.csv
      join: [city]
      columns: [temp]
      attempt_timeout: 20s
      deadline: 2m
      retry: {max_attempts: 7, backoff: {initial: 500ms, max: 15s}}
validate: {rows: {min: 101, max: 999, change: 50%}}
predict: {model: {type: python, use: "own.model:Model"}, outputs: [score]}
publish: {type: files, path: out}
limits: {quarantined_rows: {rows: 9}, run_deadline: 2h}
"""


@pytest.fixture
def config(tmp_path: Path) -> PipelineConfig:
    """A pipeline with a limit of every kind."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/model.py").write_text("class Model: ...\n")
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    return load(tmp_path / "pipeline.yaml", env={}).config


def test_times_are_seconds_and_attempts_stay(config: PipelineConfig) -> None:
    """A fault that takes minutes takes seconds, and as many attempts as declared are made."""
    small = scaled(config, 1.0).config
    weather = small.ingest.lookups["weather"]

    assert (weather.attempt_timeout, weather.deadline) == (
        timedelta(seconds=1),
        timedelta(seconds=2),
    )
    assert weather.retry is not None
    assert weather.retry.max_attempts == 7
    assert small.limits.run_deadline == timedelta(seconds=4)


def test_limits_in_rows_shrink_with_the_sample(config: PipelineConfig) -> None:
    """Of half a batch half is enough; a comparison with whole batches is left out."""
    small = scaled(config, 0.5).config
    rows = small.validate_.rows

    assert (rows.min, rows.max, rows.change) == (50, 500, None)
    assert small.limits.quarantined_rows is not None
    assert small.limits.quarantined_rows.rows == 4
    assert small.ingest.primary.caps.rows == 500


def test_whatever_is_changed_is_said(config: PipelineConfig) -> None:
    """Each limit with what it was and what it is here; of the whole batch, no limit of rows."""
    words = scaled(config, 0.5).words

    assert "lookup weather: deadline 2 m → 2 s" in words
    assert "limits.quarantined_rows.rows: 9 → 4" in words
    assert "validate.rows.change: not judged on a sample" in words
    assert [word.partition(":")[0] for word in scaled(config, 1.0).words] == [
        "lookup weather",
        "lookup weather",
        "limits.run_deadline",
    ]
