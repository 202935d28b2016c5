"""The ledger, read by people and machines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seawall.cli.exits import MEANINGS, next_step, replay_step
from seawall.contracts import Account, Finding
from seawall.errors import Exit
from seawall.events import ShapesFixed


def test_runs_are_listed(seawall: Any, recorded: Callable[..., None]) -> None:
    """One line a run under one of headers, columns aligned."""
    recorded("run-a")
    recorded("run-b", state="held", exit=4)

    header, first, second = seawall("runs").stdout.splitlines()

    assert header.split()[:4] == ["run", "pipeline", "batch", "state"]
    assert first.split()[:5] == ["run-b", "delays", "2013-07-01", "held", "4"]
    assert second.index("published") == header.index("state")


def test_runs_in_json(seawall: Any, recorded: Callable[..., None]) -> None:
    """One object with every field."""
    recorded()

    (row,) = json.loads(seawall("runs", "--json").stdout)["runs"]

    assert (row["state"], row["account"]["quarantined"], row["seconds"]) == ("published", 6, 4.5)


def test_runs_of_a_batch(seawall: Any, recorded: Callable[..., None]) -> None:
    """Filters reach the ledger."""
    recorded()

    none = seawall("runs", "--batch", "2013-07-02", "--json")

    assert json.loads(none.stdout) == {"runs": []}
    assert "no run is recorded of batch 2013-07-02" in none.stderr
    assert seawall("runs", "--pipeline", "delays").stdout.count("\n") == 2


def test_no_ledger_is_no_error(seawall: Any, project: Path) -> None:
    """Before the first run the list is empty, it is said why, and nothing is made."""
    done = seawall("runs")

    assert (done.returncode, done.stdout) == (0, "")
    assert "no run is recorded yet" in done.stderr
    assert not (project / ".seawall").exists()


def test_nothing_to_explain_is_exit_2(seawall: Any) -> None:
    """Machines get the error as an object."""
    done = seawall("explain", "--json")

    assert done.returncode == 2
    assert "no ledger" in json.loads(done.stdout)["error"]["what"]


def test_the_project_is_found_from_below(
    seawall: Any, recorded: Callable[..., None], project: Path
) -> None:
    """In a folder of the project its ledger is found."""
    recorded()

    assert "published" in seawall("runs", folder=project / "configs").stdout


def test_another_ledger_can_be_named(
    seawall: Any, recorded: Callable[..., None], project: Path, tmp_path: Path
) -> None:
    """SEAWALL_LEDGER wins; a relative path starts at the project's root."""
    recorded()
    (project / ".seawall" / "ledger.db").rename(project / "elsewhere.db")

    below = project / "configs"
    assert "published" in seawall("runs", folder=below, SEAWALL_LEDGER="elsewhere.db").stdout
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    assert "published" in seawall("runs", SEAWALL_LEDGER=url).stdout
    assert seawall("runs").stdout == ""


@pytest.mark.parametrize(
    "part",
    [
        "Run 20130701T030405-1f2e of delays, batch 2013-07-01",
        "PUBLISHED, exit 0: published, or already published",
        "it published version 3 at predictions/delays; nothing of this batch is published in",
        "read 1,000 = published 990 + quarantined 6 + filtered 4",
        "filtered     departed             4",
        "quarantined  departs_in_batch     6",
        "1,000 rows in 1 chunks",
        "weather",
        "rows without weather",
        "at least 1",
    ],
)
def test_an_explanation_says_what_happened(
    seawall: Any, recorded: Callable[..., None], part: str
) -> None:
    """How it ended, where the rows went and why, what lookups, stages, columns and checks saw."""
    recorded()

    assert part in seawall("explain", "2013").stdout


def test_columns_are_described_once(seawall: Any, recorded: Callable[..., None]) -> None:
    """What the whole run's profile says of a column isn't said chunk by chunk too."""
    recorded()

    shown = seawall("explain").stdout

    assert "p_late mean" not in shown
    assert "0.25" in shown[shown.index("Columns") :]


def test_a_held_run_is_explained_with_its_worst_finding_first(
    seawall: Any, recorded: Callable[..., None]
) -> None:
    """The finding that held it leads, and the next step says what a person does."""
    found = (
        Finding("rows", "ok", None, "1000", "at least 1", "enough rows"),
        Finding("mean", "fail", "p_late", "0.9", "at most 0.6", "too high"),
    )
    recorded(state="held", exit=4, findings=found, message="1 check failed\n  seen: 0.9")

    shown = seawall("explain").stdout

    assert "HELD, exit 4: a check refused the result" in shown
    assert shown.index("too high") < shown.index("enough rows")
    assert "Read the findings" in shown[shown.index("What to do next") :]


HELD = (
    Finding("drift", "fail", "dep_delay", "", "", "dep_delay moved", {}),
    Finding("rows", "ok", None, "", "", "enough rows", {}),
)
OTHER = Finding("mean", "fail", "p_late", "", "", "too high", {})


def test_a_run_that_drift_holds_is_told_the_way_out(
    seawall: Any, recorded: Callable[..., None]
) -> None:
    """The commands can be copied: what publishes the batch, and what lets the run count."""
    recorded("run-a", state="held", exit=4, findings=HELD)
    document = json.loads(seawall("explain", "--json").stdout)
    todo = seawall("explain").stdout.partition("What to do next")[2]

    assert "--batch 2013-07-01 --set drift.on_fail=warn`" in document["todo"]
    assert 'seawall reference accept run-a --reason "…"' in document["todo"]
    assert todo.strip() == document["todo"]


@pytest.mark.parametrize(
    "run", [{"findings": (*HELD, OTHER)}, {"findings": HELD, "replays": "run-b"}]
)
def test_what_else_holds_a_run_has_another_way_out(
    seawall: Any, recorded: Callable[..., None], run: dict[str, Any]
) -> None:
    """A warning of drift would not end the hold."""
    recorded("run-a", state="held", exit=4, **run)

    assert "drift.on_fail" not in json.loads(seawall("explain", "--json").stdout)["todo"]


def test_what_is_of_note_has_no_empty_fields(seawall: Any, recorded: Callable[..., None]) -> None:
    """Where nothing went wrong no problem is spoken of."""
    at = datetime(2013, 7, 1, tzinfo=UTC)
    recorded(
        "run-a",
        ShapesFixed(columns=2, taken_from={"batch b": 2}, problem="", run_id="run-a", at=at),
    )
    told = seawall("explain").stdout

    assert "taken_from batch b: 2" in told
    assert "problem" not in told


def test_drift_leads_among_findings_of_its_severity(
    seawall: Any, recorded: Callable[..., None]
) -> None:
    """What has drifted comes first, in the order in which it was told: the predictions before the rest."""
    said = [("rows", "ok"), ("mean", "fail"), ("drift of predictions", "fail"), ("drift", "fail")]
    said += [("drift", "uncalibrated"), ("version skew", "warn"), ("drift", "insufficient")]
    found = (Finding(c, s, None, "", "", f"{c} {s}") for c, s in said)  # type: ignore[arg-type]
    recorded(state="held", exit=4, findings=tuple(found))
    shown = seawall("explain").stdout
    order = [said[place] for place in (2, 3, 1, 5, 6, 4, 0)]
    places = [shown.index(f"{check} {severity}") for check, severity in order]

    assert places == sorted(places)


def test_an_account_that_does_not_add_up_is_said(
    seawall: Any, recorded: Callable[..., None]
) -> None:
    """A run that ended early is not shown as if every row had its place."""
    recorded(state="failed", exit=70, account=Account(read=1000, filtered=4), message="boom")

    assert "the rows that were scored are in no place yet" in seawall("explain").stdout


def test_a_running_run_is_explained(seawall: Any, recorded: Callable[..., None]) -> None:
    """What there is so far is shown while it goes on."""
    recorded(state=None)

    shown = seawall("explain", "last").stdout

    assert "RUNNING: it is still going on" in shown
    assert "weather" in shown


def test_an_explanation_in_json(seawall: Any, recorded: Callable[..., None]) -> None:
    """Everything that the ledger has, with the meaning and what to do."""
    recorded()

    document = json.loads(seawall("explain", "--json").stdout)

    assert document["run"]["state"] == "published"
    assert document["filtered_by"] == {"departed": 4}
    assert document["stages"][0]["seen"]["p_late mean"]["lowest"] == 0.25
    assert document["todo"].startswith("6 rows are in quarantine")


def test_rows_in_quarantine_are_something_to_do(
    seawall: Any, recorded: Callable[..., None]
) -> None:
    """A published run that left rows in quarantine names the command that brings them back."""
    recorded()

    todo = seawall("explain").stdout.partition("What to do next")[2]

    assert "then `seawall replay 20130701T030405-1f2e`" in todo


def test_replays_are_told_from_runs(seawall: Any, recorded: Callable[..., None]) -> None:
    """The list says which of the runs are replays."""
    recorded("run-a")
    recorded("run-b", replays="run-a")

    kinds = {row.split()[0]: " replay " in row for row in seawall("runs").stdout.splitlines()}

    assert kinds == {"run": False, "run-a": False, "run-b": True}


@pytest.mark.parametrize(
    ("state", "code"),
    [("killed", None), ("interrupted", 143), ("held", 4), ("failed", 65), ("failed", 69)],
)
def test_a_replay_that_did_not_end_is_replayed_again(state: str, code: int | None) -> None:
    """What to do is the replay's command, not the batch's."""
    assert (
        "`seawall replay run-a` once more" in replay_step(state, code, "seawall replay run-a").todo
    )


def test_an_unknown_run_is_exit_2(seawall: Any, recorded: Callable[..., None]) -> None:
    """With the run that may have been meant."""
    recorded()

    done = seawall("explain", "20130701T030405-1f2f")

    assert done.returncode == 2
    assert "did you mean 20130701T030405-1f2e" in done.stderr


def test_a_corrupt_ledger_is_exit_74(seawall: Any, project: Path) -> None:
    """Said in words, with what to do."""
    (project / ".seawall").mkdir()
    (project / ".seawall" / "ledger.db").write_bytes(b"no database " * 500)

    done = seawall("runs")

    assert done.returncode == 74
    assert "move the file away" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_exit_code_has_a_meaning() -> None:
    """No run ends with a code that can't be explained, and a newer seawall's code is no crash."""
    assert set(MEANINGS) == set(Exit)
    assert "42" in next_step("failed", 42).meaning
