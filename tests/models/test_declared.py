"""A model that is not what the file declares is found by a check, and before a run asks anything."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sklearn
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seawall.errors import ForbiddenError

TREE = "{type: sklearn, path: main.skops, trusted: [sklearn.tree._tree.Tree]}"
OWN = """\
class Sum:
    feature_names_in_ = ("x", "y")

    def __init__(self, factor, threads=0, shift: int = 0):
        self.factor, self.threads, self.shift = factor, threads, shift

    def predict(self, features):
        return features.sum(axis=1).to_numpy() * self.factor + self.threads + self.shift
"""


def aged(path: Path) -> str:
    """The skops file says that another version of scikit-learn saved it; which one."""
    here, there = sklearn.__version__, f"0{sklearn.__version__[1:]}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(here.encode(), there.encode()))
    path.write_bytes(buffer.getvalue())
    return there


def own(project: Any, *, parameters: str = "{factor: 2}") -> Any:
    """The project with a model of its own code."""
    (project.root / "own_sum.py").write_text(OWN)
    return project.change(TREE, f"{{type: python, use: 'own_sum:Sum', with: {parameters}}}")


def test_version_skew(project: Any) -> None:
    """A model of another version ends the run, with both versions and the way to allow it."""
    there = aged(project.root / "main.skops")
    result = project.run()

    assert (result.exit, result.error.seen) == (65, f"scikit-learn {there}")
    assert sklearn.__version__ in result.error.allowed
    assert "allow_version_skew" in result.error.todo


def test_version_skew_that_is_allowed(project: Any) -> None:
    """An allowed skew is a warning of the run that names both versions."""
    there = aged(project.root / "main.skops")
    project.change("path: main.skops,", "path: main.skops, allow_version_skew: true,")
    result = project.run()
    (finding,) = (each for each in result.findings if each.check == "version skew")

    assert (result.state, finding.severity) == ("published", "warn")
    assert f"scikit-learn {there}, {sklearn.__version__} is installed" in finding.message


def test_version_skew_is_a_fault(project: Any) -> None:
    """A check tells of a skew that is not allowed."""
    aged(project.root / "main.skops")
    (fault,) = project.faults()

    assert (fault.path, "another version" in fault.what) == ("predict.model", True)


def test_untrusted_types_have_a_place(project: Any) -> None:
    """A check refuses types that nobody trusts with the line of the file, and the one to write."""
    project.change(", trusted: [sklearn.tree._tree.Tree]", "")
    with pytest.raises(
        ForbiddenError, match=r"p\.yaml:11:10 predict\.model: .*main\.skops"
    ) as caught:
        project.faults()

    assert "write trusted: [sklearn.tree._tree.Tree] beside" in caught.value.todo


def test_a_number_declared_as_text(project: Any) -> None:
    """A check finds that the contract promises a text where the model computes with a number."""
    (fault,) = project.change("y: {dtype: float64}", "y: {dtype: string}").faults()

    assert (fault.path, fault.what) == (
        "predict.model",
        "the column 'y' does not hold what the model was fitted on",
    )
    assert (fault.seen, fault.allowed) == ("texts (str)", "numbers")


def test_a_text_for_a_number_ends_the_run(project: Any) -> None:
    """Digits in a text reach no model that computes: it would take them for numbers."""
    result = project.change("y: {dtype: float64}", "y: {dtype: string}").run()

    assert (result.exit, "'y' does not hold" in result.message) == (65, True), result.message


def test_a_model_of_a_matrix(project: Any) -> None:
    """A model without names of its columns is refused, and scores once the file names them."""
    rows = [[1.0, 0.5 * n] for n in range(8)]
    bare = LinearRegression().fit(rows, range(8))
    (project.root / "main.skops").write_bytes(skops.io.dumps(bare))
    (fault,) = project.faults()
    project.predicting("  features: [y, x]\n")
    result = project.run()

    assert fault.what == "the model does not name its features"
    assert (result.state, project.faults()) == ("published", []), result.message
    assert project.published()["p"].round(9).tolist() == [float(n) for n in range(8)]


def test_features_at_their_place(project: Any) -> None:
    """A list of features that is not the model's is a fault at the list."""
    (fault,) = project.predicting("  features: [x, y]\n").faults()

    assert (fault.path, fault.allowed) == ("predict.features", "2 columns: y, x")


@pytest.mark.parametrize(
    "estimator",
    [
        LinearRegression(),
        make_pipeline(ColumnTransformer([("s", StandardScaler(), ["x"])]), LinearRegression()),
    ],
)
def test_a_model_that_was_never_fitted(project: Any, estimator: Any) -> None:
    """A model that was saved before its fit is bad data, not a bug of ours."""
    (project.root / "main.skops").write_bytes(skops.io.dumps(estimator))
    result = project.run()

    assert (result.exit, "never fitted" in result.message) == (65, True), result.message


def test_a_model_is_proved_before_anything_is_staged(project: Any) -> None:
    """A model that cannot be loaded leaves no plan behind."""
    (project.root / "main.skops").write_bytes(b"no model")
    result = project.run()

    assert result.exit == 65
    assert list((project.root / "out.seawall").glob("plans/b/*")) == []


def test_parameters_of_a_factory(project: Any) -> None:
    """A factory is given its parameters, and the number of threads that a call may use."""
    own(project).change("{workers: 1}", "{workers: 1, inner_threads: 3}")
    result = project.run()

    assert (result.state, project.faults()) == ("published", []), result.message
    assert project.published()["p"].tolist() == [n + 2.0 + 3 for n in range(8)]


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ("{factor: 2, shift: x}", "predict.model.with.shift"),
        ("{factor: 2, sift: 1}", "predict.model.with.sift"),
        ("{factor: 2, threads: 1}", "predict.model.with.threads"),
        ("{}", "predict.model.with"),
    ],
)
def test_parameters_that_do_not_fit(project: Any, parameters: str, path: str) -> None:
    """A parameter of another type or name, one that the run gives and a missing one are faults."""
    (fault,) = own(project, parameters=parameters).faults()

    assert fault.path == path


LABELS = """\
import numpy as np

class Labels:
    feature_names_in_ = ("x",)

    def predict(self, features):
        late = np.array([["late", 1], [None, 2]], dtype=object)
        return late[(features["x"] > 1).to_numpy().astype(int)]
"""


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_labels_are_published(project: Any, form: str) -> None:
    """Predictions that are texts, with nulls, stand beside numbers in every format."""
    (project.root / "own_labels.py").write_text(LABELS)
    project.change(TREE, "{type: python, use: 'own_labels:Labels'}")
    project.change("outputs: [p]", "outputs: [p, q]")
    project.change("type: files,", f"type: files, format: {form},")
    result = project.run()
    assert result.state == "published", result.message
    (file,) = (project.root / "out/batch=b").iterdir()
    readers = {"csv": pd.read_csv, "jsonl": lambda path: pd.read_json(path, lines=True)}
    frame = readers.get(form, pd.read_parquet)(file)

    assert result.state == "published", result.message
    assert frame["p"].isna().tolist() == [False] * 3 + [True] * 5
    assert (frame["p"][0], frame["q"].tolist()) == ("late", [1] * 3 + [2] * 5)
