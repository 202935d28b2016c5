"""A model of another distribution's is found by name, and held to what it says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.predicting import Predict
from seawall.errors import DataError, ForbiddenError, SoftwareError
from seawall.models import Model, load, pin
from tests.distributions import install

FRAME = pd.DataFrame({"level": [1, 2, 3], "other": "x"})


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tides are installed."""
    monkeypatch.syspath_prepend(str(install("tides", tmp_path / "site")))


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """The model of a section, pinned and loaded as a run does."""
    (tmp_path / "chances.json").write_text('{"1": 0.25, "2": 0.5, "3": 0.75}')

    def of(model: dict[str, Any], **said: Any) -> Model:
        document = {"method": "predict", "outputs": ["p"], **said}
        declared = Predict.model_validate({"model": model, **document})
        return load(declared, pin(declared, root=tmp_path, batch="b"), threads=3)

    return of


def predicted(model: Model) -> list[float]:
    """The predictions of the frame."""
    return np.asarray(model.predict(model.features(FRAME))["p"]).tolist()


@pytest.mark.parametrize(("given", "found"), [({}, [2, 4, 6]), ({"times": 0.5}, [0.5, 1, 1.5])])
def test_a_model_of_parameters(read: Any, given: Any, found: list[float]) -> None:
    """What stands below `with` makes the model; what it says of itself is believed."""
    model = read({"type": "tide", "with": given})

    assert predicted(model) == found
    assert (model.feature_names, model.rows_independent) == (("level",), True)


def test_a_model_of_a_file(read: Any) -> None:
    """The bytes that were hashed, and the threads, are handed over where they are asked for."""
    model = read({"type": "table", "path": "chances.json"}, **HIGH)

    assert predicted(model) == [0.25, 0.5, 0.75]
    assert not model.rows_independent


HIGH = {"method": "predict_proba", "outputs": {"p": "high"}}


def test_the_files_hash_is_held_to(read: Any) -> None:
    """Another file than the pinned one is refused before the plug-in sees it."""
    with pytest.raises(ForbiddenError, match="not the one"):
        read({"type": "table", "path": "chances.json", "sha256": "0" * 64}, **HIGH)


@pytest.mark.parametrize(
    ("model", "where"),
    [
        ({"type": "tide", "with": {"times": "twice"}}, "predict.model.with.times"),
        ({"type": "tide", "with": {"tmies": 1}}, "predict.model.with.tmies"),
        ({"type": "tide", "path": "chances.json"}, "predict.model.path"),
        ({"type": "table"}, "predict.model.path"),
        ({"type": "table", "path": "chances.json", "with": {"threads": 1}}, "predict.model.with"),
    ],
)
def test_sections_that_do_not_fit(read: Any, model: Any, where: str) -> None:
    """Parameters and files that the plug-in doesn't take are refused at their key."""
    with pytest.raises(DataError, match=r"seawall-tides 0\.3\.0") as caught:
        read(model)

    assert caught.value.where.startswith(where)


def test_what_the_plug_in_raises(read: Any) -> None:
    """A bug of the plug-in's is told with its name and its line."""
    with pytest.raises(SoftwareError, match="a tide that goes backwards") as caught:
        read({"type": "tide", "with": {"times": -1}})

    assert "tides_models.py:" in caught.value.where


def test_a_plug_in_that_cannot_be_imported(read: Any) -> None:
    """A broken distribution is named with its version."""
    with pytest.raises(SoftwareError, match=r"'sunk' \(seawall-tides 0\.3\.0\) cannot be"):
        read({"type": "sunk"})


def test_a_method_that_it_has_not(read: Any) -> None:
    """An object without the method is refused."""
    with pytest.raises(DataError, match="no method predict_proba"):
        read({"type": "tide"}, method="predict_proba", outputs={"p": 1})
