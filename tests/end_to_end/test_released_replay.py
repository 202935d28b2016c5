"""A replay that the gate refused and a person released: rows out of quarantine, added to what is live."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.conftest import Command, command, copied
from tests.end_to_end.test_release import NARROW, WIDE, WORD, change, entry, view
from tests.end_to_end.test_replay import fix_contract, fix_rule


@pytest.fixture(scope="session")
def held_replay_template(
    published_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A project with version 1 and two rows in quarantine, of which a held replay took one."""
    root = copied(published_template, tmp_path_factory.mktemp("replay") / "project")
    fix_rule(root)
    change(root, WIDE, NARROW)
    done = command(root, "replay", entry(root, 1)["run_id"])
    assert done.returncode == 4, done.stderr
    change(root, NARROW, WIDE)
    return root


@pytest.fixture
def held(held_replay_template: Path, tmp_path: Path) -> Path:
    """A project whose replay is held."""
    return copied(held_replay_template, tmp_path / "project")


@pytest.mark.faults
def test_released_rows_are_those_of_a_passing_replay(
    held: Path, seawall: Command, tmp_path: Path
) -> None:
    """The version is the one that a passing gate would have made: bytes, rows, account, what it stands on."""
    other = copied(held, tmp_path / "passing")
    passing = seawall(other, "replay", entry(other, 1)["run_id"])
    done = seawall(held, *WORD)
    released, replayed = entry(held, 2), entry(other, 2)

    assert (done.returncode, passing.returncode) == (0, 0), done.stderr + passing.stderr
    assert (released["kind"], replayed["kind"]) == ("release", "replay")
    for name in ("account", "added_to", "degradations", "lookups", "input_schema", "fingerprint"):
        assert released[name] == replayed[name]
    assert released["account"] == {"read": 60, "published": 53, "quarantined": 1, "filtered": 6}
    assert released["file"]["sha256"] == replayed["file"]["sha256"]


@pytest.mark.faults
def test_the_other_rows_are_replayed_after_a_release(held: Path, seawall: Command) -> None:
    """What neither of both could publish is in the quarantine still; it is added under the first run's name."""
    first = entry(held, 1)["run_id"]
    seawall(held, *WORD)
    sound = seawall(held, "fsck", "pipeline.yaml")
    fix_contract(held)
    done = seawall(held, "replay", first, "--json")
    told = json.loads(done.stdout)

    assert (sound.returncode, done.returncode) == (0, 0), sound.stdout + done.stderr
    assert told["replayed"] == {"read": 1, "published": 1, "quarantined": 0, "filtered": 0}
    assert entry(held, 3)["account"] == {"read": 60, "published": 54, "quarantined": 0, "filtered": 6}  # fmt: skip
    assert len(pd.read_parquet(view(held))) == 54


@pytest.mark.faults
def test_a_lost_ledger_knows_a_held_replay(held: Path, seawall: Command) -> None:
    """Built from the log, before the release and after, it says whose rows were run again."""
    first, found = entry(held, 1)["run_id"], []
    for _ in ("held", "released"):
        (held / ".seawall/ledger.db").unlink()
        seawall(held, "fsck", "pipeline.yaml", "--rebuild")
        found.append(json.loads(seawall(held, "runs", "--json").stdout)["runs"][0])
        seawall(held, *WORD)

    assert [one["state"] for one in found] == ["held", "released"]
    assert [one["replays"] for one in found] == [first, first]
