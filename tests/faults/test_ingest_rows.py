"""Rows and columns that are not what was promised of them: F25 to F29."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.conftest import BATCH, Command, default_frame
from tests.faults.conftest import Saw
from tests.faults.inputs import PARTS, primary, put, quarantined
from tests.faults.sound import ends, files, log

Change = Callable[[pd.DataFrame], pd.DataFrame]


def doubled(first: int, second: int) -> pd.DataFrame:
    """The key of one row stands in another one, too."""
    frame = default_frame()
    frame.loc[second, "id"] = frame.loc[first, "id"]
    return frame


@pytest.mark.parametrize("rows", [(1, 2), (1, 50), (9, 10)])
def test_f25_a_key_twice(
    published: Path, score: Command, out: Path, saw: Saw, rows: tuple[int, int]
) -> None:
    """A key that repeats, in a chunk or far away, refuses the batch and is named."""
    put(published, doubled(*rows))
    before = files(out)
    done = score(published)

    words = ("key", "unique", str(1000 + rows[0]), *PARTS)
    saw(done, 65, "by default: refused, the key is named", *words, folder=out)
    assert files(out) == before


def test_f25_the_first_is_kept(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """As declared, the first row of a key is published and the later ones are in quarantine."""
    frame = doubled(1, 2)
    frame.loc[50, "id"] = 1001
    put(published, frame)
    done = score(published, *primary(on_duplicate_key="quarantine"))
    again = [row for row in quarantined(published) if "repeats" in row["_reason"]]
    kept = pd.read_parquet(out).set_index("id").loc[1001]

    happened = "as declared: the first row is kept, the others are in quarantine"
    saw(done, 0, happened, "2 for id: repeats an earlier row", folder=out)
    assert [(row["_row"], row["id"]) for row in again] == [(2, 1001), (50, 1001)]
    strain = frame.loc[1, "load"] * 2.0 - 3.0
    assert kept["p_break"] == pytest.approx(strain**2 / (strain**2 + 10_000.0))


F26: dict[str, tuple[Change, tuple[str, ...]]] = {
    "renamed": (
        lambda frame: frame.rename(columns={"load": "laod"}),
        ("'load'", "did you mean 'laod'?", f"{BATCH}.parquet", *PARTS),
    ),
    "missing": (
        lambda frame: frame.drop(columns="speed"),
        ("a column is missing", "'speed'", f"{BATCH}.parquet", *PARTS),
    ),
}


@pytest.mark.parametrize("name", F26)
def test_f26_a_column_is_not_there(
    published: Path, score: Command, out: Path, saw: Saw, name: str
) -> None:
    """A column that is missing or renamed refuses the batch before a row is read."""
    change, words = F26[name]
    put(published, change(default_frame()))
    before = files(out)
    done = score(published)

    saw(done, 65, "refused with the nearest name; nothing is computed", *words, folder=out)
    assert "plan ready" not in done.stderr
    assert files(out) == before


def test_f27_a_column_too_many(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """A further column is told and not read; where further ones are forbidden it is refused."""
    put(published, default_frame().assign(more=1))
    taken = score(published, "--json")
    before = files(out)
    refused = score(published, "--force", "--set", "validate.extra_columns=forbid")
    found = [one["message"] for one in json.loads(taken.stdout)["findings"]]

    happened = "told and left out; refused where the pipeline says `forbid`"
    saw([taken, refused], [0, 65], happened, "'more'", "extra_columns", folder=out)
    assert any("new columns since batch" in message for message in found)
    assert files(out) == before
    assert "more" not in pd.read_parquet(out).columns


def test_f28_another_type_without_loss(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """Numbers that came as text are the same numbers, and the predictions the same bytes."""
    before = files(out)
    put(published, default_frame().assign(load=lambda rows: rows["load"].astype(str)))
    done = score(published)

    happened = "every value survives: converted, and told"
    saw(done, 0, happened, "the type of 'load' changed from double to", folder=out)
    assert files(out) == before
    assert len(log(out, BATCH)) == 2


def test_f28_values_that_would_be_lost(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """Rows whose value does not survive are in quarantine as they came, and refuse the batch without a budget."""
    texts = [f"{load} kN" if n in {5, 6} else str(load) for n, load in enumerate(loads())]
    put(published, default_frame().assign(load=texts))
    set_aside = score(published)
    lost = [row["load"] for row in quarantined(published) if "float64" in row["_reason"]]
    before = files(out)
    over = score(published, "--force", "--set", "limits.quarantined_rows.rows=3")

    words = ("2 for load: not a float64", "limits.quarantined_rows", *PARTS)
    happened = "a few values do not: quarantined as they came; over the budget refused"
    saw([set_aside, over], [0, 65], happened, *words, folder=out)
    assert lost == [texts[5], texts[6]]
    assert files(out) == before


def loads() -> list[float]:
    """The loads of the rows, in order."""
    return list(default_frame()["load"])


F28: dict[str, tuple[Change, tuple[str, ...]]] = {
    "codes for words": (
        lambda frame: frame.assign(city=frame["city"].astype("category").cat.codes),
        ("'city' is not of its declared type", "int8", "category"),
    ),
    "fractions in a whole number": (
        lambda frame: frame.assign(id=frame["id"] + 0.5),
        ("'id' is not of its declared type", ".5", "int64"),
    ),
}


@pytest.mark.parametrize("name", F28)
def test_f28_another_type(published: Path, score: Command, out: Path, saw: Saw, name: str) -> None:
    """A type that cannot hold what is declared refuses the batch with both types."""
    change, words = F28[name]
    put(published, change(default_frame()))
    before = files(out)
    done = score(published)

    saw(done, 65, "no value can: refused, both types are named", *words, *PARTS, folder=out)
    assert files(out) == before


def test_f29_another_unit(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """Loads in kilograms for tonnes break the contract's bounds; without them the gate holds the run."""
    put(published, default_frame().assign(load=lambda rows: rows["load"] * 1000))
    before = files(out)
    refused = score(published)
    unbounded = ("--set", "validate.columns.load.max=1000000")
    usual = ("--set", "check_output.distribution.p_break.mean=[0.2, 0.8]")
    held = score(published, *unbounded, *usual)

    words = ("load: above max", "the mean of p_break is not as promised", *PARTS)
    happened = "refused by the contract's bounds; where there are none, held by the gate"
    saw([refused, held], [65, 4], happened, *words, folder=out)
    assert files(out) == before
    assert ends(out, BATCH)[-1] == "held"
