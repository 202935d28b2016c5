"""What a stage may do to columns, to infinite numbers, and when memory runs out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.judging import Quota
from seawall.config.predicting import Predict
from seawall.contracts import Made, StageDeclaration
from seawall.errors import DataError, SoftwareError
from seawall.models import Model
from seawall.models.loaded import Loaded
from seawall.running.alike import Alike
from seawall.stages.allowance import Allowance
from seawall.stages.featurize import featurize
from seawall.stages.infinite import set_infinite_aside
from seawall.stages.predict import predict
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound, mask, transformed

Change = Callable[[pd.DataFrame], pd.DataFrame]
FRAME = pd.DataFrame(
    {
        "k": [1, 2, 3, 4],
        "n": pd.array([1, 2, 3, 4], dtype="Int64"),
        "c": pd.Categorical(["a", "b", "a", None]),
        "x": [0.5, 1.5, np.nan, 2.5],
    }
)


def made(change: Change, **declared: Any) -> pd.DataFrame:
    """What a stage with this declaration makes of the frame."""
    return transformed(Bound("p.f:change", change, StageDeclaration(**declared)), FRAME)


@pytest.mark.parametrize(
    ("column", "change", "types"),
    [
        ("k", lambda f: f.assign(k=f["k"] * 1.0), ("float64", "int64, as it came in")),
        ("k", lambda f: f.assign(k=f["k"].astype("int32")), ("int32", "int64, as it came in")),
        ("x", lambda f: f.assign(x=f["x"].astype(str)), ("str", "float64, as it came in")),
        ("c", lambda f: f.assign(c=f["c"].astype(str)), ("str", "category of str, as it came in")),
        ("n", lambda f: f.assign(n=f["n"] > 1), ("bool", "int64, as it came in")),
    ],
)
def test_types_stay(column: str, change: Change, types: tuple[str, str]) -> None:
    """A stage that changes a column's type is refused with both types; one that says so is not."""
    with pytest.raises(SoftwareError, match=f"changed the type of the column '{column}'") as caught:
        made(change)

    assert (caught.value.seen, caught.value.allowed) == types
    assert len(made(change, changes=(column,))) == len(FRAME)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(n=f["n"].astype("int64")),
        lambda f: f.assign(c=f["c"].cat.remove_unused_categories()),
        lambda f: f.assign(c=f["c"].cat.rename_categories(str.upper)),
        lambda f: f.assign(x=f["x"].fillna(0.0)),
        lambda f: f.drop(columns="x"),
        lambda f: f.iloc[:, ::-1],
    ],
)
def test_what_is_no_change_of_type(change: Change) -> None:
    """The same type in another dress, other values, and columns that go are nobody's business."""
    assert len(made(change)) == len(FRAME)


def test_types_of_no_rows_are_chance() -> None:
    """A frame without rows may come out in any type: no value is another one."""
    step = Bound("p.f:text", lambda f: f.assign(k=f["k"].astype(str)))

    assert transformed(step, FRAME.iloc[:0])["k"].dtype == "str"


def test_a_declared_column_is_added() -> None:
    """A stage that does not make what it declares is refused."""
    with pytest.raises(SoftwareError, match="did not add what it declares: y"):
        made(lambda f: f, adds=("y",))


def test_a_declared_need_is_there() -> None:
    """A stage whose declared column is not there is not called."""
    step = Bound("p.f:late", lambda _: 1 / 0, StageDeclaration(needs=("xx",)))
    with pytest.raises(SoftwareError, match="'xx' that is not there") as caught:
        featurize(Sieve(FRAME, key="k"), [step])

    assert caught.value.todo == "did you mean 'x'?"


def alike(*types: str | None) -> None:
    """The column `y` in chunks of these types, made by a stage; None for a chunk without it."""
    known = Alike()
    for number, dtype in enumerate(types):
        columns = {"p": Made("float64", "predict.model")}
        made_of = columns if dtype is None else columns | {"y": Made(dtype, "p.f:add")}
        known.add(f"{number}", made_of if dtype != "" else {})


@pytest.mark.parametrize(
    "types", [("int64", "", "float64"), ("category", "category of str", "category of int64")]
)
def test_chunks_agree_on_types(types: tuple[str, ...]) -> None:
    """A column that is another type in a later chunk is an error with its stage and both types."""
    with pytest.raises(SoftwareError, match="'y' is not the same in all chunks") as caught:
        alike(*types)

    assert caught.value.where == "p.f:add"
    assert caught.value.seen.endswith(f"{types[2]} in chunk 2")


def test_chunks_agree_on_columns() -> None:
    """A column that a stage makes in some chunks only is an error, whichever comes first."""
    for types in (("int64", None), (None, "int64")):
        with pytest.raises(SoftwareError, match="no such column in chunk"):
            alike(*types)


def test_categories_without_values_are_of_any_type() -> None:
    """A chunk whose categories are all null, and one without rows, fit any other."""
    alike("category", "category of str", "", "category", "category of str")


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "float64[pyarrow]"])
def test_infinite_features(dtype: str) -> None:
    """Rows with an infinite feature leave for the first such column; nulls and other columns stay."""
    values = pd.Series([1.0, np.inf, np.nan, -np.inf]).astype(dtype)
    frame = FRAME.assign(a=values, b=[np.inf, np.inf, 0.0, 0.0], c=1)
    sieve = Sieve(frame, key="k", allowance=Allowance(Quota(rows=4), 4))
    set_infinite_aside(sieve, ["a", "c", "b", "gone"], declared=())

    assert sieve.frame["k"].tolist() == [3]
    assert sieve.quarantined == {"a: infinite": 2, "b: infinite": 1}


def test_infinite_features_without_a_budget() -> None:
    """The first infinite feature is an error with the row, unless the column may hold it."""
    sieve = Sieve(FRAME.assign(a=[0.0, -np.inf, 0.0, np.inf]), key="k")
    set_infinite_aside(sieve, ["a"], declared={"a"})
    with pytest.raises(DataError, match="a feature is infinite: a") as caught:
        set_infinite_aside(sieve, ["a"], declared=())

    error = caught.value
    assert error.where == "k 2, row 1 of the batch"
    assert error.seen == "-inf, 2 such rows in the chunk"


def greedy(most: int, call: Callable[[pd.DataFrame], Any]) -> Callable[[pd.DataFrame], Any]:
    """A function for which memory runs out with more rows."""

    def limited(frame: pd.DataFrame) -> Any:
        if len(frame) > most:
            raise MemoryError
        return call(frame)

    return limited


@pytest.mark.parametrize("most", [1, 2])
def test_memory_that_runs_out(most: int) -> None:
    """Halves and quarters of the rows are tried, and joined as if nothing had happened."""
    add = Bound("p.f:add", greedy(most, lambda f: f.assign(y=f["x"] * 2)))
    keep = Bound("p.r:keep", greedy(most, lambda f: f["x"] > 1))

    pd.testing.assert_frame_equal(transformed(add, FRAME), FRAME.assign(y=FRAME["x"] * 2))
    assert mask(keep, FRAME).tolist() == [False, True, False, True]


@pytest.mark.parametrize("call", [transformed, mask])
def test_memory_that_runs_out_for_good(call: Callable[..., Any]) -> None:
    """Where a quarter is too much, too, the error says what to do."""
    with pytest.raises(SoftwareError, match="memory ran out") as caught:
        call(Bound("p.f:add", greedy(0, lambda f: f)), FRAME)

    assert "smaller chunk_rows or fewer workers" in caught.value.todo
    assert __file__ in caught.value.where


def test_halves_of_different_types() -> None:
    """Halves that come out in different types are not joined into a third one."""
    step = Bound("p.f:add", greedy(2, lambda f: f.assign(y=f["k"] if f["k"].max() < 3 else 0.5)))
    with pytest.raises(SoftwareError, match="another type for other rows"):
        transformed(step, FRAME)


@pytest.mark.parametrize("free", [True, False])
def test_memory_of_models(*, free: bool) -> None:
    """A model that treats rows one by one is given fewer; another one's blocks are not cut."""
    declared = Predict.model_validate(
        {"model": {"type": "python", "use": "p.m:make"}, "outputs": ["p"]}
    )
    model = Model(Loaded(greedy(1, lambda f: f["x"]), rows_independent=free), declared)
    if not free:
        with pytest.raises(SoftwareError, match="memory ran out"):
            predict(FRAME, model, batch_rows=4)
        return

    np.testing.assert_array_equal(predict(FRAME, model, batch_rows=4)["p"], FRAME["x"])
