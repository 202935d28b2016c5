"""What an explanation says of what is live now, whatever was live when the run ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seawall.cli.live import Live, live
from seawall.ledger import existing_ledger, run
from seawall.sinks.files import FilesSink, Holder

BATCH = "2013-07-01"
VIEW = f"predictions/delays/batch={BATCH}/predictions.parquet"


@pytest.fixture
def told(
    project: Path, recorded: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Live]:
    """What is said of a run that has ended so."""
    monkeypatch.chdir(project)

    def tell(run_id: str, **ending: Any) -> Live:
        recorded(run_id, **ending)
        ledger = existing_ledger(str(project / ".seawall/ledger.db"))
        assert ledger is not None
        try:
            return live(run(ledger, run_id).run)
        finally:
            ledger.close()

    return tell


def sink(project: Path) -> FilesSink:
    """Where the project publishes."""
    return FilesSink(project / "predictions/delays", handover_s=0)


def back(project: Path, to: int) -> None:
    """Somebody went back to the version."""
    sink(project).rollback(BATCH, to=to, reason="it was wrong", by="Ada", run_id="rollback-1")


def hold(project: Path, run_id: str) -> None:
    """A run of the batch is held."""
    with sink(project).claim(BATCH, Holder.here(run_id)) as claim:
        plan = claim.open_plan(run_id.replace("-", ""))
        plan.put_plan({})
        plan.put_outcome("held")


def test_a_version_that_is_live(told: Any, publish: Callable[..., None]) -> None:
    """The newest version is live, where readers read it."""
    publish(5)

    assert told("run-5", version=1) == Live(f"version 1 is live at {VIEW}", 1)


def test_a_version_that_was_rolled_back(
    told: Any, publish: Callable[..., None], project: Path
) -> None:
    """It is not live any more, and who went back, why and to what is said; what came back is live."""
    publish(5)
    publish(7)
    back(project, 1)
    gone, again = told("run-7", version=2), told("run-5", version=1)

    assert gone.said == (
        f"its version 2 is not live any more: version 3 is, at {VIEW} "
        "(rollback to version 1 by Ada: it was wrong)"
    )
    assert again.said == f"its version 1 is live again, as version 3, at {VIEW}"


def test_a_held_run_with_a_version_behind_it(
    told: Any, publish: Callable[..., None], project: Path
) -> None:
    """A later version is named, and keeps it from being released; without one it may be."""
    hold(project, "run-1")
    before = told("run-1", state="held", exit=4, version=0)
    publish(5)
    after = told("run-1", state="held", exit=4, version=0)

    assert before == Live("nothing of this batch is published in predictions/delays", 0)
    assert after.said == f"version 1 is live at {VIEW} (publish of run run-5)"
    assert after.stale == "version 1 is live (publish of run run-5)"


def test_a_held_run_with_a_held_one_behind_it(told: Any, project: Path) -> None:
    """The newest held run alone is released, and none of which nothing is kept."""
    hold(project, "run-1")
    hold(project, "run-2")

    ending = {"state": "held", "exit": 4, "version": 0}
    assert told("run-1", **ending).stale == "run run-2 was held after it"
    assert told("run-2", **ending).stale == ""
    assert told("run-3", **ending).stale == "nothing of it is kept"


def test_a_log_that_cannot_be_read(told: Any, publish: Callable[..., None], project: Path) -> None:
    """It is said that what is live cannot be told, beside what the run has published."""
    publish(5)
    (project / f"predictions/delays.seawall/log/{BATCH}/00000001.json").write_text("{")
    seen = told("run-5", version=1, path=VIEW)

    assert seen.version is None
    assert seen.said.startswith(
        f"it published version 1 at {VIEW}; what is live now cannot be told: "
    )
