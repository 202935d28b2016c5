"""A whole pipeline file: what loads, what is said about it, and in which order."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seawall.config.faults import Fault
from seawall.config.load import load, load_unfinished, project_root, resolve
from seawall.config.scalars import EnvRef
from seawall.errors import ConfigError, UnavailableError

REPOSITORY = Path(__file__).parents[2]


def test_the_sample_loads(project: Any) -> None:
    """A file without a fault becomes values, with its path and its project's root."""
    loaded = project.load()

    assert loaded.config.pipeline == "flights"
    assert loaded.config.limits.quarantined_rows.share == 0.01
    assert loaded.path == project.root / "configs/flights.yaml"
    assert loaded.root == project.root.resolve()


def test_places_answer_for_later_faults(project: Any) -> None:
    """A value's place can be asked for after loading, also where the file says nothing."""
    places = project.load().places

    assert places.value(("predict", "model", "path")).line == 26
    assert places.key(("check_output", "bounds", "p_late")).column == 12
    assert places.value(("predict", "model", "sha256")) == places.key(("predict", "model"))


def test_every_fault_comes_at_once_in_the_files_order(project: Any) -> None:
    """Faults of YAML, schema, combinations, names, environment and engines are one report."""
    text = (
        project.sample.replace("publish:", "publisj:")
        .replace("max: 100_000", "max: 0")
        .replace("rules:departed", "rules:departd")
        .replace("{p_late: {mean", "{p_latte: {mean")
        .replace("share: 1%", "share: 1%, share: 2%")
        + "drift: {reference: r.json, p_value: 0.01}\n"
    )
    faults = project.faults(text, env={})

    assert [(fault.place.line, fault.path) for fault in faults] == [
        (17, "validate.filters.0.use"),
        (21, "validate.rows.min"),
        (31, "check_output.distribution.p_latte"),
        (32, "publisj"),
        (33, ""),
        (35, "alerts.0.url"),
        (37, "drift.p_value"),
    ]


def test_sound_sections_are_cross_checked_beside_faulty_ones(
    changed: Callable[..., tuple[Fault, ...]],
) -> None:
    """A fault in one section hides no contradiction in the others."""
    faults = changed("pipeline: flights", "pipeline: 3\ntimezone: Mars/Olympus")

    assert [fault.path for fault in faults] == ["pipeline", "timezone"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text", "3", "---\n"])
def test_a_file_without_a_mapping_is_one_fault(project: Any, text: str) -> None:
    """An empty file, a list and a scalar are each refused with a place."""
    fault = project.fault(text)

    assert "mapping" in fault.what or "empty" in fault.what


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """A path to nothing is a fault of the configuration, not a traceback."""
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "absent.yaml", env={})


def test_a_folder_is_a_fault(tmp_path: Path) -> None:
    """A folder in the file's place is a fault of the configuration, not a traceback."""
    with pytest.raises(ConfigError, match="a folder"):
        load(tmp_path, env={})


def test_a_large_file_is_refused(project: Any) -> None:
    """More than 1 MiB is refused before it is parsed."""
    fault = project.fault(project.sample + "#" * 1024 * 1024)

    assert fault.allowed == "at most 1 MiB"


def test_bytes_that_are_not_utf8_are_placed(project: Any) -> None:
    """A stray byte of another encoding has its line and column."""
    path = project.write("latin.yaml", "")
    path.write_bytes(b"pipeline: a\ndescription: caf\xe9\n")

    with pytest.raises(ConfigError) as caught:
        load(path, env={})

    assert (caught.value.faults[0].place.line, caught.value.faults[0].place.column) == (2, 17)


def test_a_byte_order_mark_is_harmless(project: Any) -> None:
    """Columns count from after the mark that some editors write."""
    faults = project.faults("\ufeffpipelin: 1\n")

    assert [fault.place.column for fault in faults] == [1, 1]


def test_the_root_is_the_nearest_marked_folder(tmp_path: Path) -> None:
    """A `.seawall/` marks a project's root as a pyproject.toml does; without either it's the folder."""
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "a" / ".seawall").mkdir()

    assert project_root(deep / "p.yaml") == (tmp_path / "a").resolve()


def test_nothing_heavy_is_imported() -> None:
    """Loading a pipeline file needs neither pandas nor what pandas needs."""
    heavy = {"pandas", "pyarrow", "sklearn", "scipy", "sqlalchemy", "joblib", "numpy"}
    code = f"import sys, seawall.config.load; print({heavy!r} & set(sys.modules))"
    path = [str(REPOSITORY / "framework"), *filter(None, sys.path)]
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path)},
    )

    assert out.stdout.strip() == "set()"


def test_user_code_is_not_run(project: Any) -> None:
    """A module that the file names is read as text and never imported."""
    project.write("pipelines/rules.py", project.module + "\nraise SystemExit('imported')\n")

    assert project.faults() == ()


class TestReferences:
    """`${env:NAME}`."""

    def test_a_reference_stays_one(self, project: Any) -> None:
        """The environment's value is in nothing that is loaded."""
        loaded = project.load()

        assert loaded.config.alerts[0].url == EnvRef(env="OPS_ALERTS")
        assert "hunter2" not in repr(loaded)

    def test_a_missing_variable_is_named(self, project: Any) -> None:
        """A variable that isn't set is a fault with its name, before any run."""
        fault = project.fault(env={})

        assert (fault.path, fault.what) == (
            "alerts.0.url",
            "the environment variable OPS_ALERTS is not set",
        )

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("key: flight_id", 'key: "${env:OPS_ALERTS}"'),
            ("{column: origin,", '{column: "${env:OPS_ALERTS}",'),
            ("share: 1%", 'share: "${env:OPS_ALERTS}"'),
            ("path: models/flights.skops", 'path: "${env:OPS_ALERTS}"'),
        ],
    )
    def test_a_field_that_takes_none_says_so(
        self, changed: Callable[..., tuple[Fault, ...]], old: str, new: str
    ) -> None:
        """A reference where none is resolved is a fault, not a text with a dollar sign."""
        (fault,) = changed(old, new)

        assert "takes no ${env:…} reference" in fault.what

    def test_a_part_of_a_value_is_refused(self, changed: Callable[..., tuple[Fault, ...]]) -> None:
        """A reference is a whole value: there are no templates."""
        (fault,) = changed("url: ${env:OPS_ALERTS}", "url: https://${env:OPS_ALERTS}/x")

        assert fault.what == "not a reference"

    def test_a_secret_in_the_file_is_not_shown(
        self, changed: Callable[..., tuple[Fault, ...]]
    ) -> None:
        """An address with a password is neither quoted nor shown in the line above the caret."""
        (fault,) = changed("on: [failed]", "on: [failed]\n    timeout: https://a:hunter2@b.example")

        assert "hunter2" not in str(fault)

    def test_resolve_reads_late(self) -> None:
        """A reference comes to the variable's value, a text to itself, an absent one to an error."""
        assert resolve(EnvRef(env="A"), {"A": "b"}) == "b"
        assert resolve("plain", {}) == "plain"
        with pytest.raises(UnavailableError, match="A is not set"):
            resolve(EnvRef(env="A"), {})


def test_faults_sort_by_place(project: Any) -> None:
    """A report reads from the top of the file to its end."""
    faults = project.faults(re.sub(r"(?m)^(\w+):", r"\1x:", project.sample))
    lines = [fault.place.line for fault in faults]

    assert lines == sorted(lines)
    assert len(lines) > 8


def test_a_key_of_another_type(project: Any) -> None:
    """Only the keys of the section's own type are listed, and a key of another type says so."""
    path = "      path: data/weather.csv\n"
    fault = project.fault(project.sample.replace(path, f"{path}      query: SELECT 1\n"))

    assert "query" not in fault.allowed.split(", ")
    assert {"path", "join"} <= set(fault.allowed.split(", "))
    assert fault.todo.startswith("it belongs to another `type`")


@pytest.mark.parametrize("ending", [".lz4", ".zip", ".7z", ".br", ".snappy"])
def test_files_that_nothing_unpacks(project: Any, ending: str) -> None:
    """A path that ends in a compression that isn't read is a fault; a stated compression is believed."""
    packed = project.sample.replace("data/weather.csv", f"data/weather.csv{ending}")
    fault = project.fault(packed)
    stated = packed.replace(f"weather.csv{ending}", f"weather.csv{ending}\n      compression: gzip")

    assert (fault.path, fault.allowed) == ("ingest.lookups.weather.path", ".gz, .bz2, .xz, .zst")
    assert project.faults(stated) == ()


@pytest.mark.parametrize("size", ["16", "1_000", "true"])
def test_sizes_have_units(project: Any, size: str) -> None:
    """A size without a unit is refused, as the schema refuses it."""
    join = "      join: [origin]\n"
    caps = f"      caps: {{record_bytes: {size}}}\n"
    fault = project.fault(project.sample.replace(join, caps + join))

    assert (fault.path, fault.what) == ("ingest.lookups.weather.caps.record_bytes", "not a size")


def test_a_file_that_only_reads_rows_so_far(project: Any) -> None:
    """Without predict and publish a file can be looked through, and cannot be run."""
    text = "pipeline: p\ningest: {primary: {type: csv, path: a.csv, key: k}}\n"
    path = project.write("p.yaml", text)

    assert load_unfinished(path, env={}).config.ingest.primary.key == "k"
    with pytest.raises(ConfigError, match="missing keys `predict`, `publish`"):
        load(path, env={})


def test_what_an_unfinished_file_has_is_held_to_the_schema(project: Any) -> None:
    """A fault in a section that may be missing is still a fault."""
    text = (
        "pipeline: p\ningest: {primary: {type: csv, path: a.csv, key: k}}\npublish: {typ: files}\n"
    )

    with pytest.raises(ConfigError, match="did you mean `type`"):
        load_unfinished(project.write("p.yaml", text), env={})
