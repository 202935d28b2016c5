"""Each kind of fault, carried out on the small project: how it ends, and what is left of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.conftest import BATCH, command, copied

pytestmark = pytest.mark.faults
CHAIN = "      columns: [temp]\n      fallback: [{last_known_good: {max_age: 1d}}]\n"
ENDS = {
    ("primary", "down", ""): ("failed", 69),
    ("primary", "hang", ""): ("hung", None),
    ("primary", "renamed", "city"): ("failed", 65),
    ("primary", "nulls", "speed"): ("published", 0),
    ("primary", "times_1000", "id"): ("published", 0),
    ("lookup=weather", "down", ""): ("degraded", 0),
    ("lookup=weather", "hang", ""): ("hung", None),
    ("lookup=weather", "error_then_fine", ""): ("published", 0),
    ("lookup=weather", "nulls", "temp"): ("published", 0),
    ("lookup=plants", "down", ""): ("failed", 69),
    ("lookup=plants", "duplicated", ""): ("failed", 65),
    ("lookup=plants", "times_1000", "size"): ("published", 0),
    ("stage=add_strain", "poison_row", ""): ("quarantined", 0),
    ("stage=add_strain", "raises", ""): ("failed", 70),
    ("model", "missing", ""): ("failed", 69),
    ("model", "out_of_bounds", ""): ("stopped", 4),
    ("model", "constant", ""): ("published", 0),
    ("model", "poison_row", ""): ("quarantined", 0),
    ("run", "again", ""): ("published", 0),
    ("run", "disk_full", ""): ("failed", 74),
    ("run", "kill", ""): ("interrupted", 137),
    ("run", "sigterm", ""): ("interrupted", 143),
    ("run", "all_lookups_down", ""): ("failed", 69),
}


SOME = ("--faults", ",".join(dict.fromkeys(fault for _, fault, _ in ENDS)))


def checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file below the folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


class Drilled:
    """What a drill of everything came to, and what it left."""

    def __init__(self, project: Path) -> None:
        """The drill is over."""
        files, processes = checksums(project), offspring()
        done = command(project, "drill", "pipeline.yaml", *SOME, "--batch", BATCH, "--json")
        assert done.returncode == 0, done.stderr
        cases = json.loads(done.stdout)["cases"]
        self.ends = {(end["part"], end["fault"], end["column"]): end for end in cases}
        self.changed = set(files.items()) ^ set(checksums(project).items())
        self.processes = [child for child in offspring() - processes if child.is_running()]


def offspring() -> set[psutil.Process]:
    """The processes that began with this one, or with those that it began."""
    return set(psutil.Process().children(recursive=True))


@pytest.fixture(scope="module")
def drilled(published_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    """The small project, whose weather has a last known good, drilled."""
    project = copied(published_template, tmp_path_factory.mktemp("drilled") / "project")
    file = project / "pipeline.yaml"
    file.write_text(file.read_text().replace("      columns: [temp]\n", CHAIN, 1))
    return Drilled(project)


@pytest.mark.parametrize("case", ENDS, ids="-".join)
def test_a_fault_ends_as_the_pipeline_says(drilled: Drilled, case: tuple[str, str, str]) -> None:
    """The outcome and the exit code are those of a run whose world broke so."""
    ended = drilled.ends[case]

    assert (ended["outcome"], ended["exit"]) == ENDS[case], ended


def test_rows_that_are_wrong_are_counted(drilled: Drilled) -> None:
    """Nulls that nobody refuses change predictions, and a column that is not used changes none."""
    nulls = drilled.ends["lookup=weather", "nulls", "temp"]
    sizes = drilled.ends["lookup=plants", "times_1000", "size"]

    assert nulls["changed_rows"] > 0
    assert nulls["mean_change"] > 0
    assert (sizes["changed_rows"], sizes["mean_change"]) == (0, 0.0)


def test_rows_under_other_keys_are_counted(drilled: Drilled) -> None:
    """A thousandfold of the key is another row's, or nobody's."""
    ended = drilled.ends["primary", "times_1000", "id"]

    assert ended["missing_rows"] == ended["other_rows"] > 0
    assert ended["silently_wrong"]


@pytest.mark.parametrize("part", ["primary", "lookup=plants"])
def test_files_that_are_missing_are_told_without_names_of_the_sandbox(
    drilled: Drilled, part: str
) -> None:
    """Whoever reads it has never seen the folders in which a drill works."""
    message = drilled.ends[part, "down", ""]["message"]

    assert "the input is missing" in message
    assert f"upstreams/{part.rpartition('=')[2]} holds nothing" in message
    assert "away" not in message


def test_rows_that_a_fallback_served_are_not_silently_wrong(drilled: Drilled) -> None:
    """They are marked; the snapshot is the healthy run's, so that nothing differs either."""
    ended = drilled.ends["lookup=weather", "down", ""]

    assert set(ended["degradations"]) == {"weather=last_known_good", "weather=null"}
    assert (ended["changed_rows"], ended["missing_rows"]) == (0, 0)


def test_a_row_that_was_set_aside_is_in_quarantine(drilled: Drilled) -> None:
    """One row raised in the stage; it is one more than in the healthy run, and none is missing."""
    ended = drilled.ends["stage=add_strain", "poison_row", ""]

    assert ended["account"] == {"read": 60, "published": 51, "quarantined": 3, "filtered": 6}
    assert ended["missing_rows"] == 0


@pytest.mark.parametrize("fault", ["disk_full", "kill", "sigterm"])
def test_a_run_after_a_crash_has_the_same_bytes(drilled: Drilled, fault: str) -> None:
    """What the healthy run published is what the rerun publishes."""
    assert drilled.ends["run", fault, ""]["rerun"] == "published, the same bytes"


def test_production_is_not_touched(drilled: Drilled) -> None:
    """Every file of the project has the bytes that it had, and there are no others."""
    assert drilled.changed == set()


def test_no_process_is_left(drilled: Drilled) -> None:
    """What hung is gone as well."""
    assert drilled.processes == []
