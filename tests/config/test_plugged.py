"""Sources of other distributions in a pipeline file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from seawall.config.documents import read
from seawall.config.places import plain
from seawall.config.scalars import EnvRef
from seawall.config.schema import json_schema
from seawall.config.sources import PluginSource, PythonSource
from tests.distributions import install

CSV = "type: csv\n      path: data/weather.csv"
LIGHTHOUSE = "type: lighthouse\n      with: {log: a.csv, rows: 3}"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lighthouse is installed."""
    monkeypatch.syspath_prepend(str(install("lighthouse", tmp_path / "site")))


@pytest.mark.usefixtures("installed")
def test_an_installed_plug_in_is_a_type(project: Any) -> None:
    """Its name stands where a built-in type's does, for a lookup and for the primary."""
    text = project.sample.replace(CSV, LIGHTHOUSE).replace(
        '{type: parquet, path: "data/date={batch}/*.parquet", key: flight_id}',
        "{type: lighthouse, with: {log: '{batch}.csv'}, key: flight_id}",
    )
    config = project.load(text).config

    assert config.ingest.primary.with_ == {"log": "{batch}.csv"}
    assert config.ingest.lookups["weather"].added_columns == {"temp": "temp", "wind": "wind"}


def test_a_plug_in_that_is_not_installed_is_an_unknown_type(project: Any) -> None:
    """Without its distribution the name means nothing; the built-in types are listed."""
    fault = project.fault(project.sample.replace(CSV, LIGHTHOUSE))

    assert (fault.path, fault.what) == ("ingest.lookups.weather.type", "unknown type")
    assert fault.allowed == "parquet, csv, jsonl, sql, http, python"


@pytest.mark.usefixtures("installed")
def test_an_unknown_type_is_told_with_installed_plug_ins(project: Any) -> None:
    """They are allowed, too, and the nearest is suggested."""
    fault = project.fault(project.sample.replace(CSV, LIGHTHOUSE.replace("house", "hous")))

    assert fault.allowed == "parquet, csv, jsonl, sql, http, python, lighthouse"
    assert fault.todo == "did you mean `lighthouse`?"


@pytest.mark.usefixtures("installed")
def test_a_plug_ins_section_has_no_other_keys(project: Any) -> None:
    """What belongs to a plug-in stands below `with`."""
    fault = project.fault(project.sample.replace(CSV, LIGHTHOUSE + "\n      path: a.csv"))

    assert (fault.path, fault.what) == ("ingest.lookups.weather.path", "unknown key")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("value", "what"), [("${env:NOBODY}", "is not set"), ("a${env:OPS_ALERTS}", "not a reference")]
)
def test_references_of_a_plug_in_are_checked(project: Any, value: str, what: str) -> None:
    """A variable that is missing, or a reference in the middle of a text, is a fault."""
    text = project.sample.replace(CSV, LIGHTHOUSE.replace("a.csv", f'"{value}"'))

    assert what in project.fault(text).what


@pytest.mark.parametrize(
    "given",
    [
        {"a": 5, "b": 0.5, "c": True, "d": None, "e": "5"},
        {"list": [1, True, "x", None]},
        {"map": {"n": 1, "yes": False}},
        {"token": "${env:TOKEN}", "tokens": ["${env:TOKEN}", 1], "map": {"t": "${env:TOKEN}"}},
    ],
)
def test_parameters_survive_their_way_to_another_process(given: dict[str, Any]) -> None:
    """As JSON and back every value has the type that it had in the file."""
    section = PluginSource.model_validate({"type": "x", "with": given})
    written = section.model_dump(mode="json", by_alias=True)

    assert written["with"] == given
    assert [type(value) for value in written["with"].values()] == [*map(type, given.values())]
    assert PluginSource.model_validate(written) == section


@pytest.mark.parametrize("given", [{"names": ["a", 1, None]}, {"renamed": {"a": "b", "n": 2.5}}])
def test_a_callable_takes_lists_and_mappings(given: dict[str, Any]) -> None:
    """What a stage may be given a callable may be given, also in another process."""
    section = PythonSource.model_validate({"type": "python", "use": "a.b:c", "with": given})

    assert section.model_dump(mode="json", by_alias=True)["with"] == given
    assert PythonSource.model_validate(section.model_dump(mode="json", by_alias=True)) == section


def test_a_nested_parameter_is_one_fault(project: Any) -> None:
    """A mapping within a mapping is refused once, at its line, with what may stand there."""
    project.write("pipelines/feed.py", "def rows(*, names): ...\n")
    lookup = "type: python\n      use: pipelines.feed:rows\n      with: {names: {a: {b: 1}}}"

    fault = project.fault(project.sample.replace(CSV, lookup))

    assert fault.path == "ingest.lookups.weather.with.names.a"


def test_references_are_read_late() -> None:
    """What stands in the environment is no part of the section."""
    section = PluginSource.model_validate({"type": "x", "with": {"token": "${env:TOKEN}"}})

    assert section.with_["token"] == EnvRef(env="TOKEN")


@pytest.mark.parametrize(
    ("section", "valid"),
    [
        ("type: anything\n      with: {a: 1, b: [x], c: {d: null}}", True),
        ("type: csv\n      with: {a: 1}", False),
        ("type: anything\n      path: a.csv", False),
    ],
)
def test_the_schema_knows_plug_ins(project: Any, section: str, valid: Any) -> None:
    """An editor accepts any other type with `with`, and keeps built-in types to their keys."""
    text = project.sample.replace(CSV, section)
    document = plain(read(project.write("p.yaml", text), ())[0])

    assert Draft202012Validator(json_schema()).is_valid(document) is valid


MODEL = "{type: sklearn, path: models/flights.skops}"


@pytest.fixture
def tides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of another distribution's are installed."""
    monkeypatch.syspath_prepend(str(install("tides", tmp_path / "site")))


@pytest.mark.usefixtures("tides")
def test_an_installed_model_is_a_type(project: Any) -> None:
    """Its name stands where a built-in type of model does."""
    config = project.load(project.sample.replace(MODEL, "{type: tide, with: {times: 3}}")).config

    assert (config.predict.model.type, config.predict.model.with_) == ("tide", {"times": 3})


@pytest.mark.usefixtures("tides", "installed")
def test_an_unknown_type_of_model_is_told_with_installed_ones(project: Any) -> None:
    """Those of models are allowed, those of sources are not, and the nearest is suggested."""
    fault = project.fault(project.sample.replace(MODEL, "{type: tida}"))

    assert (fault.path, fault.what) == ("predict.model.type", "unknown type")
    built_in = "sklearn, onnx, lightgbm, xgboost, mlflow, python"
    assert fault.allowed == f"{built_in}, sunk, table, tide"
    assert fault.todo == "did you mean `tide`?"


@pytest.mark.usefixtures("installed")
def test_a_source_is_no_model(project: Any) -> None:
    """The name of a source's plug-in means nothing as a model, and the other way round."""
    fault = project.fault(project.sample.replace(MODEL, "{type: lighthouse}"))

    assert (fault.path, fault.what) == ("predict.model.type", "unknown type")


@pytest.mark.usefixtures("tides")
def test_a_models_section_is_held_to_its_type(project: Any) -> None:
    """Keys of another type are told as such, for built-in models and for plug-ins."""
    for section in ("{type: tide, trusted: [a]}", "{type: onnx, path: m.onnx, trusted: [a]}"):
        fault = project.fault(project.sample.replace(MODEL, section))

        assert (fault.path, fault.what) == ("predict.model.trusted", "unknown key")
        assert fault.todo == "it belongs to another `type`; leave it out, or change the type"
