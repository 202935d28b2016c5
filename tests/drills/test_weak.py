"""A weakness is told once, with the line of the file that would have prevented it."""

from pathlib import Path

import pytest

from seawall.contracts import Finding
from seawall.drills.weak import Weakness
from seawall.gate.past import NOT_YET, ROW_CHANGE
from tests.drills.pieces import HEALTHY, drilled, ended, loaded

WARNED = Finding("drift", "warn", "temp", "", "", "temp does not look as it did")


def line_of(folder: Path, text: str) -> str:
    """Where the text stands."""
    lines = (folder / "pipeline.yaml").read_text().splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return f"{folder / 'pipeline.yaml'}:{number}"


def only(folder: Path, part: str, fault: str, column: str = "", **more: int) -> Weakness:
    """The weakness of a case whose rows were published with other predictions."""
    end = ended(part, fault, "published", column, **{"changed_rows": 2, **more})
    (weak,) = drilled(loaded(folder), end).weaknesses
    return weak


@pytest.mark.parametrize(
    ("case", "key", "line"),
    [
        (("lookup=weather", "nulls", "temp"), "expect.max_null_share", "weather:"),
        (("lookup=weather", "half_keys", ""), "expect.min_key_coverage", "weather:"),
        (("lookup=weather", "stale", ""), "expect.max_staleness", "weather:"),
        (("lookup=plants", "times_1000", "size"), "validate.columns.plant_size.max", "columns:\n"),
        (("primary", "times_1000", "load"), "validate.columns.load.max", "load: {"),
        (("primary", "nulls", "city"), "validate.columns.city.max_null_share", "city: {"),
        (("primary", "half_keys", ""), "validate.rows.change", "validate:"),
        (("model", "constant", ""), "check_output.distribution.score.max_top_share", "pipeline:"),
        (("model", "out_of_bounds", ""), "check_output.bounds.score", "pipeline:"),
    ],
)
def test_what_is_silently_wrong_names_the_key_and_its_line(
    tmp_path: Path, case: tuple[str, str, str], key: str, line: str
) -> None:
    """The line is the key's own, or that of the section in which it would stand."""
    weak = only(tmp_path, *case)
    lines = (tmp_path / "pipeline.yaml").read_text().splitlines(keepends=True)

    assert weak.kind == "silently wrong"
    assert weak.key.endswith(key)
    assert line in lines[int(weak.where.rpartition(":")[2]) - 1]


def test_a_bound_that_lets_the_fault_pass_is_named_itself(tmp_path: Path) -> None:
    """`max: 9000` stands there, and 1,000 × 9 is no more than that."""
    weak = only(tmp_path, "primary", "times_1000", "load")

    assert weak.stands
    assert "highest recorded value of load is 9" in weak.todo


def test_a_proposal_for_nulls_leaves_room_for_those_that_are_usual(tmp_path: Path) -> None:
    """Half of the recorded temperatures are null: twice as many have to pass."""
    assert only(tmp_path, "lookup=weather", "nulls", "temp").todo.endswith("{temp: 95%}}")


def test_one_cause_is_told_once_and_the_worst_first(tmp_path: Path) -> None:
    """Two columns that the same key would have covered are one weakness."""
    ends = [
        ended("lookup=weather", "half_keys", "published", changed_rows=1),
        ended("lookup=weather", "nulls", "published", "city", changed_rows=2),
        ended("model", "constant", "published", changed_rows=9),
    ]
    first, second = drilled(loaded(tmp_path), *ends).weaknesses

    assert [case.part for case in first.cases] == ["model"]
    assert [case.fault for case in second.cases] == ["half_keys", "nulls"]
    assert second.rows == 2


def test_a_new_warning_is_no_silence(tmp_path: Path) -> None:
    """A finding that the healthy run had, too, warns of nothing."""
    end = ended("lookup=weather", "nulls", "published", "temp", changed_rows=2, findings=(WARNED,))
    used_to = ended("run", "healthy", "published", findings=(WARNED,))

    assert not drilled(loaded(tmp_path), end, healthy=HEALTHY).weaknesses
    assert drilled(loaded(tmp_path), end, healthy=used_to).weaknesses


def test_marked_and_refused_rows_are_no_weakness(tmp_path: Path) -> None:
    """What a fallback served says so, and what was held was not published."""
    ends = [
        ended("lookup=weather", "down", "degraded", degradations={"weather=constants": 2}),
        ended("lookup=weather", "nulls", "held", "temp", changed_rows=2),
    ]

    assert not drilled(loaded(tmp_path), *ends).weaknesses


def test_a_run_that_hangs_names_the_time_that_would_bound_it(tmp_path: Path) -> None:
    """A file that is read in the run's own process has none unless the pipeline says so."""
    (weak,) = drilled(loaded(tmp_path), ended("lookup=plants", "hang", "hung")).weaknesses

    assert (weak.kind, weak.key) == ("hung", "ingest.lookups.plants.attempt_timeout")
    assert weak.where == line_of(tmp_path, "    plants:")


def test_files_that_are_read_in_place_are_bounded_by_the_runs_deadline(tmp_path: Path) -> None:
    """`attempt_timeout` changes nothing for the primary's: nobody reads them elsewhere."""
    (weak,) = drilled(loaded(tmp_path), ended("primary", "hang", "hung")).weaknesses

    assert (weak.key, weak.todo) == ("limits.run_deadline", "limits: {run_deadline: 30m}")


def test_code_that_never_ends_is_bounded_first(tmp_path: Path) -> None:
    """The nulls are the upstream's, and the loop is a stage's; both are named."""
    end = ended("lookup=weather", "nulls", "hung", "temp")
    (weak,) = drilled(loaded(tmp_path), end).weaknesses

    assert weak.key == "limits.run_deadline"
    assert "a stage, a rule or the model never ended" in weak.what
    assert "`ingest.lookups.weather.expect.max_null_share`" in weak.todo
    assert "executor: processes" in weak.todo


def test_code_that_the_file_bounds_is_not_said_to_be_unbounded(tmp_path: Path) -> None:
    """The drill waits less long than the run's deadline."""
    bounded = loaded(tmp_path, "limits: {run_deadline: 30m}\n")
    (weak,) = drilled(bounded, ended("lookup=weather", "nulls", "hung", "temp")).weaknesses

    assert weak.key == "ingest.lookups.weather.expect.max_null_share"
    assert weak.what.endswith("limits.run_deadline would end it after 1,800 s")


def test_rows_under_other_keys_are_silently_wrong(tmp_path: Path) -> None:
    """None of the healthy run's rows is there, and as many others are."""
    weak = only(
        tmp_path, "primary", "times_1000", "id", changed_rows=0, missing_rows=2, other_rows=2
    )

    assert weak.what.startswith("2 rows not published and 2 rows published under other keys")
    assert weak.key == "validate.columns.id.max"


@pytest.mark.parametrize("more", ["", "check_output: {bounds: {score: {max: 9e9}}}\n"])
def test_the_proposed_bounds_have_room_for_the_healthy_run(tmp_path: Path, more: str) -> None:
    """1.15 to 8.57 were predicted without any fault."""
    end = ended("model", "out_of_bounds", "published", changed_rows=2)
    (weak,) = drilled(loaded(tmp_path, more), end).weaknesses

    assert weak.todo == (
        "bounds: {score: {min: 0, max: 20}}; the healthy run's are from 1.15 to 8.57"
    )


def test_a_comparison_without_a_past_lets_nothing_pass_yet(tmp_path: Path) -> None:
    """The key stands there, and has nothing to compare with."""
    config = loaded(tmp_path, "", ("validate:\n", "validate:\n  rows: {change: 30%}\n"))
    unknown = Finding(ROW_CHANGE, "ok", None, "0 published batches", NOT_YET, "")
    half = ended("primary", "half_keys", "published", missing_rows=1, findings=(unknown,))
    (weak,) = drilled(config, half).weaknesses

    assert not weak.stands
    assert weak.todo == "it stands there, and judges from 3 other published batches on"


def test_an_upstreams_fault_that_ends_as_the_users_is_a_weakness(tmp_path: Path) -> None:
    """A stage that stumbles over nulls sends the wrong person looking."""
    end = ended("primary", "nulls", "failed", "city", exit=70)
    (weak,) = drilled(loaded(tmp_path), end).weaknesses

    assert (weak.kind, weak.key) == ("wrong exit", "validate.columns.city.max_null_share")


@pytest.mark.parametrize(("rerun", "count"), [("the same bytes", 0), ("other bytes", 1)])
def test_a_run_after_a_crash_has_to_come_to_the_same_bytes(
    tmp_path: Path, rerun: str, count: int
) -> None:
    """Stages or a model that differ from run to run are found here, too."""
    end = ended("run", "kill", "interrupted", exit=137, rerun=f"published, {rerun}")

    kinds = [weak.kind for weak in drilled(loaded(tmp_path), end).weaknesses]

    assert kinds == ["not resumed"] * count


def test_a_bug_of_seawalls_own_has_no_line(tmp_path: Path) -> None:
    """There is nothing to write into the file."""
    end = ended("lookup=weather", "type", "failed", "temp", exit=1, message="KeyError: 'temp'")
    (weak,) = drilled(loaded(tmp_path), end).weaknesses

    assert (weak.where, weak.key) == ("", "")
    assert "KeyError: 'temp'" in weak.what


def test_what_the_gate_refused_no_fallback_would_have_served(tmp_path: Path) -> None:
    """The lookup had answered; it is the contract that does not take the answer."""
    end = ended("lookup=plants", "nulls", "failed", "size", exit=65, message="the gate: nulls")

    assert not drilled(loaded(tmp_path), end).weaknesses


def test_a_lookup_without_a_fallback_is_something_to_know_and_no_weakness(tmp_path: Path) -> None:
    """Failing is an answer: the drill does not end with 1 for it, even with --strict."""
    down = ended("lookup=plants", "down", "failed", message="lookup plants: the input is missing")
    told = drilled(loaded(tmp_path), down)

    assert [weak.key for weak in told.weaknesses] == ["ingest.lookups.plants.fallback"]
    assert not told.is_weak
