"""`use:` and `with:`, held against the source text of the user's modules."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from seawall.config.faults import Fault

USE = "pipelines.rules:departed"
STEP = "{column: origin, hours: [1, 2]}"


@pytest.mark.parametrize(
    ("use", "what", "todo"),
    [
        ("departed", "no rule of this name", ""),
        ("compair", "no rule of this name", "did you mean `compare`?"),
        ("one_hot", "no rule of this name", "it is a stage"),
        (
            "pipelines.rules.departed",
            "not a dotted path",
            "did you mean `pipelines.rules:departed`?",
        ),
        ("pipelines/rules.py:departed", "not a dotted path", ""),
        ("pipelines.rules:departd", "has no `departd`", "did you mean `departed`?"),
        ("pipelines.rulez:departed", "no module pipelines.rulez", "did you mean `rules`?"),
        ("pipelines.rules.deep:departed", "no module pipelines.rules.deep", ""),
        ("pipelins.rules:departed", "neither below the project root nor allowed", "plugins.allow"),
        ("os:system", "neither below the project root nor allowed", "plugins.allow"),
    ],
)
def test_each_name_that_leads_nowhere_is_a_fault(
    changed: Callable[..., tuple[Fault, ...]], use: str, what: str, todo: str
) -> None:
    """A path to nothing, or to code that isn't allowed, is refused with a suggestion."""
    (fault,) = changed(USE, f'"{use}"')

    assert fault.path == "validate.filters.0.use"
    assert what in fault.what
    assert todo in fault.todo


@pytest.mark.parametrize("name", ["either", "Scaled", "imported", "later", "nested", "tupled"])
def test_every_way_to_bind_a_name_counts(project: Any, name: str) -> None:
    """Classes, assignments and imports are found, also below `if` and `try`."""
    module = project.module.replace("factor: float, *,", "*,")
    more = "from os import path as imported\nif True:\n    later = made()\n"
    more += "try:\n    nested = made.again\nexcept E:\n    0\ntupled, other = 1, 2\n"
    more += "either = None\nif True:\n    def either(frame): ...\n"
    project.write("pipelines/rules.py", module + more)

    assert project.faults(project.sample.replace(USE, f"pipelines.rules:{name}")) == ()


@pytest.mark.parametrize(
    "value", ["1", "'text'", "[departed]", "{'a': departed}", "Path('data')", "None", "f'{1}'"]
)
def test_a_name_for_a_mere_value_is_refused(project: Any, value: str) -> None:
    """What is assigned where code is due is told with its text, without an import."""
    project.write("pipelines/rules.py", f"{project.module}\nROOT = {value}\n")

    fault = project.fault(project.sample.replace(USE, "pipelines.rules:ROOT"))

    assert (fault.path, fault.what) == ("validate.filters.0.use", f"not callable: it is {value}")


def test_a_package_is_a_module(project: Any) -> None:
    """`package/__init__.py` is the module `package`."""
    project.write("stages/__init__.py", "def departed(frame): ...\n")

    assert project.faults(project.sample.replace(USE, "stages:departed")) == ()


def test_a_module_that_is_not_python_is_a_fault(project: Any) -> None:
    """A syntax error in a module of the user's has its line in the report."""
    project.write("pipelines/broken.py", "x = 1\ndef (\n")
    fault = project.fault(project.sample.replace(USE, "pipelines.broken:departed"))

    assert "is not Python" in fault.what
    assert "line 2" in fault.what


def test_a_stray_backslash_is_no_warning(project: Any) -> None:
    """What Python would warn of in the user's module is not this command's affair."""
    project.write("pipelines/rules.py", project.module + '\npattern = "\\d"\n')

    assert project.faults() == ()


def test_a_link_out_of_the_root_is_refused(
    project: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A module that a symbolic link brings in from elsewhere is not below the project root."""
    outside = tmp_path_factory.mktemp("outside") / "evil.py"
    outside.write_text("def departed(frame): ...\n")
    (project.root / "pipelines/evil.py").symlink_to(outside)

    fault = project.fault(project.sample.replace(USE, "pipelines.evil:departed"))

    assert "leads out of the project root" in fault.what


def test_an_allowed_package_is_looked_at(project: Any) -> None:
    """A package of plugins.allow is located and read, not imported."""
    allowed = project.sample + "plugins: {allow: [json]}\n"

    assert project.faults(allowed.replace(USE, "json:dumps")) == ()
    assert "has no `Decode`" in project.fault(allowed.replace(USE, "json.decoder:Decode")).what
    assert "no module" in project.fault(allowed.replace(USE, "json.missing:x")).what


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        (STEP, "{colum: origin}", "featurize.0.with.colum", "unknown.*`column`"),
        (STEP, "{column: a, context: b}", "featurize.0.with.context", "given by the run.*leave"),
        (STEP, "{column: a, frame: b}", "featurize.0.with.frame", r"no keyword-only.*`\*`"),
        (STEP, "{hours: [1]}", "featurize.0.with", "missing parameter `column`"),
        (STEP, "{column: 3}", "featurize.0.with.column", "wrong type"),
        (STEP, "{column: a, hours: [x]}", "featurize.0.with.hours", "wrong type"),
        (STEP, "{column: a, hours: 3}", "featurize.0.with.hours", "wrong type"),
        (STEP, "{column: a, scale: big}", "featurize.0.with.scale", "wrong type"),
        (f"\n    with: {STEP}", "", "featurize.0.use", "missing parameter `column`"),
        (
            f"add_calendar\n    with: {STEP}",
            "positional\n    with: {column: a}",
            "featurize.0.with.column",
            r"no keyword-only.*`\*`",
        ),
        (
            f"add_calendar\n    with: {STEP}",
            "positional",
            "featurize.0.use",
            r"`column` is not keyword-only.*`\*`",
        ),
        (
            f"add_calendar\n    with: {STEP}",
            "Scaled\n    with: {facto: 1.5}",
            "featurize.0.with.facto",
            "unknown parameter.*`factor`",
        ),
    ],
)
def test_parameters_are_held_to_the_signature(
    changed: Callable[..., tuple[Fault, ...]], old: str, new: str, path: str, words: str
) -> None:
    """Unknown, missing and mistyped parameters are faults before anything is imported."""
    (fault,) = changed(old, new)

    assert fault.path == path
    assert re.search(words, str(fault), re.DOTALL)


@pytest.mark.parametrize(
    "given", ["{column: a, hours: null}", "{column: a, scale: 2}", "{column: a, hours: []}"]
)
def test_values_that_fit_are_taken(changed: Callable[..., tuple[Fault, ...]], given: str) -> None:
    """None fits `| None`, a whole number fits a float, an empty list fits a list."""
    assert changed(STEP, given) == ()


@pytest.mark.parametrize(
    ("signature", "value", "faults"),
    [
        ("*, mode: Literal['a', 'b']", "c", 1),
        ("*, mode: Literal['a', 'b']", "a", 0),
        ("*, mode: 'int'", "x", 1),
        ("*, mode: Optional[int] = None", "x", 1),
        ("*, mode: Sequence[str]", "[a]", 0),
        ("*, mode: dict[str, float]", "{a: 1.5}", 0),
        ("*, mode: dict[str, float]", "{a: b}", 1),
        ("*, mode: pd.Timestamp", "x", 0),
        ("*, mode: __import__('os').system('false')", "x", 0),
        ("*, mode", "x", 0),
        ("**options", "x", 0),
        ("*, mode: int | str", "1.5", 1),
    ],
)
def test_annotations_are_read_and_never_run(
    project: Any, signature: str, value: str, faults: int
) -> None:
    """Simple annotations are enforced; any other is left to the check after the import."""
    project.write("pipelines/rules.py", project.module + f"\ndef step(frame, {signature}): ...\n")
    text = project.sample.replace(
        f"add_calendar\n    with: {STEP}", f"step\n    with: {{mode: {value}}}"
    )

    assert len(project.faults(text)) == faults


def test_a_models_factory_takes_all_its_parameters(project: Any) -> None:
    """A python model's factory has no frame: its first parameter may be set."""
    model = "{type: sklearn, path: models/flights.skops}"
    factory = "{type: python, use: 'pipelines.rules:factory', with: %s}"

    assert project.faults(project.sample.replace(model, factory % "{path: a}")) == ()
    assert "`path`" in project.fault(project.sample.replace(model, factory % "{depth: 1}")).what


@pytest.mark.parametrize(
    ("body", "given", "faults"),
    [
        ("class Step: ...", "{a: 1}", 1),
        ("class Step(Parent): ...", "{a: 1}", 0),
        ("@dataclass\nclass Step:\n    a: int", "{a: 1}", 0),
    ],
)
def test_a_class_without_init_takes_nothing_unless_it_inherits(
    project: Any, body: str, given: str, faults: int
) -> None:
    """Parameters that a parent or a decorator may take are left to the check after the import."""
    project.write("pipelines/rules.py", project.module + f"\n{body}\n")
    text = project.sample.replace(f"add_calendar\n    with: {STEP}", f"Step\n    with: {given}")

    assert len(project.faults(text)) == faults


PRIMARY = re.compile(r"  primary: .*\n")
FEED = "\ndef feed(batch, *, columns, day: str, rows: int = 1): ...\n"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("{day: Monday}", ""),
        ("{day: 1}", "a value of the wrong type"),
        ("{rows: 1}", "missing parameter `day`"),
        ("{day: Monday, batch: x}", "`batch` is given by the run"),
        ("{day: Monday, root: x}", "`root` is given by the run"),
        ("{day: Monday, row: 1}", "unknown parameter"),
    ],
)
def test_a_sources_parameters(project: Any, given: str, what: str) -> None:
    """A python source takes its own parameters; what the run gives it may not be set."""
    project.write("pipelines/rules.py", project.module + FEED)
    primary = (
        f"  primary: {{type: python, use: 'pipelines.rules:feed', with: {given}, key: flight_id}}\n"
    )
    faults = project.faults(PRIMARY.sub(primary, project.sample, count=1))

    assert [fault.what for fault in faults if fault.path.startswith("ingest.primary")] == (
        [what] if what else []
    )


@pytest.mark.parametrize(
    ("given", "faults"), [("{day: 1}", 0), ("{batch: x}", 1), ("{root: x}", 1)]
)
def test_a_source_of_any_parameters(project: Any, given: str, faults: int) -> None:
    """What a source with `**` is given by the run may still not be set."""
    project.write("pipelines/rules.py", project.module + "\ndef feed(batch, *, root, **kw): ...\n")
    primary = (
        f"  primary: {{type: python, use: 'pipelines.rules:feed', with: {given}, key: flight_id}}\n"
    )
    found = project.faults(PRIMARY.sub(primary, project.sample, count=1))

    assert len([fault for fault in found if fault.path.startswith("ingest.primary")]) == faults


def test_a_class_is_no_source(project: Any) -> None:
    """A python source is a function: an instance of a class would be no table."""
    primary = "  primary: {type: python, use: 'pipelines.rules:Scaled', key: flight_id}\n"
    faults = project.faults(PRIMARY.sub(primary, project.sample, count=1))

    (fault,) = [fault for fault in faults if fault.path.startswith("ingest.primary")]
    assert (fault.path, fault.what) == ("ingest.primary.use", "Scaled is a class")


def test_a_source_outside_the_project(project: Any) -> None:
    """A python source is found below the project's root or in what plugins.allow lists, like all code."""
    primary = "  primary: {type: python, use: 'os:listdir', key: flight_id}\n"
    faults = project.faults(PRIMARY.sub(primary, project.sample, count=1))

    assert "ingest.primary.use" in [fault.path for fault in faults]
