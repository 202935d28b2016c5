"""What is live, and going back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

CONFIG = "configs/delays.yaml"
BATCH = ("--batch", "2013-07-01")


def rows(project: Path) -> int:
    """How many rows readers see."""
    view = project / "predictions" / "delays" / "batch=2013-07-01" / "predictions.parquet"
    return int(pq.read_metadata(view).num_rows)


def test_status_shows_the_newest_version(seawall: Any, publish: Callable[[int], None]) -> None:
    """One line a batch: its version, rows and run."""
    publish(5)
    publish(7)

    _, line = seawall("status", CONFIG).stdout.splitlines()

    assert line.split()[:4] == ["2013-07-01", "2", "publish", "7"]
    assert line.split()[-2:] == ["run-7", "yes"]


def test_status_of_nothing(seawall: Any) -> None:
    """An empty folder is no error."""
    done = seawall("status", CONFIG)

    assert done.returncode == 0
    assert "nothing is published in" in done.stdout
    assert json.loads(seawall("status", CONFIG, "--json").stdout) == {"batches": [], "errors": []}


def test_status_of_one_batch(seawall: Any, publish: Callable[[int], None]) -> None:
    """`--batch` leaves out the others."""
    publish(5)

    shown = json.loads(seawall("status", CONFIG, "--batch", "2013-07-02", "--json").stdout)

    assert shown == {"batches": [], "errors": []}


def test_status_puts_the_view_right(
    seawall: Any, publish: Callable[[int], None], project: Path
) -> None:
    """A view that a crash left behind is made again."""
    publish(5)
    view = project / "predictions" / "delays" / "batch=2013-07-01" / "predictions.parquet"
    view.unlink()

    assert seawall("status", CONFIG).returncode == 0
    assert rows(project) == 5


def test_status_verifies_bytes_when_asked(
    seawall: Any, publish: Callable[[int], None], project: Path
) -> None:
    """A byte that changed is found with --verify, and is exit 74."""
    publish(5)
    view = project / "predictions" / "delays" / "batch=2013-07-01" / "predictions.parquet"
    view.chmod(0o644)
    content = bytearray(view.read_bytes())
    content[10] ^= 1
    view.write_bytes(content)

    done = seawall("status", CONFIG, "--verify")

    assert done.returncode == 74
    assert "damaged" in done.stdout


def test_status_needs_no_secret(seawall: Any, project: Path) -> None:
    """A variable that only a run needs may be unset."""
    config = project / CONFIG
    config.write_text(f"{config.read_text()}alerts: [{{url: '${{env:NO_SUCH_HOOK}}'}}]\n")

    assert seawall("status", CONFIG).returncode == 0


def test_rollback_brings_back_the_version_before(
    seawall: Any, publish: Callable[[int], None], project: Path
) -> None:
    """Readers see the older rows; the log says who did it and why."""
    publish(5)
    publish(7)

    done = seawall("rollback", CONFIG, *BATCH, "--reason", "wrong weather", "--json")

    entry = json.loads(done.stdout)
    assert rows(project) == 5
    assert (entry["version"], entry["to_version"], entry["reason"]) == (3, 1, "wrong weather")
    assert entry["by"]
    assert "rollback to 1" in seawall("status", CONFIG).stdout


def test_rollback_to_a_version(seawall: Any, publish: Callable[[int], None], project: Path) -> None:
    """`--to` names one."""
    for number in (5, 6, 7):
        publish(number)

    assert seawall("rollback", CONFIG, *BATCH, "--to", "1", "--reason", "r").returncode == 0
    assert rows(project) == 5


@pytest.mark.parametrize(
    "args",
    [
        [*BATCH],
        [*BATCH, "--reason", "  "],
        ["--reason", "r"],
        [*BATCH, "--reason", "r", "--to", "9"],
        [*BATCH, "--reason", "r", "--to", "1"],
        ["--batch", "../../etc", "--reason", "r"],
    ],
)
def test_a_rollback_that_makes_no_sense_changes_nothing(
    seawall: Any, publish: Callable[[int], None], project: Path, args: list[str]
) -> None:
    """Without a reason, without a batch, to a version that isn't there or is live: exit 2."""
    publish(5)

    assert seawall("rollback", CONFIG, *args).returncode == 2
    assert (
        json.loads(seawall("status", CONFIG, "--json").stdout)["batches"][0]["entry"]["version"]
        == 1
    )
    assert rows(project) == 5


def test_a_faulty_file_is_exit_78(seawall: Any, project: Path) -> None:
    """With the fault at its place."""
    (project / CONFIG).write_text("pipelin: x\n")

    done = seawall("status", CONFIG)

    assert done.returncode == 78
    assert f"{CONFIG}:1:" in done.stderr
