"""Models, steps and predictions that cannot be used or may not be published."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]
PLAIN = "model: {type: python, use: factory.model:Strain}"
TREE = "model: {type: sklearn, path: models/tree.skops, trusted: [sklearn.tree._tree.Tree]}"
WRONG = "ab" * 32


@pytest.fixture
def published(published: Path) -> Path:
    """A project with version 1 published that uses a scikit-learn model from now on."""
    config = published / "pipeline.yaml"
    assert PLAIN in config.read_text()
    config.write_text(config.read_text().replace(PLAIN, TREE))
    return published


@pytest.fixture
def config(published: Path) -> Callable[[str, str], None]:
    """Replaces a piece of the pipeline file."""

    def change(old: str, new: str) -> None:
        path = published / "pipeline.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return change


@pytest.mark.breaks("the model: missing")
def test_missing_model(published: Path, score: Command, seawall: Command, refused: Refused) -> None:
    """A model that is not there is a fault for `check` and an outage for a run."""
    (published / "models" / "tree.skops").unlink()
    checked = seawall(published, "check", "pipeline.yaml")

    assert (checked.returncode, "tree.skops" in checked.stderr) == (78, True), checked.stderr
    assert "pipeline.yaml:44:10 predict.model" in checked.stderr
    refused(published, score(published), 69, "the model cannot be read", "tree.skops", "to do: ")


@pytest.mark.breaks("the model: another file")
@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_no_model(published: Path, score: Command, refused: Refused, executor: str) -> None:
    """A file that is no model is refused by its name, whoever reads it."""
    (published / "models" / "tree.skops").write_text("not a model\n")
    done = score(published, "--executor", executor, "--workers", "1")

    refused(published, done, 65, "not a model", "tree.skops", "seen: ", "to do: ")


CONFIGS = {
    "wrong sha256": (f"sha256: {WRONG}, trusted: [sklearn.tree._tree.Tree]", 77, WRONG),
    "untrusted type": ("trusted: []", 77, "sklearn.tree._tree.Tree"),
    "joblib without sha256": ("format: joblib", 78, "a joblib model without sha256"),
}


@pytest.mark.breaks("the model: {name}")
@pytest.mark.parametrize("name", CONFIGS)
def test_model_that_nobody_vouched_for(
    published: Path, score: Command, refused: Refused, config: Callable[[str, str], None], name: str
) -> None:
    """A model is read only if its hash is the pinned one and its types are known or named."""
    rest, code, word = CONFIGS[name]
    config(TREE, f"model: {{type: sklearn, path: models/tree.skops, {rest}}}")

    refused(published, score(published), code, word)


def test_joblib_with_its_hash(
    published: Path, score: Command, config: Callable[[str, str], None]
) -> None:
    """A joblib model whose sha256 stands in the file predicts what the skops model does."""
    import joblib
    import skops.io

    tree = skops.io.load(published / "models" / "tree.skops", trusted=["sklearn.tree._tree.Tree"])
    joblib.dump(tree, published / "models" / "tree.joblib")
    digest = hashlib.sha256((published / "models" / "tree.joblib").read_bytes()).hexdigest()
    view = published / "out/breakdowns/batch=2024-03-01/predictions.parquet"
    assert score(published).returncode == 0
    before = view.read_bytes()
    model = f"model: {{type: sklearn, path: models/tree.joblib, format: joblib, sha256: {digest}}}"
    config(TREE, model)
    done = score(published)

    assert "published as version 3" in done.stdout, done.stderr
    assert view.read_bytes() == before


@pytest.mark.breaks("a feature of the model that no stage makes")
def test_features_that_the_model_was_not_fitted_on(
    published: Path, score: Command, seawall: Command, refused: Refused
) -> None:
    """A column that the model needs and nobody makes is named, by `check` and by a run."""
    steps = published / "factory" / "steps.py"
    steps.write_text(steps.read_text().replace("assign(strain=", "assign(stress="))
    checked = seawall(published, "check", "pipeline.yaml")

    assert (checked.returncode, "strain" in checked.stderr) == (78, True), checked.stderr
    refused(published, score(published), 65, "strain", "nobody makes")


STEPS = {
    "raises": ("    return frame.assign(strain=", "    1 / 0\n    return frame.assign(strain="),
    "drops rows": ("    return frame.assign(strain=", "    return frame.iloc[1:].assign(strain="),
    "no frame": ("    return frame.assign(strain=", "    return dict(strain="),
}
WORDS = {
    "raises": ("ZeroDivisionError", "factory/steps.py:17", "add_strain"),
    "drops rows": ("a stage may not add, lose or reorder rows", "add_strain", "9 rows"),
    "no frame": ("a stage must return a DataFrame", "dict"),
}


@pytest.mark.breaks("a stage of yours: {name}")
@pytest.mark.parametrize("name", STEPS)
def test_faulty_stage(published: Path, score: Command, refused: Refused, name: str) -> None:
    """A stage that raises or breaks a stage's law is named with its file and line, exit 70."""
    steps = published / "factory" / "steps.py"
    steps.write_text(steps.read_text().replace(*STEPS[name]))

    refused(published, score(published), 70, *WORDS[name])


@pytest.mark.breaks("a prediction out of its bounds")
def test_out_of_bounds(published: Path, score: Command, refused: Refused) -> None:
    """A prediction out of bounds stops the run at its chunk; it is called stopped, exit 4."""
    done = score(published, "--set", "check_output.bounds.p_break.max=0.5", "--log-format", "json")
    message = refused(published, done, 4, "a prediction is out of bounds: p_break", "0 to 0.5")

    assert '"state": "stopped"' in message
    assert "breakdowns 2024-03-01: stopped in" in done.stdout
    assert "still live" in done.stdout


@pytest.mark.breaks("a mean of the predictions that is not as promised")
def test_mean_out_of_range(published: Path, score: Command, refused: Refused) -> None:
    """A distribution that is not as promised holds the complete result, exit 4."""
    done = score(published, "--set", "check_output.distribution.p_break.mean=[0.9, 0.99]")
    refused(published, done, 4, "the mean of p_break is not as promised", "0.38", "0.9 to 0.99")

    assert "breakdowns 2024-03-01: held in" in done.stdout


def test_bounds_with_a_budget(published: Path, score: Command) -> None:
    """Where the file says so, predictions out of bounds leave for quarantine, within the budget."""
    bounds = "check_output.bounds.p_break.max=0.99"
    how = "check_output.bounds.p_break.on_violation=quarantine"
    within = score(
        published, "--set", bounds, "--set", how, "--set", "limits.quarantined_rows.rows=40"
    )
    over = score(
        published,
        "--set",
        bounds,
        "--set",
        how,
        "--set",
        "limits.quarantined_rows.rows=3",
        "--force",
    )

    assert within.returncode == 0, within.stderr
    assert "p_break: above max" in over.stderr
    assert over.returncode == 65
