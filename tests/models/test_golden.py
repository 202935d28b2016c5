"""A model is held to what its golden file expects before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import DataError, SoftwareError, TemporaryError
from seawall.models import Model, ModelPin, golden_digest, hold_golden
from seawall.models.loaded import Loaded

INPUTS = pd.DataFrame({"x": [1.0, 2.0, 3.0]})


def held(folder: Path, expected: Any, predicted: Any, tolerance: float = 1e-9) -> None:
    """A model that predicts this is held to a golden file that expects that."""
    INPUTS.assign(p=expected).to_parquet(folder / "g.parquet")
    declared = Predict.model_validate(
        {
            "model": {"type": "python", "use": "m:f"},
            "outputs": ["p"],
            "golden": "g.parquet",
            "golden_tolerance": tolerance,
        }
    )
    model = Model(Loaded(lambda _: predicted, features=("x",)), declared)
    pinned = ModelPin("m:f", "", golden=golden_digest(declared, folder, "b"))
    hold_golden(model, declared, pinned, root=folder, batch="b")


@pytest.mark.parametrize(
    ("expected", "predicted", "tolerance"),
    [
        ([1.0, 2.0, 3.0], np.array([1.0, 2.0, 3.0 + 1e-10]), 1e-9),
        ([1e6, 2.0, 3.0], np.array([1e6 + 9, 2.0, 3.0]), 1e-5),
        ([1.0, None, np.inf], np.array([1.0, np.nan, np.inf]), 0.0),
        (["a", None, "c"], np.array(["a", None, "c"], dtype=object), 0.0),
        ([True, False, True], np.array([True, False, True]), 0.0),
        ([1, 2, 3], np.array([1.0, 2.0, 3.0]), 0.0),
    ],
)
def test_what_agrees(tmp_path: Path, expected: Any, predicted: Any, tolerance: float) -> None:
    """Numbers agree within the tolerance, absolute or relative; nulls and labels when they are equal."""
    held(tmp_path, expected, predicted, tolerance)


@pytest.mark.parametrize(
    ("expected", "predicted", "where", "seen"),
    [
        ([1.0, 2.0, 3.0], np.array([1.0, 2.0 + 1e-8, 9.0]), "row 2, p", "2.00000001 (2 of 3"),
        ([1.0, 2.0, None], np.array([1.0, 2.0, 3.0]), "row 3, p", "3.0 (1 of 3"),
        ([1.0, 2.0, 3.0], np.array([np.nan, 2.0, 3.0]), "row 1, p", "nan (1 of 3"),
        ([1.0, 2.0, np.inf], np.array([1.0, 2.0, -np.inf]), "row 3, p", "-inf"),
        (["a", "b", "c"], np.array(["a", "B", "c"]), "row 2, p", "'B'"),
    ],
)
def test_what_differs(tmp_path: Path, expected: Any, predicted: Any, where: str, seen: str) -> None:
    """The first row that differs is named with its output, what came and what was expected."""
    with pytest.raises(DataError, match="does not predict what its golden file expects") as caught:
        held(tmp_path, expected, predicted)

    assert caught.value.where.endswith(f"g.parquet, {where}")
    assert caught.value.seen.startswith(seen)


@pytest.mark.parametrize(
    ("expected", "predicted", "seen"),
    [
        (["1", "2", None], np.array([np.nan, 2, 3]), "texts, such as '1'"),
        ([True, False, True], np.array([1, 0, 1]), "truth values, such as True"),
        ([1.0, 0.0, 1.0], np.array(["a", "b", "c"]), "numbers, such as 1.0"),
    ],
)
def test_values_of_another_kind(tmp_path: Path, expected: Any, predicted: Any, seen: str) -> None:
    """A column of texts where the model predicts numbers is told as that, not row by row."""
    with pytest.raises(DataError, match="the golden file expects") as caught:
        held(tmp_path, expected, predicted)

    assert caught.value.seen == seen


def test_a_model_that_raises_on_it(tmp_path: Path) -> None:
    """A model that raises, or returns other rows, on the golden rows is at fault itself."""
    with pytest.raises(SoftwareError, match="one value a row"):
        held(tmp_path, [1.0, 2.0, 3.0], np.array([1.0, 2.0]))


def test_a_file_that_changed(tmp_path: Path) -> None:
    """A golden file whose bytes are not the pinned ones is not relied upon."""
    declared = Predict.model_validate(
        {"model": {"type": "python", "use": "m:f"}, "outputs": ["p"], "golden": "g.csv"}
    )
    (tmp_path / "g.csv").write_text("x,p\n1,1\n")
    model = Model(Loaded(lambda f: f["x"], features=("x",)), declared)
    with pytest.raises(TemporaryError, match="golden file changed"):
        hold_golden(model, declared, ModelPin("m:f", "", golden="ab"), root=tmp_path, batch="b")


@pytest.mark.parametrize("name", ["golden.parquet", "golden.csv", "golden.jsonl"])
def test_a_run_that_agrees(project: Any, name: str) -> None:
    """A run begins when the model predicts what is expected, from each format."""
    project.golden(name)

    assert project.predicting(f"  golden: {name}\n").run().state == "published"


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_a_run_that_does_not(project: Any, executor: Any) -> None:
    """A run whose model predicts something else ends before a plan is staged, whoever would score."""
    project.golden(p=[0.0, 1, 2, 3, 4, 5, 6.5, 7])
    result = project.predicting("  golden: golden.parquet\n").run(executor=executor)

    assert (result.exit, result.error.seen) == (65, "6.0 (1 of 8 rows differ)")
    assert "row 7, p" in result.error.where
    assert not list((project.root / "out.seawall").glob("plans/b/*"))


def test_a_resumed_run_is_held_to_it_too(project: Any) -> None:
    """A golden file that changes gives a new plan, which is held to it."""
    project.golden()
    first = project.predicting("  golden: golden.parquet\n").run()
    project.golden(p=0.0)
    second = project.run()

    assert (first.state, second.state) == ("published", "failed")
    assert "golden file expects" in second.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("x,y\n1,2\n", "does not say what to expect of p"),
        ("x,y,p\n", "no rows"),
        ("x,p\n1,2\n", "golden file lacks features of the model: y"),
        ("x,y,p\n0,1,late\n", "golden file expects texts, and the model predicts numbers"),
        ("x,y,p\n1,late,2\n", "'y' does not hold what the model was fitted on"),
        ("x,y,p\n0,1,7\n", "golden file expects"),
        ('x,y,p\n"1\n', "cannot be read"),
    ],
)
def test_check_finds_it(project: Any, content: str | None, said: str) -> None:
    """A golden file that is missing, incomplete or not met is a fault of the pipeline file."""
    if content is not None:
        (project.root / "golden.csv").write_text(content)
    (fault,) = project.predicting("  golden: golden.csv\n").faults()

    assert (fault.path, said in fault.what) == ("predict.golden", True), fault


def test_a_missing_file_is_an_outage_for_a_run(project: Any) -> None:
    """A golden file that is not there ends a run with 69, also where a fallback is declared."""
    result = project.predicting(
        "  golden: g.csv\n  fallback: {type: sklearn, path: second.skops}\n"
    ).run()

    assert (result.exit, "g.csv" in result.message) == (69, True), result.message


def test_codes_stay_texts(tmp_path: Path) -> None:
    """What a model takes as a text is read as one from a CSV file, zeros in front and all."""
    (tmp_path / "g.csv").write_text("c,p\n007,1\n")
    declared = Predict.model_validate(
        {"model": {"type": "python", "use": "m:f"}, "outputs": ["p"], "golden": "g.csv"}
    )
    loaded = Loaded(lambda f: f["c"] == "007", features=("c",), input_types={"c": "text"})
    pinned = ModelPin("m:f", "", golden=golden_digest(declared, tmp_path, "b"))
    with pytest.raises(DataError, match="expects") as caught:  # a truth value is no number
        hold_golden(Model(loaded, declared), declared, pinned, root=tmp_path, batch="b")

    assert caught.value.allowed == "truth values, such as True"


def test_too_large_a_file(project: Any) -> None:
    """A golden file is small: a large one is refused before it is parsed."""
    (project.root / "g.csv").write_bytes(b"x" * (16 * 2**20 + 1))

    assert "too large" in project.predicting("  golden: g.csv\n").run().message
