"""What `seawall plan` says of the version that is live."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from seawall.cli.foreseen import foreseen
from seawall.sinks.files import FilesSink

BATCH = "2013-07-01"


def said(project: Path, planned: dict[str, str] | None) -> str:
    """What a plan of this fingerprint is told."""
    return foreseen(FilesSink(project / "predictions" / "delays"), BATCH, planned)


def test_nothing_is_live(project: Path) -> None:
    """Before the first run there is nothing, and no folder is made."""
    assert said(project, {"input": "1"}) == "nothing; a run computes the batch"
    assert not (project / "predictions").exists()


def test_the_same_is_live(project: Path, publish: Callable[..., None]) -> None:
    """A version of the same inputs would be found published."""
    publish(1)

    assert said(project, {"input": "1"}).startswith("version 1, of run run-1; config, code, model")


def test_another_is_live(project: Path, publish: Callable[..., None]) -> None:
    """What differs is named; of a primary that is fetched nothing is known yet."""
    publish(1)

    assert said(project, {"input": "2", "code": "x"}).endswith("anew, from another code, input")
    assert "when its rows are fetched" in said(project, None)


def test_it_was_rolled_back(project: Path, publish: Callable[..., None]) -> None:
    """What somebody rolled back would be refused."""
    publish(1)
    publish(2)
    FilesSink(project / "predictions" / "delays", handover_s=0).rollback(
        BATCH, reason="wrong", by="me", run_id="r"
    )

    assert "a run is refused" in said(project, {"input": "2"})
    assert "a run finds it published" in said(project, {"input": "1"})
