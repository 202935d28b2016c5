"""`extends` and `--set`: files laid over files, and the command line over both."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.config.load import load
from seawall.errors import ConfigError


def test_a_file_is_laid_over_the_one_it_extends(project: Any) -> None:
    """Mappings merge key by key; lists and scalars are replaced."""
    project.write("configs/base.yaml", project.sample)
    text = """
        extends: base.yaml
        pipeline: nightly
        validate: {rows: {max: 7}, filters: []}
    """
    config = project.load(text).config

    assert config.pipeline == "nightly"
    assert (config.validate_.rows.min, config.validate_.rows.max) == (1, 7)
    assert config.validate_.filters == ()
    assert "origin" in config.validate_.columns


def test_faults_stand_in_the_file_that_they_come_from(project: Any) -> None:
    """A fault of the file below is placed there, one of the file itself here."""
    base = project.write("base.yaml", project.sample.replace("method: predict_proba", "method: x"))
    faults = project.faults("extends: ../base.yaml\npipeline: 3\n")

    assert [
        (fault.place.file.endswith("configs/flights.yaml"), fault.path) for fault in faults
    ] == [
        (True, "pipeline"),
        (False, "predict.method"),
    ]
    assert faults[1].place.file.endswith(base.name)


def test_a_chain_is_followed(project: Any) -> None:
    """A file may extend one that extends another, each relative to itself."""
    project.write("shared/base.yaml", project.sample)
    project.write("middle.yaml", "extends: shared/base.yaml\npipeline: middle\n")

    assert project.load("extends: ../middle.yaml\n").config.pipeline == "middle"


def test_a_cycle_is_refused(project: Any) -> None:
    """Two files that extend each other are a fault, not a loop."""
    project.write("configs/other.yaml", "extends: flights.yaml\n" + project.sample)

    assert "extends itself" in project.fault("extends: other.yaml\n").what


@pytest.mark.parametrize("value", ["absent.yaml", "3", "[a.yaml]", "''", '"a\\0b"'])
def test_a_base_that_is_not_there_is_a_fault(project: Any, value: Any) -> None:
    """`extends` names one file that is there."""
    fault = project.fault(f"extends: {value}\n{project.sample}")

    assert (fault.place.line, fault.path) == (1, "extends")


def test_an_assignment_reaches_any_value(project: Any) -> None:
    """`--set` takes a path with names and list numbers, and a value as YAML."""
    sets = [
        "predict.model.path=models/new.skops",
        "featurize.0.with.hours=[3]",
        "limits.quarantined_rows={rows: 5}",
        "execution.workers=2",
    ]
    config = project.load(sets=sets).config

    assert config.predict.model.path == "models/new.skops"
    assert config.featurize[0].with_ == {"column": "origin", "hours": [3]}
    assert config.limits.quarantined_rows.rows == 5
    assert config.execution.workers == 2


def test_a_fault_of_an_assignment_stands_in_it(project: Any) -> None:
    """The place is the argument's number and text, with a caret below the value."""
    fault = project.fault(sets=["pipeline=a", "predict.method=predict_prob"])

    assert (fault.place.file, fault.place.line, fault.place.column) == ("--set", 2, 16)
    assert fault.place.text == "predict.method=predict_prob"
    assert fault.todo == "did you mean `predict_proba`?"


@pytest.mark.parametrize(
    ("argument", "what"),
    [
        ("predict.method", "not an assignment"),
        ("=3", "not an assignment"),
        ("a..b=3", "not an assignment"),
        ("featurize.7.use=x", "no `7`"),
        ("featurize.first.use=x", "no `first`"),
        ("pipeline.name=x", "no section"),
        ("predict.method=[", "not YAML"),
        ("predict.methd=predict", "unknown key"),
    ],
)
def test_an_assignment_that_cannot_be_made_is_a_fault(
    project: Any, argument: str, what: str
) -> None:
    """A path to nowhere or a value that is no YAML is placed in the argument."""
    fault = project.fault(sets=[argument])

    assert fault.place.file == "--set"
    assert what in fault.what


def test_a_secret_in_an_assignment_is_masked(project: Any) -> None:
    """The argument is shown with stars in place of a password, as long as it was."""
    with pytest.raises(ConfigError) as caught:
        load(
            project.write("p.yaml", project.sample),
            env=project.env,
            sets=["publish.path=postgresql://me:hunter2@db/x{y}"],
        )

    assert "hunter2" not in str(caught.value)
    assert "publish.path=postgresql://**********@db/x{y}" in str(caught.value)
