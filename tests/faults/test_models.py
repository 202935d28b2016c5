"""F65, F67 to F73, F78: models that are missing, or others than they should be, or predict what cannot be."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from tests.faults.sound import ends, files, log, staged

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Saw = Callable[..., None]
PLAIN = "model: {type: python, use: factory.model:Strain}"
TREE = "model: {type: sklearn, path: models/tree.skops, trusted: [sklearn.tree._tree.Tree]}"
WRONG = "ab" * 32


def change(project: Path, name: str, old: str, new: str) -> None:
    """A piece of one of the project's files is another."""
    path = project / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def grown(published: Path) -> Path:
    """A project with version 1 published that uses a scikit-learn model from now on."""
    change(published, "pipeline.yaml", PLAIN, TREE)
    return published


@pytest.fixture
def encoded(published: Path, frame: pd.DataFrame, put: Callable[..., None]) -> Path:
    """A project whose model was fitted on three cities, and whose batch has a fourth in every tenth row."""
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer([("city", encoder, ["city"])], remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression())
    labels = [n % 2 for n in range(len(frame))]
    skops.io.dump(model.fit(frame[["city", "load"]], labels), published / "models/cities.skops")
    model_line = "model: {type: sklearn, path: models/cities.skops}"
    change(published, "pipeline.yaml", PLAIN, model_line)
    change(published, "pipeline.yaml", "category, one_of: [Rome, Oslo, Bonn]", "category")
    put(published, frame.assign(city=frame["city"].where(frame.index % 10 != 0, "Lima")))
    return published


def test_f65_categories_that_the_model_never_saw(
    encoded: Path, score: Command, saw: Saw, out: Path
) -> None:
    """What an encoder takes in silence is counted and named; where a share is promised, it holds the result."""
    told = score(encoded)
    held = score(encoded, "--set", "predict.max_unseen_share=5%", "--force")

    words = [
        "city has more values that the model was not fitted on",
        "6 of 52 rows (11.54%)",
        "Lima",
    ]
    happened = "a warning with the share and the values; over a promised share: HELD"
    saw([told, held], [0, 4], happened, *words, folder=out)
    (found,) = [one for one in log(out, BATCH)[-1]["findings"] if one["check"] == "unseen"]
    assert (found["severity"], found["column"]) == ("warn", "city")


def test_f65_a_share_that_nobody_can_count(published: Path, score: Command, saw: Saw) -> None:
    """A share of categories promised of a model that knows none is refused, and does not pass quietly."""
    done = score(published, "--set", "predict.max_unseen_share=5%")

    words = ["predict.max_unseen_share", "the model does not say which categories it knows"]
    saw(done, 65, "a share that could not be counted is refused", *words)


def test_f67_no_model(grown: Path, score: Command, seawall: Command, saw: Saw, out: Path) -> None:
    """A model that is not there is a fault for `check`, at its line, and an outage for a run."""
    before = files(out)
    (grown / "models/tree.skops").unlink()
    checked, done = seawall(grown, "check", "pipeline.yaml"), score(grown)

    words = ["pipeline.yaml:44:10 predict.model", "the model cannot be read", "tree.skops"]
    happened = "`check` names the line; a run ends before anything is computed"
    saw([checked, done], [78, 69], happened, *words, folder=out)
    assert files(out) == before
    assert staged(out, BATCH) == 0


class Trap:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.trace,)


def test_f68_a_model_that_is_not_the_pinned_one(
    published: Path, score: Command, seawall: Command, saw: Saw, out: Path
) -> None:
    """A pickle behind another's hash is refused by `check` and by a run, and nothing of it has run."""
    before, trace = files(out), published / "trace"
    joblib.dump(Trap(trace), published / "models/evil.joblib")
    pinned = f"path: models/evil.joblib, format: joblib, sha256: {WRONG}"
    change(published, "pipeline.yaml", PLAIN, f"model: {{type: sklearn, {pinned}}}")
    checked, done = seawall(published, "check", "pipeline.yaml"), score(published)

    happened = "refused before a byte is unpickled; both hashes are named"
    saw([checked, done], [77, 77], happened, "evil.joblib", WRONG, folder=out)
    assert (files(out), trace.exists()) == (before, False)
    joblib.load(published / "models/evil.joblib")
    assert trace.exists()  # the trap works


def test_f69_a_model_of_another_version(grown: Path, score: Command, saw: Saw, out: Path) -> None:
    """A model that another scikit-learn saved ends the run, with both versions named."""
    path, before = grown / "models/tree.skops", files(out)
    here, there = sklearn.__version__, sklearn.__version__.replace(".", "0", 1)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(here.encode(), there.encode()))
    path.write_bytes(buffer.getvalue())
    done = score(grown)

    words = ["saved by another version of scikit-learn", there, here, "allow_version_skew"]
    saw(done, 65, "both versions are named; upstream it is a warning", *words, folder=out)
    assert files(out) == before


def test_f70_features_that_nobody_makes(
    grown: Path, score: Command, seawall: Command, saw: Saw, out: Path
) -> None:
    """A column that the model was fitted on and nobody makes is named, by `check` and by a run."""
    before = files(out)
    change(grown, "factory/steps.py", "assign(strain=", "assign(stress=")
    checked, done = seawall(grown, "check", "pipeline.yaml"), score(grown)

    happened = "columns reach a model by name; one that is missing is named"
    words = ["the model needs columns that nobody makes: strain"]
    saw([checked, done], [78, 65], happened, *words, folder=out)
    assert files(out) == before


def test_f70_features_in_another_order(grown: Path, score: Command, saw: Saw, out: Path) -> None:
    """A list of features in another order than the model's own is refused, and both are told."""
    before, listed = files(out), "features: [speed, load, temp, plant_size, strain]"
    change(grown, "pipeline.yaml", "  method:", f"  {listed}\n  method:")
    done = score(grown)

    words = ["predict.features are not the features of the model", "load, speed, temp"]
    saw(done, 65, "an order that contradicts the model's is refused", *words, folder=out)
    assert files(out) == before


SWAP = '''

def plants():
    """Answers, and puts another model where the declared one was."""
    import pandas as pd

    models = Path(__file__).parents[1] / "models"
    (models / "tree.skops").write_bytes((models / "linear.skops").read_bytes())
    return pd.DataFrame({"code": ["P1"], "size": [10.0]})
'''


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_f71_a_model_that_is_swapped(
    grown: Path, score: Command, saw: Saw, out: Path, executor: str
) -> None:
    """Threads predict with what was read and hashed once; a worker that finds other bytes ends the run."""
    before, steps = files(out), grown / "factory/steps.py"
    steps.write_text(steps.read_text() + SWAP)
    swap = "type: python\n      use: factory.steps:plants"
    change(grown, "pipeline.yaml", "type: csv\n      path: data/plants.csv", swap)
    done = score(grown, "--executor", executor, "--workers", "1")

    if executor == "threads":
        saw(done, 0, "threads predict with the bytes that were hashed", folder=out)
        return
    happened = "worker processes find another hash: try again, with the new model"
    words = ["the model changed during the run", "tree.skops"]
    saw(done, 75, happened, *words, folder=out)
    assert files(out) == before


IMPOSSIBLE = {
    "below 0": ("share - 0.5", "-0.45"),
    "above 1": ("share + 1.2", "1.24"),
    "NaN": ("share * np.nan", "nan, nan"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_f72_impossible_probabilities(
    published: Path, score: Command, saw: Saw, out: Path, name: str
) -> None:
    """A probability that is none stops the run at its chunk: incomplete, the version stays."""
    before, (result, told) = files(out), IMPOSSIBLE[name]
    change(published, "factory/model.py", "[1 - share, share]", f"[1 - share, {result}]")
    done = score(published)

    happened = "STOPPED at that chunk: nobody can release it"
    saw(done, 4, happened, "a prediction is out of bounds: p_break", told, folder=out)
    assert (files(out), ends(out, BATCH)[-1]) == (before, "stopped")


def test_f72_rows_that_do_not_add_up(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """Probabilities of a row that are not 1 together stop the run, where the file has that law."""
    before = files(out)
    change(published, "factory/model.py", "[1 - share, share]", "[0.9 - share, share]")
    change(published, "pipeline.yaml", "{p_break: 1}", "{p_whole: 0, p_break: 1}")
    done = score(published, "--set", "check_output.rows=[{sum: [p_whole, p_break]}]")

    saw(done, 4, "STOPPED at that chunk", "do not add up", "a sum of 1", folder=out)
    assert (files(out), ends(out, BATCH)[-1]) == (before, "stopped")


def test_f72_impossible_probabilities_within_a_budget(
    published: Path, score: Command, saw: Saw, out: Path
) -> None:
    """Where the file says so, such rows are in quarantine, within the budget, and the rest is published."""
    line = "        share = square / (square + 10_000.0)\n"
    change(
        published,
        "factory/model.py",
        line,
        line + '        share[features["load"] == 74.0] = 1.2\n',
    )
    done = score(published, "--set", "check_output.bounds.p_break.on_violation=quarantine")

    saw(done, 0, "with a budget: in quarantine, by the bound", "published as version 2", folder=out)
    assert (pd.read_parquet(out)["p_break"] <= 1).all()
    assert "p_break: above max" in done.stdout + done.stderr


@pytest.fixture
def longer(published: Path, frame: pd.DataFrame, put: Callable[..., None]) -> Path:
    """A project with version 1 published, whose batch has 300 rows now."""
    rows = frame.drop(index=[21, 42])
    put(published, rows.take(np.arange(300) % len(rows)).assign(id=range(300)))
    return published


def test_f73_the_same_prediction_everywhere(
    longer: Path, score: Command, saw: Saw, out: Path
) -> None:
    """A score that is the same in every row of hundreds is held as stuck, whatever the file promises."""
    before, constant = files(out), "[share * 0 + 0.75, share * 0 + 0.25]"
    change(longer, "factory/model.py", "[1 - share, share]", constant)
    done = score(longer)

    saw(done, 4, "HELD as stuck; the parts are kept", "p_break", "0.25 in all 269 rows", folder=out)
    assert (files(out), ends(out, BATCH)[-1]) == (before, "held")


def drawing(project: Path) -> None:
    """The model draws a part of its result."""
    line = "        share = square / (square + 10_000.0)\n"
    drawn = "        share = share * (1 - np.random.default_rng().random() / 1000)\n"
    change(project, "factory/model.py", line, line + drawn)


@pytest.mark.parametrize(("policy", "code"), [("warn", 0), ("hold", 4)])
def test_f78_a_model_that_answers_otherwise(
    published: Path, score: Command, saw: Saw, policy: str, code: int
) -> None:
    """A reused chunk that comes out otherwise is told, and holds the result where the file says so."""
    out, policies = published / "out/breakdowns", f"execution.recheck.on_difference={policy}"
    drawing(published)
    killed = score(published, SEAWALL_FAILPOINT="5")
    done = score(published, "--set", policies)

    words = ["do not come out as they did", "1 of 6 reused chunks", "p_break in 9 of 9 rows, by up"]
    happened = "a chunk is computed again: a warning, or HELD where the file says so"
    saw([killed, done], [-9, code], happened, *words, folder=out)
    assert log(out, BATCH)[-1]["version"] == (1 if code else 2)


def test_f78_a_model_that_answers_the_same(
    published: Path, score: Command, saw: Saw, out: Path
) -> None:
    """Nobody is warned of a model whose chunks come out as before."""
    before = files(out)
    killed = score(published, "--force", SEAWALL_FAILPOINT="5")
    done = score(published, "--force", "--set", "execution.recheck.share=100%", "--json")

    happened = "chunks that come out as before are no news"
    saw([killed, done], [-9, 0], happened, "6 of 6 reused chunks computed again: all as before")
    assert files(out) == before
