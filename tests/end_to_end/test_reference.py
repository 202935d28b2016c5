"""References from the command line: built, shown, and what people say of runs."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seawall.building.batches import profiles_of_batches
from seawall.building.built import shaping_of
from seawall.building.told import few, tell_skipped
from seawall.cli.border import outcome
from seawall.cli.reference.orders import orders_of
from seawall.config.load import load
from seawall.references import read_reference
from tests.end_to_end.conftest import command, copied, default_frame

Command = Callable[..., Any]
Said = Callable[..., tuple[int, str, str]]
BATCH, NEXT = "2024-03-01", "2024-03-02"
FILE = "references/breakdowns.json"
BUILD = ("reference", "build", "pipeline.yaml")


def second_day(project: Path, frame: pd.DataFrame) -> None:
    """There is input of the second day, with another load."""
    load = frame["load"].where(frame["load"] > 900, 50.0)
    frame.assign(id=frame["id"] + 1_000, load=load).to_parquet(project / "data" / f"{NEXT}.parquet")


def built(seawall: Command, project: Path, *args: str, **env: str) -> dict[str, Any]:
    """What `reference build --json` says."""
    done = seawall(project, *BUILD, *args, "--json", **env)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def both_days(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two days of input, of which the reference was built."""
    folder = tmp_path_factory.mktemp("reference")
    project, scratch = copied(template, folder / "project"), folder / "scratch"
    scratch.mkdir()
    second_day(project, default_frame())
    built(command, project, "--batch", f"{BATCH}..{NEXT}", TMPDIR=str(scratch))
    assert list(scratch.iterdir()) == []
    return project


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command that starts nothing ends with and says, in this process."""

    def call(*args: str) -> tuple[int, str, str]:
        code, told = outcome(args), capsys.readouterr()
        return code, told.out, told.err

    return call


def test_a_reference_of_batches(both_days: Path) -> None:
    """Batches go through the stages; the rows that would be published are described."""
    found = read_reference(both_days / FILE)
    kinds = {name: column.shape.kind for name, column in found.profile.columns.items()}

    assert kinds == {"p_break": "ordered", "load": "ordered", "strain": "ordered"}
    assert found.profile.rows == 2 * (60 - 6 - 2)  # off, and quarantined
    assert [one.batch for one in found.past] == [BATCH, NEXT]


def test_nothing_is_published(both_days: Path) -> None:
    """There is no sink, no plan and no ledger, and no temporary folder was left."""
    assert not (both_days / "out").exists()
    assert not (both_days / ".seawall").exists()


def test_the_same_counts_for_any_cut(seawall: Command, both_days: Path, tmp_path: Path) -> None:
    """Chunks of another size give the same shapes and counts."""
    sets = ("--set", "ingest.primary.chunk_rows=7", "--out", str(tmp_path / "7.json"))
    built(seawall, both_days, "--batch", f"{BATCH}..{NEXT}", *sets)
    first, second = (read_reference(p).profile for p in (both_days / FILE, tmp_path / "7.json"))

    for name, column in first.columns.items():
        assert (column.cells == second.columns[name].cells).all()
        assert column.shape == second.columns[name].shape


def test_rows_that_a_fallback_served_are_left_out(seawall: Command, project: Path) -> None:
    """A reference is what the world looks like, and not its constants."""
    config = project / "pipeline.yaml"
    fallback = "      columns: [temp]\n      fallback: [{constants: {temp: 15.0}}]\n"
    config.write_text(config.read_text().replace("      columns: [temp]\n", fallback))
    with sqlite3.connect(project / "data" / "weather.db") as weather:
        weather.execute("DELETE FROM weather")
    weather.close()
    done = seawall(project, *BUILD, "--batch", BATCH)

    assert done.returncode == 65, done.stderr
    assert "there are no rows" in done.stderr


def test_a_batch_that_fails_ends_it(seawall: Command, project: Path) -> None:
    """Its error is the command's, and nothing is written."""
    done = seawall(project, *BUILD, "--batch", f"{BATCH}..{NEXT}")

    assert done.returncode == 69
    assert f"batch {NEXT} failed; --skip-failed builds from the others" in done.stderr
    assert not (project / FILE).exists()


def test_failed_batches_are_skipped_when_asked(seawall: Command, project: Path) -> None:
    """The others are built from, and it is said which is missing and why."""
    said = built(seawall, project, "--batch", f"{BATCH}..{NEXT}", "--skip-failed")

    assert said["batches"] == [BATCH]
    assert said["skipped"] == {NEXT: "the input is missing"}


def test_a_reference_is_not_replaced_unasked(seawall: Command, project: Path) -> None:
    """Where a file stands nothing is built; with --force it is replaced."""
    path = project / FILE
    path.parent.mkdir()
    path.write_text("mine")
    done = seawall(project, *BUILD, "--batch", BATCH)
    assert (done.returncode, path.read_text()) == (2, "mine")
    built(seawall, project, "--batch", BATCH, "--force")

    assert read_reference(path).batches == (BATCH,)


def test_a_reference_of_a_table(seawall: Command, project: Path, frame: pd.DataFrame) -> None:
    """Training data is described as it is, and what it lacks of the model's columns is named."""
    frame[["city", "load"]].to_parquet(project / "training.parquet")
    said = built(seawall, project, "--from", "training.parquet", "--partial")

    assert (said["rows"], said["missing"]) == (60, ["p_break", "strain"])
    assert said["columns"] == {"load": "ordered"}


def test_one_way_to_build(said: Said, project: Path) -> None:
    """Two ways, none, and a number of runs that is none are usage errors."""
    config = str(project / "pipeline.yaml")
    ways = [("--batch", BATCH, "--from", "t.csv"), (), ("--from-runs", "30")]
    found = [said("reference", "build", config, *args) for args in ways]

    assert [code for code, _, _ in found] == [2, 2, 2]
    assert "--from and --batch exclude each other" in found[0][2]
    assert "last:30" in found[2][2]


def test_a_place_that_is_none(said: Said, both_days: Path) -> None:
    """A folder is no place for a reference; where one stands, what is wrong with the table comes first."""
    build = ("reference", "build", str(both_days / "pipeline.yaml"), "--from", "none.csv")
    folder, taken = said(*build, "--out", str(both_days), "--force"), said(*build)

    assert (folder[0], taken[0]) == (2, 65)
    assert "a folder where a file belongs" in folder[2]
    assert "no such table" in taken[2]


def test_a_reference_of_runs(seawall: Command, published: Path, frame: pd.DataFrame) -> None:
    """Published runs are added up by the profiles that they kept; an excluded one is left out."""
    second_day(published, frame)
    assert seawall(published, "run", "pipeline.yaml", "--batch", NEXT).returncode == 0
    both = built(seawall, published, "--from-runs", "last:30")
    word = seawall(published, "reference", "exclude", "last", "--reason", "a strike")
    assert word.returncode == 0, word.stderr
    one = built(seawall, published, "--from-runs", "last:30", "--force")

    assert (both["batches"], both["rows"]) == ([BATCH, NEXT], 2 * 52)
    assert (one["batches"], one["rows"]) == ([BATCH], 52)


def test_runs_whose_profile_is_lost(seawall: Command, published: Path, frame: pd.DataFrame) -> None:
    """They are named, and end it unless they may be left out."""
    second_day(published, frame)
    assert seawall(published, "run", "pipeline.yaml", "--batch", NEXT).returncode == 0
    (path,) = (published / f"out/breakdowns.seawall/profiles/{BATCH}").iterdir()
    path.unlink()
    lost = seawall(published, *BUILD, "--from-runs", "last:2")
    left = built(seawall, published, "--from-runs", "last:2", "--skip-failed")

    assert lost.returncode == 65
    assert (
        f"1 of the 2 accepted runs have no profile that can be read\n  seen: {BATCH}" in lost.stderr
    )
    assert (left["batches"], list(left["skipped"])) == ([NEXT], [BATCH])
    assert left["origin"] == f"1 run, {NEXT}"


def test_no_run_to_build_from(seawall: Command, project: Path) -> None:
    """Without a published run, it is said what else to build from."""
    done = seawall(project, *BUILD, "--from-runs", "last:30")

    assert done.returncode == 65
    assert "--batch A..B" in done.stderr


def test_a_person_accepts_and_excludes(said: Said, published: Path, cwd: Path) -> None:
    """Each word on a run is kept with its reason; the last one counts."""
    decide = ("last", "--reason", "looked at", "--json")
    answers = [said("reference", word, *decide) for word in ("exclude", "accept")]
    last = json.loads(answers[1][1])

    assert [code for code, _, _ in answers] == [0, 0]
    assert (last["word"], last["reason"], last["batch"]) == ("accept", "looked at", BATCH)
    assert len(list((published / "out/breakdowns.seawall/decisions").glob("*.json"))) == 2


@pytest.fixture
def cwd(published: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory is the published project's."""
    monkeypatch.chdir(published)
    return published


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("nobody", "--reason", "x"), "no run begins with nobody"),
        (("last", "--reason", " "), "say why"),
        (("last",), "--reason"),
    ],
)
def test_words_that_do_not_count(said: Said, cwd: Path, args: tuple[str, ...], word: str) -> None:
    """An unknown run, an empty reason and none are usage errors."""
    code, _, told = said("reference", "exclude", *args)

    assert (code, word in told) == (2, True), told


def test_a_run_that_failed_cannot_be_decided_on(
    seawall: Command, said: Said, published: Path, cwd: Path
) -> None:
    """It is said what became of it, which runs there are, and none is what may have been meant."""
    (published / "data" / f"{BATCH}.parquet").write_bytes(b"junk")
    assert seawall(published, "run", "pipeline.yaml", "--batch", BATCH).returncode == 65
    code, _, told = said("reference", "exclude", "last", "--reason", "x")

    assert (code, ", failed: " in told, "did you mean" in told) == (2, True, False), told
    assert "seawall runs" in told


def test_what_becomes_usual_is_told(seawall: Command, project: Path, frame: pd.DataFrame) -> None:
    """Who accepts a held run reads what had failed in it, column by column, and how many rows it has."""
    built(seawall, project, "--batch", BATCH)
    second_day(project, frame)
    drift = ("--set", f"drift={{reference: {FILE}, columns: [load]}}")
    assert seawall(project, "run", "pipeline.yaml", "--batch", NEXT, *drift).returncode == 4
    accept = ("reference", "accept", "last", "--reason", "x", *drift)
    shown = seawall(project, *accept).stdout.splitlines()
    told = json.loads(seawall(project, *accept, "--json").stdout)

    assert [line.startswith("  load moved: ") for line in shown[1:]] == [True], shown
    assert shown[1].endswith(": this will be taken for usual")
    assert (len(told["becomes_usual"]), told["profile"]["rows"]) == (1, 52)


def test_a_reference_is_shown(said: Said, both_days: Path) -> None:
    """A line a column with its figures and a chart; by its path, and by the pipeline's file."""
    _, shown, _ = said("reference", "show", str(both_days / FILE))
    _, same, _ = said("reference", "show", str(both_days / "pipeline.yaml"))
    (line,) = (line for line in shown.splitlines() if line.startswith("load "))

    assert same == shown
    assert line.split()[:4] == ["load", "ordered", "104", "0.0%"]
    assert "█" in line
    assert "past: 2 batches" in shown


def test_show_tells_machines(said: Said, both_days: Path) -> None:
    """`--json` has the figures of each column."""
    _, shown, _ = said("reference", "show", str(both_days / FILE), "--json")
    document = json.loads(shown)

    assert document["columns"]["load"]["rows"] == document["rows"] == 104
    assert {"mean", "p50", "distinct", "kind"} <= set(document["columns"]["load"])


def test_a_damaged_reference_is_not_shown(said: Said, both_days: Path, tmp_path: Path) -> None:
    """One error, exit 65, with what to do."""
    (tmp_path / "torn.json").write_bytes((both_days / FILE).read_bytes()[:300])
    code, out, err = said("reference", "show", str(tmp_path / "torn.json"))

    assert (code, out) == (65, "")
    assert "cut off" in err
    assert "seawall reference build" in err


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def at(self, number: int, of: int, what: str) -> None:
        """It is at so many of so many."""
        self.said.append(f"{number} of {of}: {what}")

    def note(self, text: str) -> None:
        """Something that a person should know."""
        self.said.append(text)


def test_few_of_many_batches_are_named() -> None:
    """The first five have a line each, all others one."""
    told = Heard()
    tell_skipped(told, {str(number): "no rows" for number in range(245)})

    assert (len(told.said), told.said[-1]) == (6, "240 more batches are left out")
    assert few([str(number) for number in range(245)]) == "0, 1, 2, 3, 4, and 240 more"


@pytest.fixture
def eleven_days(both_days: Path, tmp_path: Path, frame: pd.DataFrame) -> Path:
    """A project with eleven days of input, of which the last has loads that none had before."""
    project = copied(both_days, tmp_path / "project")
    days = [f"2024-03-{day:02d}" for day in range(1, 12)]
    with sqlite3.connect(project / "data" / "weather.db") as weather:
        weather.execute("DELETE FROM weather")
        weather.executemany(
            "INSERT INTO weather VALUES ('Rome', ?, 10.0)", [(day,) for day in days]
        )
    weather.close()
    for number, day in enumerate(days):
        load = 99.0 if day == days[-1] else (frame["load"] + 3.0 * number) % 97.0
        frame.assign(load=load).to_parquet(project / "data" / f"{day}.parquet")
    return project


def test_calibrate_says_what_the_settings_would_have_given(
    seawall: Command, eleven_days: Path
) -> None:
    """The day that stands out is named with its column, and the rate comes with its interval."""
    batches = ("--batch", "2024-03-01..2024-03-11")
    done = seawall(eleven_days, "reference", "calibrate", "pipeline.yaml", *batches, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (alarmed,) = said["alarmed"]

    assert (alarmed["batch"], said["alarms"]) == ("2024-03-11", 1)
    assert {one["column"] for one in alarmed["outcomes"]} == {"load", "strain", "p_break"}
    assert said["judged"] < said["batches"] == 10
    assert said["interval"][0] < said["rate"] == 1 / said["judged"] < said["interval"][1]
    assert said["visible"]["load"]["distance"] > 0.05


def test_calibrate_against_a_file(seawall: Command, eleven_days: Path) -> None:
    """Its own batches and the later ones are judged, in the columns that drift names and no other."""
    built(seawall, eleven_days, "--batch", "2024-03-01..2024-03-08", "--out", "week.json")
    drift = ("--set", "drift={reference: week.json, columns: [load]}")
    batches = ("--batch", "2024-03-11")
    done = seawall(
        eleven_days, "reference", "calibrate", "pipeline.yaml", *batches, *drift, "--json"
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)

    assert (said["batches"], list(said["visible"])) == (9, ["load"])
    assert [one["batch"] for one in said["alarmed"]] == ["2024-03-11"]


@pytest.fixture
def stages(both_days: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process imports the project's own stages, and forgets them."""
    monkeypatch.syspath_prepend(both_days)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "factory"]:
        del sys.modules[name]


@pytest.mark.usefixtures("stages")
def test_calibrate_says_where_it_is(both_days: Path) -> None:
    """Where a reference says how columns are counted, all the time goes into counting: it is told."""
    told, loaded = Heard(), load(both_days / "pipeline.yaml", env={})
    how = shaping_of(read_reference(both_days / FILE).profile)
    profiles_of_batches(orders_of(loaded, [f"{BATCH}..{NEXT}"]), how=how, told=told)

    assert told.said[-2:] == [
        f"1 of 2: all rows of batch {BATCH}",
        f"2 of 2: all rows of batch {NEXT}",
    ]


def test_calibrate_says_who_shares_the_alarms(seawall: Command, eleven_days: Path) -> None:
    """Segments, and an anchor, are not replayed, and take a part of what is asked for."""
    drift = ("--set", "drift={reference: {rolling: 2}, segments: [city]}")
    batches = ("--batch", "2024-03-01..2024-03-11")
    done = seawall(eleven_days, "reference", "calibrate", "pipeline.yaml", *batches, *drift)

    assert "the segments by city share these alarms" in done.stdout, done.stderr


def test_calibrate_needs_batches(seawall: Command, published: Path) -> None:
    """Of one run nobody can say what is usual; it is said how to name more."""
    done = seawall(published, "reference", "calibrate", "pipeline.yaml")

    assert done.returncode == 65
    assert "too few batches" in done.stderr
    assert "--batch A..B" in done.stderr


def test_the_seed_rule_has_nothing_to_calibrate(seawall: Command, both_days: Path) -> None:
    """Its limit is a number that the file states."""
    rule = ("--set", "drift={reference: references/breakdowns.json, rule: ks-p-value}")
    done = seawall(both_days, "reference", "calibrate", "pipeline.yaml", *rule)

    assert done.returncode == 2, done.stderr
    assert "nothing to calibrate" in done.stderr
