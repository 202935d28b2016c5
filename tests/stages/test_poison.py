"""Rows on which a user's code raises: exactly those leave, and the rest is as if they had never been."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.config.judging import Quota
from seawall.config.predicting import Predict
from seawall.errors import DataError, SoftwareError
from seawall.models import Model
from seawall.models.loaded import Loaded
from seawall.stages.allowance import Allowance
from seawall.stages.featurize import featurize
from seawall.stages.poison import passing
from seawall.stages.predict import BLOCK_ROWS, add_outputs
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound

ROWS = 80
TEXTS = [f"{n}" for n in range(ROWS)]
HERE = __file__


def parsed(frame: pd.DataFrame) -> pd.DataFrame:
    """A stage that raises on a text that is no number, and on a 0 divides."""
    numbers = [int(text) for text in frame["text"]]  # the user's line
    return frame.assign(half=np.array([100 // (n + 1) for n in numbers], dtype="int64"))


STEP = Bound("project.features:parsed", parsed)


def sieve_of(texts: list[str], quota: Quota | None, *, start: int = 0, rows: int = ROWS) -> Sieve:
    """A chunk of the batch that begins at this row."""
    index = pd.RangeIndex(start, start + len(texts))
    frame = pd.DataFrame({"k": index + 1_000, "text": texts}, index=index)
    return Sieve(frame, key="k", allowance=Allowance(quota, rows))


def in_chunks(texts: list[str], size: int) -> Iterator[Sieve]:
    """The batch in chunks, each behind the stage; all of its rows may leave."""
    for start in range(0, len(texts), size):
        sieve = sieve_of(texts[start : start + size], Quota(rows=ROWS), start=start)
        featurize(sieve, [STEP])
        yield sieve


def poisoned(at: set[int]) -> list[str]:
    """The batch's texts, with a text that is no number or a number that cannot be a divisor."""
    return [("x" if n % 2 else "-1") if n in at else text for n, text in enumerate(TEXTS)]


@settings(deadline=None, max_examples=12)
@given(at=st.sets(st.integers(0, ROWS - 1), max_size=12), size=st.integers(1, ROWS))
def test_any_chunking(at: set[int], size: int) -> None:
    """The same rows leave for the same reasons however the batch is cut; the rest is a clean run's."""
    sieves = list(in_chunks(poisoned(at), size))
    kept = pd.concat([sieve.frame for sieve in sieves if len(sieve.frame)])
    left = {
        number: entry.reason
        for sieve in sieves
        for entry in sieve.aside
        for number in entry.rows.index
    }
    clean = next(in_chunks(TEXTS, ROWS)).frame.drop(index=list(at))

    pd.testing.assert_frame_equal(kept, clean, check_index_type=False)
    kinds = ["parsed raised ZeroDivisionError", "parsed raised ValueError"]
    assert left == {number: kinds[number % 2] for number in at}


def test_what_is_kept_of_a_row() -> None:
    """A row leaves with the stage, the reason, and what was raised with the user's file and line."""
    sieve = sieve_of(["1", "x", "3"], Quota(rows=1))
    featurize(sieve, [STEP])
    (entry,) = sieve.aside

    assert (entry.stage, entry.reason) == ("featurize", "parsed raised ValueError")
    assert entry.rows["k"].tolist() == [1_001]
    place = rf"ValueError: invalid literal .*'x'; project\.features:parsed \({HERE}:{line()}\)"
    assert re.fullmatch(place, entry.notes[0])


def line() -> int:
    """Where the stage converts."""
    texts = Path(HERE).read_text(encoding="utf-8").splitlines()
    return next(n for n, text in enumerate(texts, 1) if text.endswith("# the user's line"))


def test_without_a_budget() -> None:
    """The first bad row is an error that names it, the user's line, and how to let it leave."""
    with pytest.raises(DataError, match="ValueError: invalid literal") as caught:
        featurize(sieve_of(["1", "2", "x", "y"], None), [STEP])

    error = caught.value
    assert error.where == f"project.features:parsed ({HERE}:{line()})"
    assert error.seen == "k 1002, row 2 of the batch"
    assert "quarantined_rows: {share: 1%}" in error.todo


def test_over_budget() -> None:
    """More rows than may leave end the search with an error that names the first ones."""
    texts = ["1"] * 90 + ["x"] * 10
    with pytest.raises(DataError, match="more rows than limits") as caught:
        featurize(sieve_of(texts, Quota(share="2%"), rows=100), [STEP])

    assert caught.value.seen.startswith("3 rows or more of one chunk, the first: k 1090, row 90")
    assert caught.value.allowed == "2 more rows in quarantine"


def test_what_has_left_before_counts() -> None:
    """Rows that a chunk lost earlier are no longer in the budget."""
    sieve = sieve_of(["x", "1", "2", "x"], Quota(rows=1))
    sieve.set_aside(np.array([True, False, False, False]), "validate", "a rule")
    with pytest.raises(DataError, match="invalid literal") as caught:
        featurize(sieve, [STEP])

    assert "is used up" in caught.value.allowed


@pytest.mark.parametrize("quota", [None, Quota(share="1%"), Quota(rows=10)])
def test_every_row(quota: Quota | None) -> None:
    """A stage that raises on every row is at fault, whatever may leave; its line is shown once."""
    with pytest.raises(SoftwareError, match=r"every row \(systematic\): ValueError") as caught:
        featurize(sieve_of(["x"] * ROWS, quota), [STEP])

    assert caught.value.where.endswith(f":{line()})")
    assert "80 rows, of which none passes that was tried alone" in caught.value.seen


def normed(frame: pd.DataFrame) -> pd.DataFrame:
    """A stage that looks at other rows."""
    if frame["text"].duplicated().any():
        raise ValueError("twice")
    return frame


def test_a_stage_that_depends_on_its_batch() -> None:
    """Rows that are refused together and not alone are nobody's fault but the stage's."""
    sieve = sieve_of(["a", "b", "c", "a"], Quota(rows=4))
    with pytest.raises(SoftwareError, match="depends on its batch: ValueError: twice") as caught:
        featurize(sieve, [Bound("project.features:normed", normed)])

    assert "4 rows together (k 1000 to 1003)" in caught.value.seen
    assert not sieve.aside


def bug_of(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Code that is wrong whatever the rows are."""
    if name == "name":
        return nobody(frame)  # noqa: F821 - that is the bug
    if name == "import":
        from seawall import nothing  # noqa: F401 - that is the bug
    if name == "later":
        raise NotImplementedError
    if name == "column":
        return frame.assign(y=frame["txt"])
    if name == "columns":
        return frame[["k", "txt"]]
    if name == "attribute":
        return frame.assign(y=frame.txt)
    raise SystemExit(3)


@pytest.mark.parametrize(
    "name", ["name", "import", "later", "column", "columns", "attribute", "exit"]
)
def test_bugs_are_no_rows_fault(name: str) -> None:
    """Code that is wrong is called once, and no row is looked for."""
    calls = []

    def step(frame: pd.DataFrame) -> pd.DataFrame:
        calls.append(len(frame))
        return bug_of(name, frame)

    with pytest.raises(SoftwareError) as caught:
        featurize(sieve_of(TEXTS, Quota(rows=ROWS)), [Bound("project.features:bug", step)])

    assert calls == [ROWS]
    assert HERE in caught.value.where
    assert ("'txt' that is not there" in caught.value.what) == (
        name in {"column", "columns", "attribute"}
    )


RATES = {"1": 1.0, "2": 2.0}
TABLE = pd.DataFrame({"1": [1.0], "2": [2.0]})


@pytest.mark.parametrize(
    "rate", [lambda text: RATES[text], lambda text: TABLE[text].iloc[0], ast.literal_eval]
)
def test_what_may_be_a_rows_fault(rate: Callable[[str], Any]) -> None:
    """A key that the user's own table lacks, and text that cannot be parsed, are of the row."""
    sieve = sieve_of(["1", "2", "x =", "1"], Quota(rows=1))
    step = Bound("p.f:rate", lambda f: f.assign(rate=[float(rate(text)) for text in f["text"]]))
    featurize(sieve, [step])

    assert sieve.aside[0].rows["k"].tolist() == [1_002]


def test_a_column_that_a_stage_took_away() -> None:
    """A stage that lacks a column is told which stage before it took it away."""
    steps = [
        Bound("p.f:select", lambda f: f[["k"]]),
        Bound("p.f:late", lambda f: f.assign(y=f["text"])),
    ]
    with pytest.raises(SoftwareError, match="'text' that is not there") as caught:
        featurize(sieve_of(["1", "2"], None), steps)

    assert caught.value.seen == "p.f:select took it away"


def judging(frame: pd.DataFrame) -> pd.Series:
    """A rule that cannot judge every row."""
    return pd.Series([int(text) > 0 for text in frame["text"]], index=frame.index)


def test_rules() -> None:
    """A row that a rule cannot judge leaves; the mask is of the others."""
    sieve = sieve_of(["1", "x", "0"], Quota(rows=1))
    passed = passing(Bound("p.r:judging", judging), sieve, spare=True)

    assert passed.tolist() == [True, False]
    assert sieve.quarantined == {"judging raised ValueError": 1}


def test_rules_that_fail_spare_no_row() -> None:
    """Under a rule whose violation fails the run, a row that it cannot judge fails it, too."""
    with pytest.raises(DataError, match="invalid literal") as caught:
        passing(Bound("p.r:judging", judging), sieve_of(["1", "x"], Quota(rows=1)), spare=False)

    assert caught.value.allowed == "no row on which it raises: on_violation is fail"


def model_of(call: Callable[[pd.DataFrame], Any], *, free: bool) -> Model:
    """A model of the user's own."""
    model = {"type": "python", "use": "p.m:make"}
    declared = Predict.model_validate({"model": model, "outputs": ["p"]})
    return Model(Loaded(call, rows_independent=free), declared)


@pytest.mark.parametrize("free", [True, False])
def test_models(*, free: bool) -> None:
    """A row on which the model raises leaves; the others have the bits that they have without it."""
    rows = BLOCK_ROWS + 100
    numbers = np.random.default_rng(3).normal(size=(rows, 3))

    def call(frame: pd.DataFrame) -> Any:
        values = frame[["a", "b", "c"]].to_numpy()
        if (values > 99).any():
            raise ValueError("too large")
        # The last bit of a matrix product depends on the shape of its block.
        return values[:, 0] / values[:, 1] if free else values @ np.array([0.1, 0.2, 0.3])

    def scored(bad: list[int]) -> Sieve:
        values = numbers.copy()
        values[bad] = 100.0
        frame = pd.DataFrame(values, columns=list("abc")).assign(k=range(rows))
        sieve = Sieve(frame, key="k", allowance=Allowance(Quota(rows=9), rows))
        add_outputs(sieve, model_of(call, free=free), batch_rows=rows)
        return sieve

    bad = [0, 7, BLOCK_ROWS - 1, BLOCK_ROWS, rows - 1]
    sieve, clean = scored(bad), scored([]).frame.drop(index=bad)

    assert sieve.quarantined == {"model raised ValueError": 5}
    assert sieve.frame["p"].to_numpy().tobytes() == clean["p"].to_numpy().tobytes()
