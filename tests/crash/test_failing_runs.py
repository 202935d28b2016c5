"""The n-th operation on the disk fails in a whole run, for every n: one named error, and never a loss."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from seawall.config.load import LoadedConfig, load
from seawall.disk import Disk
from seawall.events import Event, ResumeRefused
from seawall.fsck import examine
from seawall.isolation import Isolation
from seawall.running import Order, execute
from seawall.running.execute import sink_of
from seawall.running.order import RunResult, new_run_id
from tests.crash.interposed import Failing
from tests.end_to_end.conftest import BATCH, GROUP, copied, default_frame
from tests.faults.sound import files, log, sound

NAMED = {0, 74, 75}
"""Published in spite of the refusal; the disk has refused; nobody knows whether the commit is durable."""
CHAIN = "      columns: [temp]\n      fallback: [{last_known_good: {max_age: 30d}}]\n"


@dataclass(slots=True)
class Ears:
    """Hears of plans that a run gave up."""

    given_up: list[str] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """See EventSink."""
        if isinstance(event, ResumeRefused):
            self.given_up.append(event.changed)


@dataclass(frozen=True, slots=True)
class Site:
    """A project in this process; `saved` is what stands below `out` before each run."""

    root: Path
    loaded: LoadedConfig
    calls: Isolation
    ears: Ears = field(default_factory=Ears)

    @property
    def saved(self) -> Path:
        """A copy of what was published before."""
        return self.root / "saved"

    @property
    def out(self) -> Path:
        """What readers see."""
        return self.root / "out" / "breakdowns"

    def run(self, disk: Disk) -> RunResult:
        """The run of the batch, whose sink is on the disk."""
        calls = nullcontext(self.calls)
        name = new_run_id(datetime.now(UTC))
        order = Order(
            self.loaded, BATCH, name, workers=1, env={}, disk=disk, isolation=lambda **_: calls
        )
        return execute(order, self.ears)

    def reset(self) -> None:
        """Below `out` stands what stood there before the first run that failed."""
        shutil.rmtree(self.root / "out", ignore_errors=True)
        if self.saved.exists():
            copied(self.saved, self.root / "out")


@pytest.fixture
def site(project: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The small project with two chunks, a chain and a row for quarantine; `kind` is its format."""
    monkeypatch.syspath_prepend(str(project))
    frame = default_frame()
    file = project / "pipeline.yaml"
    text = file.read_text().replace("      columns: [temp]\n", CHAIN)
    file.write_text(text.replace("format: parquet", f"format: {kind}"))
    with Isolation(path=[str(project)]) as calls:
        made = Site(project, load(file, env={}), calls)
        if kind == "csv":
            _put(made, frame.assign(load=50.0))
            made.run(Disk())
            copied(project / "out", made.saved)
        frame.loc[5, "load"] = 999.0
        _put(made, frame)
        yield made
    for name in [name for name in sys.modules if name.partition(".")[0] == "factory"]:
        del sys.modules[name]


def _put(site: Site, frame: pd.DataFrame) -> None:
    rows = frame.head(2 * GROUP)
    rows.to_parquet(site.root / "data" / f"{BATCH}.parquet", row_group_size=GROUP)


def failed(site: Site, steps: tuple[int, int], **how: object) -> Iterator[tuple[str, list[str]]]:
    """For each n from the first in these steps, until nothing was refused: what was, what is wrong then."""
    site.reset()
    before = files(site.out)
    site.run(Disk())
    after = files(site.out)
    n, step = steps
    while True:
        site.reset()
        disk = Failing(Disk(), n, **how)  # type: ignore[arg-type]
        result = site.run(disk)
        if not disk.failed:
            return
        wrong = [*_wrong_then(site, result, before, after), *_wrong_again(site, after)]
        yield f"{n} {disk.failed}", wrong
        n += step


def _wrong_then(
    site: Site, result: RunResult, before: dict[str, str], after: dict[str, str]
) -> Iterator[str]:
    if result.exit not in NAMED:
        yield f"exit {result.exit!r}: {result.message}"
    if files(site.out) not in (before, after):
        yield "readers see what was never published"
    if result.exit == 0 and files(site.out) != after and not result.behind:
        yield "it is reported as published, and readers do not see it"
    yield from _faults(site)


def _wrong_again(site: Site, after: dict[str, str]) -> Iterator[str]:
    committed = len(log(site.out, BATCH))
    result = site.run(Disk())
    if result.exit or files(site.out) != after:
        yield f"the next run ends with {result.exit!r}: {result.message}"
    if len(log(site.out, BATCH)) not in (committed, committed + 1):
        yield "the next run published twice"
    yield from (f"the next run began anew: {why}" for why in site.ears.given_up)
    site.ears.given_up.clear()
    sound(site.out)
    left = [str(path) for path in site.root.glob("out/**/*.tmp")]
    yield from (f"after the next run: {wrong}" for wrong in (*_faults(site), *left))


def _faults(site: Site) -> Iterator[str]:
    sink = sink_of(site.loaded.config, site.root)
    yield from (str(problem) for problem in examine(sink) if problem.severity == "fault")


ONCE = {"code": "EIO"}
ALWAYS = {"code": "ENOSPC", "from_then_on": True}


@pytest.mark.faults
@pytest.mark.parametrize(
    ("kind", "how", "steps"),
    [
        *(("parquet", ONCE, (first, 3)) for first in (1, 2, 3)),  # together every n
        ("parquet", ALWAYS, (1, 9)),
        ("csv", ONCE, (1, 6)),
        ("csv", ALWAYS, (1, 9)),
    ],
    ids=["new-once-1", "new-once-2", "new-once-3", "new-full", "again-once", "again-full"],
)
def test_each_operation_of_a_run_fails(
    site: Site, how: dict[str, object], steps: tuple[int, int]
) -> None:
    """Whichever operation fails, readers keep a whole version, and the next run has the bytes of a quiet one."""
    ends = dict(failed(site, steps, **how))

    assert {what: wrong for what, wrong in ends.items() if wrong} == {}
    assert len(ends) * steps[1] > 150
