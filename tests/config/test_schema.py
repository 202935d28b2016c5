"""The JSON Schema says what `load` says, as far as JSON Schema can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from seawall.config.documents import read
from seawall.config.places import plain
from seawall.config.schema import json_schema

REPOSITORY = Path(__file__).parents[2]
FILES = sorted(str(path) for path in REPOSITORY.glob("configs/*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """A validator with the schema, itself valid."""
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def sample(project: Any) -> dict:
    """The sample as plain values."""
    return plain(read(project.write("p.yaml", project.sample), ())[0])


@pytest.mark.parametrize("path", FILES)
def test_shipped_files_are_valid(validator: Draft202012Validator, path: str) -> None:
    """An editor that reads the schema finds nothing wrong with a file of ours."""
    assert list(validator.iter_errors(plain(read(Path(path), ())[0]))) == []


def test_the_sample_is_valid(validator: Draft202012Validator, sample: dict[str, Any]) -> None:
    """The schema takes aliases, durations, shares and references as they are written."""
    assert list(validator.iter_errors(sample)) == []


@pytest.mark.parametrize(
    "section", [(), ("ingest",), ("ingest", "primary"), ("validate", "rows"), ("predict", "model")]
)
def test_unknown_keys_are_refused(
    validator: Draft202012Validator, sample: dict[str, Any], section: tuple[str, ...]
) -> None:
    """A key that the format doesn't know is an error in every section."""
    inner = sample
    for step in section:
        inner = inner[step]
    inner["colour"] = "red"

    assert not validator.is_valid(sample)


@pytest.mark.parametrize("key", ["pipeline", "ingest", "predict", "publish"])
def test_required_keys_are_required_unless_the_file_extends_another(
    validator: Draft202012Validator, sample: dict[str, Any], key: str
) -> None:
    """What a file may leave to another one is required where there is no other."""
    del sample[key]

    assert not validator.is_valid(sample)
    assert validator.is_valid({"extends": "base.yaml", **sample})


def test_keys_are_described() -> None:
    """Sections carry the sentence that says what they are."""
    assert json_schema()["$defs"]["Ingest"]["description"].startswith("The rows to score")
