"""What `check` learns by running every step once on a frame without rows."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from seawall.config.faults import Fault
from seawall.errors import ForbiddenError


def only(project: Any) -> Fault:
    """The project's only fault."""
    (fault,) = project.faults()
    return fault


def test_nothing_wrong(project: Any) -> None:
    """A project without a fault has none, and nothing is warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert project.faults() == []


@pytest.mark.parametrize(
    "asking",
    [
        'frame["xx"]',
        'frame[["x", "xx"]]',
        'frame[["xx"]]',
        "frame.xx",
        'frame.drop(columns="xx")',
        'frame.sort_values("xx")',
        'frame.loc[:, "xx"]',
    ],
)
def test_missing_column(project: Any, asking: str) -> None:
    """A column that a step asks for and nobody makes is named, with the nearest, at the step's line."""
    project.write(
        "unitproj/features.py", f"def add(frame, *, column: str):\n    {asking}\n    return frame\n"
    )
    project.train(depth=1, column="x")
    fault = only(project)

    assert fault.what == "it needs a column 'xx' that nobody makes"
    assert fault.todo == "did you mean 'x'?"
    assert fault.path == "featurize.0.use"
    assert fault.place.text.strip() == "- use: unitproj.features:add"
    assert fault.seen.endswith("features.py:2)")


def test_a_step_that_raises(project: Any) -> None:
    """A step that raises for another reason is shown with its own line."""
    project.write(
        "unitproj/features.py",
        "def add(frame, *, column: str):\n    return frame.assign(y=frame['x'].iloc[0])\n",
    )
    fault = next(each for each in project.faults() if each.path.startswith("featurize"))

    assert "it raises on a frame without rows: IndexError" in fault.what
    assert fault.seen.endswith("features.py:2)")


def test_a_rule_that_returns_no_mask(project: Any) -> None:
    """A rule that returns no truth values is found without a row."""
    project.write(
        "unitproj/rules.py",
        "def known(frame):\n    return frame['x']\n\ndef small(frame, *, most: float):\n    return frame['x'] < most\n",
    )
    fault = only(project)

    assert fault.path == "validate.filters.0.use"
    assert "one truth value a row" in fault.what


def test_every_fault_at_once(project: Any) -> None:
    """A fault in one step does not hide that in another."""
    project.write(
        "unitproj/rules.py",
        "def known(frame):\n    return frame['xx'] > 0\n\ndef small(frame, *, most: float):\n    return frame['yy'] < most\n",
    )

    assert [fault.path for fault in project.faults()] == [
        "validate.filters.0.use",
        "validate.rules.0.use",
    ]


def test_parameters_that_only_pydantic_can_judge(project: Any) -> None:
    """A parameter whose type isn't simple is held to it after the import."""
    project.write(
        "unitproj/features.py",
        "import enum\n\nclass Kind(enum.Enum):\n    X = 'x'\n\ndef add(frame, *, column: Kind):\n    return frame.assign(y=frame[column.value])\n",
    )
    assert project.faults() == []
    project.change("column: x", "column: z")
    fault = project.faults()[0]

    assert fault.path == "featurize.0.with.column"
    assert fault.place.text.strip() == "with: {column: z}"


def test_missing_feature(project: Any) -> None:
    """A feature of the model that no step makes is a fault at the model."""
    project.train(depth=1, column="yy")
    fault = only(project)

    assert fault.path == "predict.model"
    assert "nobody makes: yy" in fault.what
    assert fault.todo == "did you mean 'y'? featurize.0 (add) makes it"


@pytest.mark.parametrize("columns", [True, False])
def test_missing_model(project: Any, *, columns: bool) -> None:
    """A model file that isn't there is a fault, also where no column is declared."""
    (project.root / "m.skops").unlink()
    if not columns:
        start, stop = project.text.index("validate:"), project.text.index("  filters:")
        project.text = project.text[:start] + "validate:\n" + project.text[stop:]
    fault = only(project)

    assert (fault.path, fault.what) == ("predict.model", "the model cannot be read")


def test_a_model_for_each_batch(project: Any) -> None:
    """A model whose path has the batch in it is looked for when a batch is run."""
    project.change("path: m.skops", "path: 'm-{batch}.skops'")

    assert project.faults() == []


def test_another_model(project: Any) -> None:
    """A model that is not the pinned one is refused, not listed."""
    project.change("path: m.skops", f"path: m.skops, sha256: {'a' * 64}")
    with pytest.raises(ForbiddenError):
        project.faults()


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("path: out}", "path: out, columns: [k, pp]}", "publish.columns.1"),
        ("limits:", "profile: {columns: [p, pp]}\nlimits:", "profile.columns.1"),
    ],
)
def test_columns_that_other_sections_name(project: Any, old: str, new: str, path: str) -> None:
    """A column that is to be published or described must be made by somebody."""
    fault = only(project.change(old, new))

    assert (fault.path, fault.todo) == (path, "did you mean 'p'?")


def test_declared_and_not_read(project: Any) -> None:
    """A promise about a column that is not read would never be held to anything."""
    project.change("key: k,", "key: k, columns: [k, c],")

    assert "the column 'x' is declared and not read" in [fault.what for fault in project.faults()]


def test_a_query_with_an_open_value(project: Any) -> None:
    """A value that a query asks for and nobody gives is a fault at the query."""
    project.change(
        "type: csv\n      path: data/w.csv",
        "type: sql\n      url: sqlite:///w.db\n      query: SELECT c, v FROM w WHERE day = :day",
    )
    fault = only(project)

    assert (fault.path, fault.allowed) == ("ingest.lookups.w.query", ":batch")


def test_a_stage_that_says_what_is_degraded(project: Any) -> None:
    """A stage that makes the column `_degraded` is a fault before any data is read."""
    project.write(
        "unitproj/features.py",
        "def add(frame, *, column: str):\n    return frame.assign(y=0.0, _degraded='no')\n",
    )
    first, *_ = project.faults()

    assert first.path == "featurize.0.use"
    assert "a stage may not make the column '_degraded'" in first.what
