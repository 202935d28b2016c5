"""The reference pipeline's inputs, three days of them, written once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.flight_delays import inputs
from pipelines.flight_delays.prepare import join_lookups

WRITTEN = ("2013-01-01", "2013-07-01", "2013-12-31")


@pytest.fixture(scope="session")
def flights() -> pd.DataFrame:
    """All flights of 2013."""
    return inputs.read_flights()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory, flights: pd.DataFrame) -> Path:
    """A project's folder with the lookups and three days of flights."""
    folder = tmp_path_factory.mktemp("project")
    inputs.write_weather(folder / "data/weather.db")
    inputs.write_planes(folder / "data/planes.csv")
    inputs.write_airports(folder / "data/airports.jsonl")
    inputs.write_flights(folder, flights, WRITTEN)
    return folder


@pytest.fixture(scope="session")
def joined(root: Path, flights: pd.DataFrame) -> pd.DataFrame:
    """Two days of flights as the stages get them, with the lookups' columns."""
    days = flights["flight_id"] // 10_000
    return join_lookups(root, flights[days.isin([20130701, 20131231])])
