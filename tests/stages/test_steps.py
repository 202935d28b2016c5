"""What a user's function is given, what it may return, and where its errors point."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from seawall.calling import checked_parameters
from seawall.config.judging import Step
from seawall.contracts import Context
from seawall.errors import SoftwareError
from seawall.stages.featurize import featurize
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound, bind, mask, settable, transformed

Make = Callable[[Callable[..., Any]], Bound]
FRAME = pd.DataFrame({"k": [1, 2, 3], "a": [1.0, np.nan, 3.0]}, index=[10, 12, 14])


@pytest.mark.parametrize(
    "result",
    [
        lambda f: f["a"] > 1,
        lambda f: (f["a"] > 1).to_numpy(),
        lambda f: f["a"].notna().astype("boolean"),
        lambda f: [True, False, True],
    ],
)
def test_masks_that_count(step: Make, result: Callable[..., Any]) -> None:
    """One truth value a row is a mask, whoever holds it."""
    assert mask(step(result), FRAME).dtype == np.bool_


@pytest.mark.parametrize(
    "result",
    [
        lambda f: f["a"],
        lambda f: f["a"].astype("Int64") > 1,
        lambda f: (f["a"] > 1).iloc[:2],
        lambda f: (f["a"] > 1).reset_index(drop=True),
        lambda f: (f["a"] > 1).sort_index(ascending=False),
        lambda f: f[["a"]] > 1,
        lambda _: True,
        lambda _: None,
        lambda f: (f["a"] > 1).astype(object),
        lambda f: (f["a"] > 1).astype(int),
    ],
)
def test_masks_that_do_not_count(step: Make, result: Callable[..., Any]) -> None:
    """Other types, lengths, orders and nulls are refused by the function's name."""
    with pytest.raises(SoftwareError, match=r"project\.rules:<lambda>: .*one truth value a row"):
        mask(step(result), FRAME)


def _sorted_in_place(frame: pd.DataFrame) -> pd.DataFrame:
    frame.sort_values("k", ascending=False, inplace=True)  # noqa: PD002 - what users do
    return frame


def _dropped_in_place(frame: pd.DataFrame) -> pd.DataFrame:
    frame.drop(index=10, inplace=True)  # noqa: PD002 - what users do
    return frame


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize(
    "change",
    [
        _sorted_in_place,
        _dropped_in_place,
        lambda f: f.iloc[:2],
        lambda f: f.iloc[::-1],
        lambda f: pd.concat([f, f]),
        lambda f: f.reset_index(drop=True),
        lambda f: f.merge(f, on="k"),
    ],
)
def test_rows_stay(step: Make, change: Callable[..., Any]) -> None:
    """A stage that adds, loses, moves or renumbers rows is refused, also if it does so in place."""
    with pytest.raises(SoftwareError, match="may not add, lose or reorder rows"):
        transformed(step(change), FRAME)


@pytest.mark.parametrize("result", [None, 1, FRAME["a"]])
def test_a_stage_returns_a_frame(step: Make, result: object) -> None:
    """What is no DataFrame is refused."""
    with pytest.raises(SoftwareError, match="must return a DataFrame"):
        transformed(step(lambda _: result), FRAME)


def test_a_column_once(step: Make) -> None:
    """A stage that makes two columns of one name is refused."""
    with pytest.raises(SoftwareError, match="several columns of one name"):
        transformed(step(lambda f: pd.concat([f, f["a"]], axis=1)), FRAME)


@pytest.mark.parametrize("change", [lambda f: f.assign(k=0), lambda f: f.drop(columns="k")])
def test_the_key_stays(step: Make, change: Callable[..., Any]) -> None:
    """A stage that changes the key, or takes it away, is refused."""
    with pytest.raises(SoftwareError, match="may not change the key 'k'"):
        featurize(Sieve(FRAME, key="k"), [step(change)])


def _spoiling(frame: pd.DataFrame) -> pd.Series:
    frame["a"] = 0.0
    frame.loc[10, "k"] = 99
    del frame["a"]
    return frame["k"] > 0


def test_changes_in_place_do_not_leak(step: Make) -> None:
    """A rule that changes its frame changes nothing for those who come after it."""
    before = FRAME.copy()
    mask(step(_spoiling), FRAME)

    pd.testing.assert_frame_equal(FRAME, before)


def _raising(_: pd.DataFrame) -> pd.DataFrame:
    return json.loads("{")  # the line that is to be named


def _missing(frame: pd.DataFrame) -> pd.Series:
    return frame["nope"]  # this one, too


@pytest.mark.parametrize(("call", "words"), [(_raising, "to be named"), (_missing, "this one")])
def test_errors_name_the_users_line(step: Make, call: Callable[..., Any], words: str) -> None:
    """An error deep in a library points to the line of the user's that called it."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    number = next(
        n
        for n, line in enumerate(lines, 1)
        if line.endswith((f"line that is {words}", f"{words}, too"))
    )
    with pytest.raises(SoftwareError) as caught:
        step(call)(FRAME)

    assert caught.value.where.endswith(f"({__file__}:{number})")
    assert isinstance(caught.value.__cause__, ValueError | KeyError)


def _taking(
    frame: pd.DataFrame, *, column: str, model_size: int = 1, _copy: list[int] | None = None
) -> pd.DataFrame:
    return frame


class _Holding:
    def __init__(self, factor: float, *, schema: str = "x", context: Context | None = None) -> None:
        self.factor, self.context = factor, context

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame


def checked(target: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a step, held to its signature."""
    return checked_parameters(target, given, settable=settable(target))


def test_parameters_of_any_name() -> None:
    """Parameters may have names that pydantic's models keep for themselves, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = checked(_taking, {"column": "a", "model_size": 2, "_copy": [1]})
        made = checked(_Holding, {"factor": 2, "schema": "y"})

    assert found == {"column": "a", "model_size": 2, "_copy": [1]}
    assert made == {"factor": 2.0, "schema": "y"}


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({}, "column"),
        ({"column": 5}, "column"),
        ({"column": "a", "colum": 1}, "colum"),
        ({"column": "a", "model_size": "x"}, "model_size"),
        ({"column": "a", "_copy": "x"}, "_copy"),
    ],
)
def test_parameters_that_do_not_fit(given: dict[str, Any], at: str) -> None:
    """A missing, unknown or mistyped parameter is named."""
    with pytest.raises(ValidationError) as caught:
        checked(_taking, given)

    assert [error["loc"] for error in caught.value.errors()] == [(at,)]


def test_the_frame_is_no_parameter() -> None:
    """A frame that is given by its place only leaves the other parameters alone."""

    def step(frame: pd.DataFrame, /, *, column: str, context: Context) -> pd.DataFrame:
        return frame

    assert settable(step) == ["column"]


def test_classes_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class is made with its parameters and the run's context, and then called with frames."""
    (tmp_path / "unit_held.py").write_text(
        "class Held:\n"
        "    made = 0\n"
        "    def __init__(self, factor, *, context):\n"
        "        type(self).made += 1\n"
        "        self.factor, self.batch = factor, context.batch\n"
        "    def __call__(self, frame):\n"
        "        return frame.assign(b=self.factor, batch=self.batch, made=self.made)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    context = Context("p", "2013-07-01", datetime.now(UTC))
    bound = bind(Step.model_validate({"use": "unit_held:Held", "with": {"factor": 2}}), context)
    bound(FRAME)

    assert bound(FRAME).iloc[0].to_dict() == {
        "k": 1,
        "a": 1.0,
        "b": 2,
        "batch": "2013-07-01",
        "made": 1,
    }
