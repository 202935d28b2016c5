"""The shipped pipeline file and the code that it names are of one mind."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipelines.flight_delays import inputs
from pipelines.flight_delays.model import FEATURES, featurize
from seawall.config.load import load
from seawall.config.models import PipelineConfig

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def config() -> PipelineConfig:
    """The shipped file; it has no faults, or this raises."""
    return load(PROJECT / "configs/flight_delays.yaml", env={}).config


def test_training_uses_the_stages_of_the_file(config: PipelineConfig, joined: pd.DataFrame) -> None:
    """The listed stages, in the file's order and with its parameters, give what the model learnt on."""

    def take(frame: pd.DataFrame, use: str, parameters: dict[str, object]) -> pd.DataFrame:
        module, _, name = use.partition(":")
        staged: pd.DataFrame = getattr(import_module(module), name)(frame, **parameters)
        return staged

    staged = reduce(lambda frame, step: take(frame, step.use, step.with_), config.featurize, joined)

    assert_frame_equal(staged[FEATURES], featurize(joined), check_exact=True)


def test_every_column_of_the_contract_is_read_or_looked_up(
    config: PipelineConfig, flights: pd.DataFrame
) -> None:
    """No promise is about a column that nobody has, and every looked-up column has its promise."""
    added = {
        column
        for lookup in config.ingest.lookups.values()
        for column in lookup.added_columns.values()
    }

    assert set(config.validate_.columns) - set(flights.columns) == added


def test_nothing_that_is_known_after_departure_is_read(config: PipelineConfig) -> None:
    """The answer, and what comes with it, is not among the columns."""
    assert not {"arr_time", "arr_delay", "air_time"} & set(config.validate_.columns)


def test_the_weather_of_the_shipped_query_is_there(config: PipelineConfig, root: Path) -> None:
    """The lookups' paths are the ones that prepare writes."""
    paths = [lookup.path for lookup in config.ingest.lookups.values() if hasattr(lookup, "path")]

    assert all((root / path).is_file() for path in [*paths, "data/weather.db"])
    pattern = config.ingest.primary.path.replace("{batch}", "2013-07-01")
    assert list(root.glob(pattern)) == [inputs.flights_path(root, "2013-07-01")]
