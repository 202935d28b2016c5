"""The example that the design shows: all of it is part of the format."""

from __future__ import annotations

import textwrap
from typing import Any

from seawall.config.models import PipelineConfig
from seawall.config.places import plain
from seawall.config.yaml import Text, parsed

EXAMPLE = """
    pipeline: flight_delays
    as_of: "{batch}T23:59:59-05:00"
    ingest:
      primary:
        type: parquet
        path: data/flights/date={batch}/*.parquet
        key: flight_id
        chunk_rows: 100_000
      lookups:
        weather:
          type: sql
          url: ${env:WEATHER_DB}
          query: SELECT origin, time_hour, temp, wind_speed, precip, visib FROM weather WHERE day = :batch
          join: [origin, time_hour]
          columns: [temp, wind_speed, precip, visib]
          on_missing_key: null
          expect: {min_rows: 1, max_null_share: {temp: 20%}, min_key_coverage: 95%, max_staleness: 36h,
                   as_of_column: time_hour}
          attempt_timeout: 20s
          deadline: 2m
          retry: {max_attempts: 4, backoff: {initial: 500ms, multiplier: 2, max: 15s, jitter: full}}
          circuit_breaker: {failure_threshold: 3, open_for: 30m}
          fallback:
            - lookup: weather_replica
            - last_known_good: {max_age: 12h}
            - constants: {temp: 55.4, wind_speed: 9.2, precip: 0.0, visib: 10.0}
        weather_replica:
          type: parquet
          path: s3://replica/weather/{batch}.parquet
          join: [origin, time_hour]
          columns: [temp, wind_speed, precip, visib]
    validate:
      columns:
        origin:    {dtype: string, one_of: [EWR, JFK, LGA]}
        time_hour: {dtype: timestamp, timezone: UTC}
        dep_delay: {dtype: float64, min: -90, max: 1500, nullable: true, max_null_share: 5%}
      extra_columns: ignore
      filters:
        - use: pipelines.rules:departed
      rules:
        - use: pipelines.rules:departs
      rows: {min: 1, change: 50%}
      freshness: {column: time_hour, max_age: 36h}
    featurize:
      - use: pipelines.rules:add_calendar
        with: {column: time_hour}
    predict:
      model: {type: sklearn, path: models/flight_delays.skops, sha256: DIGEST}
      method: predict_proba
      outputs: {p_late: 1}
    check_output:
      bounds: {p_late: {min: 0, max: 1, on_violation: fail}}
      distribution: {p_late: {mean: [0.05, 0.60], max_top_share: 50%}}
    drift:
      reference: references/flight_delays.json
      columns: [dep_delay, distance, carrier, temp, p_late]
      on_fail: hold
    publish: {type: files, format: parquet, path: predictions/flight_delays, keep_versions: 7}
    limits: {quarantined_rows: {share: 1%, rows: 1000}, degraded_rows: 25%, degraded_lookups: 1,
             consecutive_degraded_runs: 3, run_deadline: 2h}
    alerts: [{url: "${env:OPS_ALERTS}", on: [held, failed, degraded]}]
""".replace("DIGEST", "8f2c" * 16)
ENV = {"WEATHER_DB": "sqlite://", "OPS_ALERTS": "https://alerts.example"}


def test_the_example_parses_into_values() -> None:
    """Every key of the example has its field, and its value the field's type."""
    node, faults = parsed(Text(textwrap.dedent(EXAMPLE), "example.yaml"))
    config = PipelineConfig.model_validate(plain(node))
    weather = config.ingest.lookups["weather"]

    assert faults == []
    assert config.ingest.primary.chunk_rows == 100_000
    assert weather.on_missing_key == "null"
    assert weather.retry.backoff.initial.total_seconds() == 0.5
    assert config.limits.run_deadline.total_seconds() == 7200


def test_the_example_loads(project: Any) -> None:
    """Every key of the example has an engine behind it."""
    assert project.faults(EXAMPLE, env=ENV) == ()
