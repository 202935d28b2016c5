"""F59 to F64 and F66: rows and stages on which featurize and predict fail, and who is to blame."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.faults.sound import ends, files, log

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Poisoned = Callable[[list[int]], None]
ROWS = 20_000
PLAIN = "    return frame.assign(strain="
NOTED = """\
    with open("calls", "a") as file:
        file.write(f"{len(frame)}\\n")
"""
CAREFUL = f"""\
{NOTED}    if (frame["speed"] == -50.5).any():
        raise ValueError("no such speed")
"""
SPREAD = (
    '    if len(frame) > 5 and frame["load"].std() > 20:\n        raise ValueError("too wide")\n'
)


def before_strain(project: Path, lines: str) -> None:
    """The stage does this first."""
    steps = project / "factory/steps.py"
    steps.write_text(steps.read_text().replace(PLAIN, lines + PLAIN))


@pytest.fixture
def strict(published: Path, frame: pd.DataFrame, put: Callable[..., None]) -> Path:
    """A project with version 1 published, whose file lets no row leave any more; none has to."""
    config = published / "pipeline.yaml"
    text = config.read_text().replace(", on_violation: quarantine", "")
    text = text.replace("limits:\n  quarantined_rows: {rows: 5}\n", "")
    rule = "- use: factory.steps:plausible"
    config.write_text(text.replace(rule, f"{rule}\n      on_violation: fail"))
    rows = frame.drop(index=[21, 42]).reset_index(drop=True)
    put(published, rows.assign(speed=[-50.5 if n == 31 else 1.0 for n in range(len(rows))]))
    return published


def aside(project: Path) -> pd.DataFrame:
    """The rows in quarantine."""
    found = (project / "out/breakdowns.seawall").glob("**/quarantine/*")
    return pd.concat([pa.ipc.open_file(pa.memory_map(str(f))).read_pandas() for f in found])


@pytest.fixture
def poisoned(project: Path, frame: pd.DataFrame) -> Poisoned:
    """Writes a batch of 20,000 rows in chunks of 4,096, on these of which a stage raises."""
    config = project / "pipeline.yaml"
    text = config.read_text().replace("chunk_rows: 15", "chunk_rows: 4096")
    config.write_text(text.replace("{rows: 5}", "{rows: 50}"))
    before_strain(project, CAREFUL)
    rows = frame.drop(index=[21, 42])

    def write(bad: list[int]) -> None:
        batch = rows.take(np.arange(ROWS) % len(rows)).reset_index(drop=True)
        batch = batch.assign(id=range(ROWS), state="on")
        batch.loc[bad, "speed"] = -50.5
        batch.to_parquet(project / "data/2024-03-01.parquet", row_group_size=4096)

    return write


def test_f59_poison_rows_leave(
    project: Path, poisoned: Poisoned, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """Exactly the poison rows are in quarantine, the rest is published as in a clean run, few calls."""
    bad = [7, 4_095, 4_096, 4_097, 13_001]
    poisoned([])
    clean = score(project)
    before = pd.read_parquet(out)
    poisoned(bad)
    (project / "calls").unlink()
    done = score(project, "--json")

    happened = "found by halving: exactly these rows are in quarantine, the rest is published"
    saw([clean, done], [0, 0], happened, folder=out)
    account = json.loads(done.stdout)["account"]
    assert (account["published"], account["quarantined"]) == (ROWS - 5, 5)
    found = aside(project).sort_values("_row")
    assert found["_row"].tolist() == bad
    assert set(found["_reason"]) == {"add_strain raised ValueError"}
    assert found["_note"].str.contains(r"no such speed; factory.*steps\.py:\d+").all()
    assert len((project / "calls").read_text().split()) <= 5 * (2 + 2 * 13)
    expected = before.drop(index=bad).reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.read_parquet(out), expected, check_exact=True)


def test_f59_poison_row_without_a_budget(
    strict: Path, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """The first row ends the run with 65: its key and place, the user's line, and how to allow it."""
    before = files(out)
    before_strain(strict, CAREFUL)
    done = score(strict)

    words = [f"factory.steps:add_strain ({strict}/factory/steps.py:", "ValueError: no such"]
    words += ["id 1032, ", "row group 3, row 31 of the batch", "{quarantined_rows: {share: 1%}}"]
    happened = "without a budget the first row ends the run, which names it and how to allow it"
    saw(done, 65, happened, *words, folder=out)
    assert files(out) == before


def test_f60_a_chunk_whose_halves_pass(
    published: Path, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """A stage that raises on a chunk and on neither half of it: 70, and no row is set aside for it."""
    before = files(out)
    before_strain(published, SPREAD)
    done = score(published)

    words = ["it depends on its batch: ValueError: too wide", "passes on parts", "steps.py:18"]
    saw(done, 70, "the chunk fails: no row is to blame, and none is set aside", *words, folder=out)
    assert files(out) == before
    assert ends(out, BATCH) == ["committed"]  # the failed one is left to be resumed


def test_f61_every_row_raises(
    project: Path, poisoned: Poisoned, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """Of 20,000 rows on which a stage raises each, a few dozen calls a chunk tell that the code is wrong."""
    poisoned(list(range(ROWS)))
    done = score(project, "--workers", "1")

    words = ["it raises on every row (systematic): ValueError: no such speed", "steps.py:20"]
    saw(done, 70, "called systematic after a few dozen calls; no row is set aside", *words)
    # A sample, the first chunk, and the second, which is begun before anybody hears of the first.
    calls = (project / "calls").read_text().split()
    assert len(calls) <= (1 + 2 * 14 + 16) + 2 * (1 + 2 * 12 + 16)
    assert list(out.rglob("*")) == []


def test_f62_a_bug_in_a_stage(
    published: Path, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """A name that is not there is called once, and told with the user's line and none of ours."""
    before, steps = files(out), published / "factory/steps.py"
    steps.write_text(steps.read_text().replace('frame["load"] * scale', 'frame["load"] * scael'))
    before_strain(published, NOTED)
    done = score(published, "--workers", "1")

    number = next(n for n, t in enumerate(steps.read_text().splitlines(), 1) if "scael" in t)
    words = [f"factory.steps:add_strain ({steps}:{number})", "name 'scael' is not defined"]
    saw(
        done,
        70,
        "one call a chunk, no search, no row set aside; your line is named",
        *words,
        folder=out,
    )
    assert "framework/seawall" not in done.stderr
    assert set((published / "calls").read_text().split()) <= {"8", "9"}  # whole chunks, no halves
    assert files(out) == before


CHANGES = {
    "drops": "    frame = frame.iloc[1:]\n",
    "doubles": "    frame = frame.iloc[[0, *range(len(frame))]]\n",
    "reorders": "    frame = frame.iloc[::-1]\n",
}


@pytest.mark.parametrize("how", CHANGES)
def test_f63_a_stage_that_changes_the_rows(
    published: Path, score: Command, saw: Callable[..., None], out: Path, how: str
) -> None:
    """A stage that loses a row, has one twice or turns them round ends the run, by its name."""
    before = files(out)
    before_strain(published, CHANGES[how])
    done = score(published)

    words = ["factory.steps:add_strain: a stage may not add, lose or reorder rows", "seen: "]
    saw(done, 70, "named, by the index of what comes back", *words, folder=out)
    assert files(out) == before


SPOIL = '    frame["load"] = 0.0\n    frame.loc[:, "speed"] = 0.0\n'
PAST_PANDAS = {
    "its array": '    frame["load"].array[:] = 0.0\n',
    "a view": '    v = frame["load"].to_numpy()\n    v.flags.writeable = True\n    v.sort()\n',
}


def test_f64_a_rule_that_assigns(
    published: Path, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """What a filter assigns to its frame is its own: the predictions are those of a quiet run."""
    before, steps = files(out), published / "factory/steps.py"
    judged = '    return frame["state"]'
    steps.write_text(steps.read_text().replace(judged, SPOIL + judged))
    done = score(published)

    happened = "an assignment changes the step's own copy alone"
    saw(done, 0, happened, "published as version 2", folder=out)
    assert files(out) == before


@pytest.mark.parametrize("how", PAST_PANDAS)
def test_f64_a_stage_that_writes_past_pandas(
    published: Path, score: Command, saw: Callable[..., None], out: Path, how: str
) -> None:
    """A stage that writes into the values of the frame itself is noticed, and named with the column."""
    before = files(out)
    before_strain(published, PAST_PANDAS[how])
    done = score(published)

    words = ["factory.steps:add_strain: it wrote into the frame that it was given: load"]
    saw(done, 70, "who writes past pandas is noticed, by sums of the values", *words, folder=out)
    assert files(out) == before


def test_f66_infinite_features_within_a_budget(
    project: Path, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """Rows with an infinite feature are in quarantine, by its name; a NaN is the model's business."""
    before_strain(project, '    frame = frame.assign(temp=1 / (frame["load"] != 74.0))\n')
    done = score(project)

    saw(done, 0, "rows with an infinite feature are in quarantine, by its name", folder=out)
    found = aside(project).set_index("_row")["_reason"]
    assert found[found == "strain: infinite"].index.tolist() == [2]


def test_f66_infinite_features_without_a_budget(
    strict: Path, score: Command, saw: Callable[..., None], out: Path
) -> None:
    """Where no row may leave, the first infinite feature ends the run with its row and its place."""
    before = files(out)
    before_strain(strict, '    frame = frame.assign(temp=1 / (frame["load"] != 74.0))\n')
    done = score(strict)

    words = ["id 1002, ", "a feature is infinite: strain", "row 2 of the batch"]
    saw(done, 65, "without a budget the first one ends the run", *words, folder=out)
    assert files(out) == before
    assert log(out, BATCH)[-1]["version"] == 1
