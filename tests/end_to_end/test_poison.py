"""Rows on which a user's code raises, through the real command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
ROWS = 20_000
PLAIN = "    return frame.assign(strain="
CAREFUL = """\
    with open("calls", "a") as file:
        file.write(f"{len(frame)}\\n")
    if (frame["speed"] == -50.5).any():
        raise ValueError("no such speed")
"""


@pytest.fixture
def poisoned(project: Path, frame: pd.DataFrame) -> Callable[[list[int]], None]:
    """Writes a batch of 20,000 rows in chunks of 4,096, on these of which a stage raises."""
    config, steps = project / "pipeline.yaml", project / "factory/steps.py"
    text = config.read_text().replace("chunk_rows: 15", "chunk_rows: 4096")
    config.write_text(text.replace("{rows: 5}", "{rows: 50}"))
    steps.write_text(steps.read_text().replace(PLAIN, CAREFUL + PLAIN))
    sound = frame.drop(index=[21, 42])

    def write(rows: list[int]) -> None:
        batch = sound.take(np.arange(ROWS) % len(sound)).reset_index(drop=True)
        batch = batch.assign(id=range(ROWS), state="on")
        batch.loc[rows, "speed"] = -50.5
        batch.to_parquet(project / "data/2024-03-01.parquet", row_group_size=4096)

    return write


def aside(project: Path) -> pd.DataFrame:
    """The rows in quarantine."""
    files = (project / "out/breakdowns.seawall").glob("**/quarantine/*")
    return pd.concat([pa.ipc.open_file(pa.memory_map(str(f))).read_pandas() for f in files])


def test_poison_rows(project: Path, poisoned: Callable[[list[int]], None], score: Command) -> None:
    """Exactly the poison rows are in quarantine, the rest is published as in a clean run, few calls."""
    bad = [7, 4_095, 4_096, 4_097, 13_001]
    poisoned([])
    clean = score(project)
    before = pd.read_parquet(project / "out/breakdowns")
    poisoned(bad)
    (project / "calls").unlink()
    done = score(project, "--json")

    assert (clean.returncode, done.returncode) == (0, 0), clean.stderr + done.stderr
    account = json.loads(done.stdout)["account"]
    assert (account["published"], account["quarantined"]) == (ROWS - 5, 5)
    found = aside(project).sort_values("_row")
    assert found["_row"].tolist() == bad
    assert set(found["_reason"]) == {"add_strain raised ValueError"}
    assert found["_note"].str.contains(r"no such speed; factory.*steps\.py:\d+").all()
    assert len((project / "calls").read_text().split()) <= 5 * (2 + 2 * 13)
    after = pd.read_parquet(project / "out/breakdowns")
    expected = before.drop(index=bad).reset_index(drop=True)
    pd.testing.assert_frame_equal(after, expected, check_exact=True)


def test_a_bug_shows_the_users_line(project: Path, score: Command) -> None:
    """A stage with a bug ends the run with 70; the screen shows the user's line, and none of ours."""
    steps = project / "factory/steps.py"
    steps.write_text(steps.read_text().replace('frame["load"] * scale', 'frame["load"] * scael'))
    done = score(project)

    number = next(n for n, t in enumerate(steps.read_text().splitlines(), 1) if "scael" in t)
    assert done.returncode == 70
    assert f"factory.steps:add_strain ({steps}:{number})" in done.stderr
    assert "name 'scael' is not defined" in done.stderr
    assert "framework/seawall" not in done.stderr


def unspared(project: Path) -> None:
    """The file lets no row leave, and the stage raises on a speed."""
    config, steps = project / "pipeline.yaml", project / "factory/steps.py"
    text = config.read_text().replace(", on_violation: quarantine", "")
    text = text.replace("limits:\n  quarantined_rows: {rows: 5}\n", "")
    rule = "- use: factory.steps:plausible"
    config.write_text(text.replace(rule, f"{rule}\n      on_violation: fail"))
    steps.write_text(steps.read_text().replace(PLAIN, CAREFUL + PLAIN))


def test_without_a_budget(
    project: Path, frame: pd.DataFrame, put: Callable[..., None], score: Command
) -> None:
    """The first row ends the run with 65: its key and place, the user's line, and how to allow it."""
    unspared(project)
    sound = frame.drop(index=[21, 42]).reset_index(drop=True)
    put(project, sound.assign(speed=[-50.5 if n == 31 else 1.0 for n in range(len(sound))]))
    done = score(project)

    assert (done.returncode, "Traceback" in done.stderr) == (65, False), done.stderr
    assert f"factory.steps:add_strain ({project}/factory/steps.py:" in done.stderr
    assert "ValueError: no such speed" in done.stderr
    assert "id 1032, " in done.stderr
    assert "row group 3, row 31 of the batch" in done.stderr
    assert "limits: {quarantined_rows: {share: 1%}}" in done.stderr


def test_infinite_features(project: Path, score: Command) -> None:
    """A row whose feature is infinite is in quarantine under the budget, by the feature's name."""
    steps = project / "factory/steps.py"
    late = '    frame = frame.assign(temp=1 / (frame["load"] != 74.0))\n'
    steps.write_text(steps.read_text().replace(PLAIN, late + PLAIN))
    done = score(project)

    assert done.returncode == 0, done.stderr
    found = aside(project).set_index("_row")["_reason"]
    assert found[found == "strain: infinite"].index.tolist() == [2]
