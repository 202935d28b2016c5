"""Predictions of a whole batch held to what was promised, through the command line."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Put = Callable[[Path, pd.DataFrame], None]
JUDGED = "check_output.distribution.p_break="


def test_a_mean_that_moved(
    published: Path, score: Command, put: Put, frame: pd.DataFrame, refused: Callable[..., str]
) -> None:
    """On the keys of the version before the mean may move as far as is declared, and no further."""
    put(published, frame.assign(load=frame["load"] * 0.9))
    near = JUDGED + "{max_mean_change: 0.001}"
    done = score(published, "--set", near)
    refused(published, done, 4, "the mean of p_break has moved further", "shared keys")

    assert score(published, "--set", JUDGED + "{max_mean_change: 0.5}").returncode == 0


def test_an_output_that_is_judged_and_not_published(
    project: Path, score: Command, seawall: Command
) -> None:
    """What is judged need not be published, and the key neither."""
    listed = "publish.columns=[city]"
    wanted = JUDGED + "{max_top_share: 90%, min_distinct: 5, quantiles: {p50: [0.0, 1.0]}}"
    done = score(project, "--set", listed, "--set", "validate.rules=[]", "--set", wanted)
    told = seawall(project, "explain").stdout

    assert done.returncode == 0, done.stderr
    assert list(pd.read_parquet(project / "out/breakdowns").columns) == ["city", "batch"]
    assert all(check in told for check in ("top share", "distinct values", "quantile"))


@pytest.mark.breaks("one value in more of the predictions than `max_top_share` allows")
def test_one_value_everywhere(
    published: Path, score: Command, put: Put, frame: pd.DataFrame, refused: Callable[..., str]
) -> None:
    """A value that most rows have is found exactly, and named."""
    put(published, frame.assign(load=frame["load"].where(frame.index < 9, 50.0), city="Bonn"))
    done = score(published, "--set", JUDGED + "{max_top_share: 60%}")

    refused(published, done, 4, "one value of p_break is more frequent than promised", "0.5")


def test_nothing_is_compared_where_nothing_is_published(
    published: Path, score: Command, put: Put, frame: pd.DataFrame
) -> None:
    """A batch that its filters empty has no mean that could have moved."""
    put(published, frame.assign(state="off"))
    wanted = JUDGED + "{max_mean_change: 0.01}"
    done = score(published, "--set", "validate.rows.min=0", "--set", wanted)

    assert done.returncode == 0, done.stderr
