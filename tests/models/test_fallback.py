"""A fallback model stands in for one that is missing or broken, and every row says so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seawall.cli.plan import plan
from seawall.config.predicting import Predict
from seawall.errors import ConfigError, UnavailableError
from seawall.models import pin

FALLBACK = "  fallback: {type: sklearn, path: second.skops}\n"
TREE = "{type: sklearn, path: main.skops, trusted: [sklearn.tree._tree.Tree]}"
OWN = """\
import seawall

def away():
    raise seawall.UnavailableError("the model store is away", "store")

def silent():
    raise seawall.UnavailableError("the store is down")

def broken():
    raise RuntimeError("a bug")

class Plain:
    feature_names_in_ = ("x",)

    def __init__(self, threads):
        self.threads = threads

    def predict(self, features):
        return features["x"].to_numpy() + self.threads

class Raising:
    feature_names_in_ = ("x",)

    def predict(self, features):
        raise RuntimeError("a bug")
"""


@pytest.fixture
def falling_back(project: Any) -> Any:
    """A project with a fallback, whose declared model is gone."""
    (project.root / "main.skops").unlink()
    return project.predicting(FALLBACK)


def test_every_row_says_so(falling_back: Any) -> None:
    """The fallback's predictions are published, each row marked, and a finding says why."""
    result = falling_back.run()
    frame = falling_back.published()

    assert (result.state, result.degraded_rows) == ("published", 8)
    assert result.degradations == {"model=fallback": 8}
    assert set(frame["_degraded"]) == {"model=fallback"}
    assert frame["p"].round(9).tolist() == [float(n) for n in range(8)]
    (finding,) = (each for each in result.findings if each.check == "fallback model")
    assert "main.skops: the model cannot be read" in finding.message


def test_in_worker_processes(project: Any) -> None:
    """Worker processes ask the model that the plan names, with the threads that each may use."""
    (project.root / "own_model.py").write_text(OWN)
    project.change(TREE, "{type: python, use: 'own_model:away'}")
    project.predicting("  fallback: {type: python, use: 'own_model:Plain'}\n")
    result = project.run("execution.inner_threads=3", executor="processes")

    assert result.degradations == {"model=fallback": 8}, result.message
    assert project.published()["p"].tolist() == [0.5 * n + 3 for n in range(8)]


def test_the_log_keeps_it(falling_back: Any) -> None:
    """The log's entry counts the degraded rows, and keeps the reason."""
    falling_back.run()
    (path,) = (falling_back.root / "out.seawall/log/b").iterdir()
    entry = json.loads(path.read_text())

    assert (entry["degraded_rows"], entry["degradations"]) == (8, {"model=fallback": 8})
    assert entry["findings"][0]["check"] == "fallback model"


def test_a_model_that_is_well_marks_nothing(project: Any) -> None:
    """With the declared model in use no row is degraded, and nothing is found."""
    result = project.predicting(FALLBACK).run()

    assert (result.state, result.degraded_rows) == ("published", 0)
    assert [each for each in result.findings if each.severity != "ok"] == []
    assert project.published()["_degraded"].isna().all()


@pytest.mark.parametrize(
    ("fallback", "said"),
    [
        ("{type: sklearn, path: away.skops}", "away.skops: the model cannot be read"),
        (f"{{type: sklearn, path: second.skops, sha256: {'ab' * 32}}}", "is not the one"),
        ("{type: python, use: 'own_model:gone'}", "KeyError: 'weights'"),
    ],
)
def test_a_fallback_that_is_broken(project: Any, fallback: str, said: str) -> None:
    """A run that does not need its fallback warns that it could not have had it, and publishes."""
    (project.root / "own_model.py").write_text("def gone():\n    raise KeyError('weights')\n")
    result = project.predicting(f"  fallback: {fallback}\n").run()
    (finding,) = (each for each in result.findings if each.severity != "ok")

    assert (result.state, result.degraded_rows) == ("published", 0)
    assert (finding.check, finding.severity) == ("fallback model", "warn")
    assert said in finding.message


def test_the_model_is_back(falling_back: Any) -> None:
    """A run after the model is back makes a new version with it."""
    from sklearn.tree import DecisionTreeRegressor

    falling_back.run()
    again = falling_back.run()
    falling_back.fit("main.skops", DecisionTreeRegressor())
    back = falling_back.run()

    assert (again.state, back.state, back.version) == ("already published", "published", 2)
    assert back.degraded_rows == 0


@pytest.mark.parametrize("limit", ["degraded_rows: 50%", "consecutive_degraded_runs: 0"])
def test_budgets_bound_it(falling_back: Any, limit: str) -> None:
    """The budgets for degraded rows and runs hold for a fallback model as for a lookup's."""
    falling_back.change("execution:", f"limits: {{{limit}}}\nexecution:")

    assert falling_back.run().exit == 4


def test_it_is_no_degraded_lookup(falling_back: Any) -> None:
    """The budget for degraded lookups does not count the model."""
    falling_back.change("execution:", "limits: {degraded_lookups: 0}\nexecution:")

    assert falling_back.run().state == "published"


@pytest.mark.parametrize(
    ("model", "payload", "why"),
    [
        ("{type: sklearn, path: main.skops}", b"no model", "not a model of the declared format"),
        ("{type: python, use: 'own_model:away'}", None, "the model store is away"),
    ],
)
def test_what_it_stands_in_for(project: Any, model: str, payload: Any, why: str) -> None:
    """A file that is no model, and a factory that says its model is away, are stood in for."""
    (project.root / "own_model.py").write_text(OWN)
    if payload is not None:
        (project.root / "main.skops").write_bytes(payload)
    project.change("{type: sklearn, path: main.skops, trusted: [sklearn.tree._tree.Tree]}", model)
    result = project.predicting(FALLBACK).run()

    assert result.degraded_rows == 8, result.message
    assert why in result.findings[0].message


@pytest.mark.parametrize(("name", "exit_code"), [("broken", 70), ("Raising", 70)])
def test_what_it_never_hides(project: Any, name: str, exit_code: int) -> None:
    """A factory or a model of the user's that raises is a bug to be mended, and not stood in for."""
    (project.root / "own_model.py").write_text(OWN)
    project.change(
        TREE,
        f"{{type: python, use: 'own_model:{name}'}}",
    )
    result = project.predicting(FALLBACK).run()

    assert (result.exit, "a bug" in result.message) == (exit_code, True), result.message


def test_an_error_without_a_place(project: Any) -> None:
    """What a factory raises with bare words is told with its name, its line and what to do."""
    (project.root / "own_model.py").write_text(OWN)
    project.change(TREE, "{type: python, use: 'own_model:silent'}")
    (fault,) = project.faults()

    assert fault.what == "the store is down"
    assert fault.seen.startswith("the factory own_model:silent (")
    assert "own_model.py:7)" in fault.seen
    assert "predict.fallback" in fault.todo


def test_the_finding_of_an_error_without_a_place(project: Any) -> None:
    """The finding says which factory the fallback stands in for."""
    (project.root / "own_model.py").write_text(OWN)
    project.change(TREE, "{type: python, use: 'own_model:silent'}")
    finding = project.predicting(FALLBACK).run().findings[0]

    assert "cannot: the factory own_model:silent (" in finding.message
    assert finding.message.endswith("own_model.py:7): the store is down")


def test_a_wrong_hash_is_never_stood_in_for(project: Any) -> None:
    """A model whose hash is not the pinned one ends the run with 77, the fallback or not."""
    project.change("path: main.skops,", f"path: main.skops, sha256: {'ab' * 32},")

    assert project.predicting(FALLBACK).run().exit == 77


def test_the_hash_of_the_fallback(falling_back: Any) -> None:
    """A fallback that is not the pinned one is refused as the first model is."""
    falling_back.change("path: second.skops", f"path: second.skops, sha256: {'ab' * 32}")
    result = falling_back.run()

    assert (result.exit, "predict.fallback.sha256" in result.message) == (77, True)


def test_neither_is_there(falling_back: Any) -> None:
    """When the fallback fails, too, the error is the first model's and names both."""
    (falling_back.root / "second.skops").unlink()
    result = falling_back.run()

    assert result.exit == 69
    assert result.message.index("main.skops") < result.message.index("second.skops")


def test_its_golden_file_is_the_first_models(falling_back: Any) -> None:
    """What is expected of the first model is not asked of the second."""
    falling_back.golden(p=0.0)
    falling_back.predicting("  golden: golden.parquet\n")

    assert falling_back.run().state == "published"


def test_check_finds_both(falling_back: Any) -> None:
    """A check loads both models, and tells of each that cannot be."""
    (falling_back.root / "second.skops").write_bytes(b"no model")

    assert [fault.path for fault in falling_back.faults()] == ["predict.model", "predict.fallback"]


def planned(project: Any) -> Any:
    """What comes of `seawall plan`."""
    (project.root / "p.yaml").write_text(project.text)
    return CliRunner().invoke(plan, [str(project.root / "p.yaml"), "--batch", "b", "--json"])


@pytest.mark.parametrize("payload", [None, b"no model"])
def test_a_plan_on_the_fallback(falling_back: Any, payload: Any) -> None:
    """A plan shows the fallback where a run would ask it, and why."""
    if payload is not None:
        (falling_back.root / "main.skops").write_bytes(payload)
    shown = json.loads(planned(falling_back).stdout)["model"]

    assert "second.skops (sha256" in shown
    assert "the fallback: " in shown


def test_a_plan_of_a_healthy_run(project: Any) -> None:
    """A broken fallback is no hindrance to a plan on the declared model."""
    (project.root / "second.skops").write_bytes(b"no model")
    shown = json.loads(planned(project.predicting(FALLBACK)).stdout)["model"]

    assert "main.skops (sha256" in shown


def test_a_plan_holds_the_fallback(falling_back: Any) -> None:
    """A plan on the fallback is refused where a column of its is lacking."""
    lacking = planned(falling_back.change("    y: {dtype: float64}\n", "")).exception

    assert isinstance(lacking, ConfigError)
    assert "nobody makes: y" in str(lacking)


def test_a_plan_without_a_model(falling_back: Any) -> None:
    """A plan is refused where neither model can be had."""
    (falling_back.root / "second.skops").unlink()

    assert "neither the model nor its fallback" in str(planned(falling_back).exception)


def test_code_behind_the_fallback(project: Any) -> None:
    """A fallback in Python is checked by name and parameters, and is part of the fingerprint."""
    (project.root / "own_model.py").write_text(OWN)
    project.predicting("  fallback: {type: python, use: 'own_model:Raisin'}\n")

    assert [fault.path for fault in project.faults()] == ["predict.fallback.use"]


def test_a_swapped_pin(tmp_path: Path) -> None:
    """The pin says which of the two is meant and why, and holds the hash of that one's bytes."""
    (tmp_path / "second.skops").write_bytes(b"x")
    declared = Predict.model_validate(
        {
            "model": {"type": "sklearn", "path": "main.skops"},
            "fallback": {"type": "sklearn", "path": "second.skops"},
            "outputs": ["p"],
        }
    )
    with pytest.raises(UnavailableError, match="neither the model nor its fallback") as caught:
        pin(declared, root=tmp_path, batch="b")

    assert "not a model of the declared format" in caught.value.seen
    assert hashlib.sha256(b"x").hexdigest() not in str(caught.value)


def test_types_that_nobody_trusts(project: Any) -> None:
    """Types that nobody declared as trusted are a refusal, and no reason to ask another model."""
    project.change(", trusted: [sklearn.tree._tree.Tree]", "")
    result = project.predicting(FALLBACK).run()

    assert (result.exit, "declared as trusted" in result.message) == (77, True)


def test_a_lookup_that_is_called_model(project: Any) -> None:
    """A lookup named `model` beside a fallback is refused: its marks would look the same."""
    (project.root / "m.csv").write_text("x,z\n1,1\n")
    lookup = "  lookups: {model: {type: csv, path: m.csv, join: [x], columns: [z]}}\nvalidate:\n"
    project.change("validate:\n", lookup)

    assert project.faults() == []
    assert [fault.path for fault in project.predicting(FALLBACK).faults()] == [
        "ingest.lookups.model"
    ]
