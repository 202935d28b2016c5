"""The gate: F81 to F83."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.conftest import BATCH, Command
from tests.end_to_end.test_drift import (  # noqa: F401 - fixtures
    DAYS,
    moved,
    watched,
    watched_template,
)
from tests.faults.conftest import Saw
from tests.faults.sound import ends, files, log

Begin = Callable[..., "subprocess.Popen[str]"]


def shown(out: Path) -> dict[str, str]:
    """What readers see of the batch."""
    return {name: digest for name, digest in files(out).items() if BATCH in name}


def test_f81_drift(
    moved: Path,  # noqa: F811
    score: Command,
    seawall: Command,
    out: Path,
    saw: Saw,
) -> None:
    """A batch that has drifted is held; a person's word publishes it, and the log has who and why."""
    before = shown(out)
    held = score(moved)
    kept = shown(out)
    word = ("--reason", "a second line was built", "--config", "pipeline.yaml")
    released = seawall(moved, "release", "last", *word)
    entry = log(out, BATCH)[-1]

    happened = "held, version 1 stays; released on a person's word, which the log keeps"
    words = ("the predictions in p_break do not look as they did", "seawall release")
    saw([held, released], [4, 0], happened, *words)
    assert kept == before != shown(out)
    assert (entry["kind"], entry["reason"], bool(entry["by"])) == (
        "release",
        "a second line was built",
        True,
    )
    assert entry["account"]["read"] == entry["account"]["published"] == entry["file"]["rows"]


def test_f82_no_reference_yet(project: Path, score: Command, out: Path, saw: Saw) -> None:
    """With a rolling reference a first run is published, and says that it compared with nothing."""
    done = score(project, "--set", "drift={reference: {rolling: 10}}")

    happened = "rolling: published, `uncalibrated`"
    saw(done, 0, happened, "uncalibrated", "nothing to compare with yet", folder=out)


def test_f82_a_reference_that_is_not_there(
    published: Path, score: Command, seawall: Command, out: Path, saw: Saw
) -> None:
    """A file that `drift` names and that is missing is a fault of the pipeline file."""
    before = files(out)
    named = ("--set", "drift={reference: references/none.json}")
    done = [score(published, *named), seawall(published, "check", "pipeline.yaml", *named)]

    happened = "named: refused before anything is read, by `check`, too"
    saw(done, [78, 78], happened, "drift.reference", "there is no such reference", folder=out)
    assert files(out) == before


def test_f83_a_check_that_raises(
    watched: Path,  # noqa: F811
    begin: Begin,
    out: Path,
    saw: Saw,
) -> None:
    """A comparison that cannot be made, since the past is torn meanwhile, counts as one that failed."""
    before = shown(out)
    run = begin(watched, "--force", SEAWALL_FAILPOINT_STOP="4f")
    os.waitpid(run.pid, os.WUNTRACED)
    torn = out.with_name("breakdowns.seawall") / "log" / DAYS[0] / "00000001.json"
    torn.write_text(json.dumps(json.loads(torn.read_text()) | {"version": 7}))
    run.send_signal(signal.SIGCONT)
    said, message = run.communicate(timeout=60)
    done = subprocess.CompletedProcess([], run.returncode, said, message)

    saw(done, 4, "held: it counts as failed", "a check raised, and counts as failed", "torn")
    assert shown(out) == before
    assert ends(out, BATCH)[-1] == "held"
