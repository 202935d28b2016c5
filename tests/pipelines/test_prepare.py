"""The command that writes the reference pipeline's data and model."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.flight_delays.model import FEATURES, featurize, late_probability
from pipelines.flight_delays.prepare import days_between, join_lookups, main, prepare, save, train
from seawall.errors import UsageError

TREES = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"


@pytest.fixture(scope="module")
def few(flights: pd.DataFrame) -> pd.DataFrame:
    """Every twentieth flight: enough to train a small model."""
    return flights.iloc[::20]


def test_training_twice_gives_the_same_model(
    root: Path, few: pd.DataFrame, joined: pd.DataFrame
) -> None:
    """Two models of the same flights predict the same, bit for bit."""
    features = featurize(joined)
    first, second = (
        late_probability(train(root, few, iterations=5)[0], features) for _ in range(2)
    )

    assert first.equals(second)


def test_the_saved_model_predicts_as_it_did(
    tmp_path: Path, root: Path, few: pd.DataFrame, joined: pd.DataFrame
) -> None:
    """A model that was written and read, with one more type trusted, gives the same results."""
    from skops.io import load

    model, _ = train(root, few, iterations=5)
    save(tmp_path / "model.skops", model)
    loaded = load(tmp_path / "model.skops", trusted=[TREES])

    features = featurize(joined)
    assert list(loaded.feature_names_in_) == FEATURES
    assert late_probability(loaded, features).equals(late_probability(model, features))


def test_the_model_beats_the_base_rate(root: Path, few: pd.DataFrame) -> None:
    """On the half year that it has not seen, and flights that never arrived are in neither half."""
    _, holdout = train(root, few, iterations=20)

    assert holdout.auc > 0.85
    assert holdout.brier < 0.6 * holdout.base_brier
    assert holdout.trained + holdout.rows == few["arr_delay"].notna().sum()


def test_joining_keeps_the_flights_and_their_order(root: Path, few: pd.DataFrame) -> None:
    """A flight without weather, plane or airport stays, with nulls."""
    joined = join_lookups(root, few)

    assert joined["flight_id"].tolist() == few["flight_id"].tolist()
    assert joined[["temp", "plane_year", "dest_tz"]].isna().any().all()


def test_days_are_one_or_a_range() -> None:
    """A range includes both its ends."""
    assert days_between("2013-07-01") == ("2013-07-01",)
    assert days_between("2013-06-29..2013-07-01") == ("2013-06-29", "2013-06-30", "2013-07-01")


@pytest.mark.parametrize("text", ["2014-01-01", "2013-07-02..2013-07-01", "", "July"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    """Only days of 2013 are there."""
    with pytest.raises(UsageError, match="no such days"):
        days_between(text)


def test_a_wrong_day_is_an_error_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with the exit code of a wrong command line and says what is allowed."""
    assert main(["--root", str(tmp_path), "--days", "2014-01-01"]) == 2
    assert "allowed: 2013-07-01, or" in capsys.readouterr().err


def test_what_is_in_place_is_kept(root: Path, tmp_path: Path) -> None:
    """A second run writes nothing and says so; one more day is written alone."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/flight_delays.skops").write_bytes(b"stands")
    first = list(prepare(tmp_path, ["2013-07-01"]))
    second = list(prepare(tmp_path, ["2013-07-01"]))
    third = list(prepare(tmp_path, ["2013-07-01", "2013-07-02"]))

    assert len(first) == 4
    assert second == [f"in place below {tmp_path}: 1 days of flights, lookups, model"]
    assert third == ["wrote 1 days of flights, data/flights/date=2013-07-02 and on"]
