"""Which batches count, and what a batch is compared with, from the log of a real sink."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.drift import Drift
from seawall.contracts import Account, Finding, StoredFile
from seawall.drift.pasts import against
from seawall.errors import StorageError
from seawall.plan.referenced import NamedReference
from seawall.profiles import Profile, Shape, measure
from seawall.references import Reference
from seawall.running.accepted import accepted, live_before, profile_of
from seawall.running.drifted import drifted, season_of
from seawall.sinks.files import Draft, FilesSink, Holder
from seawall.sinks.files.decisions import Said, decide
from seawall.sinks.files.described import Described
from seawall.staging import Shapes

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
SHAPES = {"x": Shape("ordered", (-1.0, 0.0, 1.0))}
SEGMENTS = {"c": ("a",)}
NONE = Profile(0, {})


def like(seed: int, shapes: dict[str, Shape] = SHAPES) -> Profile:
    """A hundred rows of a usual day."""
    values = np.random.default_rng(seed).normal(size=100)
    return measure(pd.DataFrame({"x": values, "c": ["a", "b"] * 50}), shapes, SEGMENTS)


def mean(profile: Profile) -> float:
    """What tells one day from another."""
    return profile.columns["x"].mean


class Log:
    """A sink in which versions are published one after the other, without their rows."""

    def __init__(self, folder: Path) -> None:
        self.sink = FilesSink(folder / "out")
        self.sink.preflight()
        self.commits = 0

    def publish(self, batch: str, *, judged: str = "ok", **about: Any) -> str:
        """The run that published a version, in which the column x was judged so."""
        self.commits += 1
        run = f"r{self.commits}"
        self.sink.layout.data(batch).mkdir(parents=True, exist_ok=True)
        row = {} if judged == "warn" else {"in_a_row": 1}
        finding = Finding("drift", "warn", "x", "", "", "", {"judged": "fail", **row})
        with self.sink.claim(batch, Holder.here(run)) as claim:
            profile = about.pop("profile", None) or like(self.commits)
            kept = claim.keep_profile(Described(batch, run, profile, NONE).stored())
            draft = Draft(
                kind="publish",
                commit_id=run,
                run_id=run,
                file=StoredFile(f"data/{batch}/{self.commits}", "0" * 64, 1, 100),
                account=Account(100, 100),
                fingerprint={},
                committed_at=BEGIN + timedelta(hours=self.commits),
                findings=() if judged == "ok" else (finding,),
                profile=kept,
            )
            claim.commit(replace(draft, **about))
        return run

    def days(self, count: int, **about: Any) -> None:
        """So many days in a row, from the first of January on."""
        for number in range(count):
            self.publish((BEGIN + timedelta(days=number)).date().isoformat(), **about)

    def decide(self, batch: str, run: str, word: Any) -> None:
        """A person's word on the run."""
        said = Said(word, "because", "me", BEGIN + timedelta(days=99, hours=self.commits))
        decide(self.sink.disk, self.sink.layout, batch=batch, run_id=run, said=said)

    def known(self, before: str | None = None) -> list[str]:
        """The batches that count, the newest first."""
        return [one.batch for one in accepted(self.sink, before)]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A sink without versions."""
    return Log(tmp_path)


@dataclass(frozen=True)
class Folded:
    """As much of a run as is asked."""

    plan: Any
    workspace: Any
    degraded: tuple[str, ...] = ()


class Stub:
    """Answers with what it was made of."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def gathered(log: Log, batch: str, drift: dict[str, Any], reference: Any = None) -> Any:
    """What a run of the batch is compared with."""
    declared = Drift.model_validate({"columns": ["x"], **drift})
    ingest, predict = Stub(primary=Stub(key="k")), Stub(output_columns=("p",))
    plan = Stub(config=Stub(drift=declared, ingest=ingest, predict=predict))
    space = Stub(shapes=lambda: (None, Shapes(SHAPES, SEGMENTS)))
    with log.sink.claim(batch, Holder.here("test")) as claim:
        return drifted(Folded(plan, space), claim, reference)  # type: ignore[arg-type]


def test_days_count_by_their_keys(log: Log) -> None:
    """A day is compared with those before it, however late it is run; other keys by their commits."""
    for batch in ("2024-01-03", "b", "2024-01-01", "2024-01-02", "a"):
        log.publish(batch)

    assert log.known("2024-01-03") == ["2024-01-02", "2024-01-01"]
    assert log.known("b") == ["a", "2024-01-02", "2024-01-01", "2024-01-03"]
    assert log.known()[:2] == ["a", "2024-01-02"]


def test_what_failed_counts_only_by_a_persons_word(log: Log) -> None:
    """What only waits for a second failure to be held is no measure of anything; a release is one.

    Where the file says that failures only warn, they count.
    """
    log.publish("a", judged="fail")
    failed = log.publish("b", judged="fail")
    fine = log.publish("c", judged="warn")
    log.publish("d", judged="fail", kind="release")
    before = log.known()
    log.decide("b", failed, "accept")
    log.decide("c", fine, "exclude")

    assert before == ["d", "c"]
    assert log.known() == ["d", "b"]


def test_a_version_that_was_rolled_back_does_not_count(log: Log) -> None:
    """Of a batch the live version counts, with its own profile, findings and decisions."""
    log.publish("a", profile=like(7))
    log.publish("a", judged="fail")
    first = log.sink.entries("a")[0]
    log.publish("a", kind="rollback", to_version=1)
    (one,) = accepted(log.sink)

    assert (one.run_id, one.profile) == ("r1", first.profile)
    assert mean(profile_of(log.sink, one).live) == mean(like(7))


def test_a_held_run_counts_when_a_person_accepts_it(log: Log) -> None:
    """Its batch was never published, and its plan's folder may be gone."""
    with log.sink.claim("h", Holder.here("held")) as claim:
        space = claim.open_plan("p")
        space.put_plan({})
        space.put_profile(Described("h", "held", like(3), NONE).stored())
    log.decide("h", "held", "accept")
    (one,) = accepted(log.sink)

    assert (one.batch, one.run_id) == ("h", "held")
    assert mean(profile_of(log.sink, one).live) == mean(like(3))


def test_a_profile_that_is_gone_is_left_out_and_a_damaged_one_refused(log: Log) -> None:
    """Garbage goes without a word; other bytes than were written never count."""
    for batch in ("a", "b"):
        log.publish(batch)
    (gone,), (damaged,) = (list((log.sink.layout.profiles(b)).iterdir()) for b in ("a", "b"))
    gone.unlink()
    damaged.write_bytes(damaged.read_bytes().replace(b'"run_id":"r2"', b'"run_id":"r1"'))
    (one,) = accepted(log.sink)

    assert one.batch == "b"
    with pytest.raises(StorageError, match="gone or damaged"):
        profile_of(log.sink, one)


def test_the_batch_before_is_the_one_that_was_published(log: Log) -> None:
    """For a failure in a row it counts what was published right before, accepted or not."""
    log.publish("2024-01-01")
    log.publish("2024-01-02", judged="fail")
    before = live_before(log.sink, "2024-01-03")

    assert before is not None
    assert before.batch == "2024-01-02"
    assert live_before(log.sink, "2024-01-01") is None
    assert gathered(log, "2024-01-03", {"reference": {"rolling": 2}}).streaks == {("", "x"): 1}


@pytest.mark.parametrize(("days", "missing"), [(0, 9), (8, 1), (9, 0)])
def test_a_rolling_reference_needs_nine_batches(log: Log, days: int, missing: int) -> None:
    """With fewer nobody knows what is usual, and it is said how many are missing."""
    log.days(days)
    found = gathered(log, "2024-02-01", {"reference": {"rolling": 3}})

    assert (found.baseline is None) == (missing > 0)
    assert missing in {0, found.missing}


def test_a_rolling_reference_is_the_sum_of_the_newest(log: Log) -> None:
    """So many of the batches before are added up; each of the others has its own distance."""
    log.days(12)
    baseline = gathered(log, "2024-02-01", {"reference": {"rolling": 3}}).baseline

    assert baseline.name == "the last 3 accepted batches"
    assert baseline.reference.rows == 300
    assert [past.batch for past in baseline.past][-1] == "2024-01-12"
    assert len(baseline.past) == 11


def test_like_is_compared_with_like(log: Log) -> None:
    """With a season, the reference of a Monday is the sum of Mondays, once there are four."""
    log.days(23)
    said = {"reference": {"rolling": 10}, "season": "weekday"}

    assert gathered(log, "2024-01-29", said).baseline.reference.rows == 400
    assert gathered(log, "2024-01-24", said).baseline.reference.rows == 1_000


@pytest.mark.parametrize(
    ("season", "batch", "said"),
    [
        ("weekday", "2024-01-01", "Monday"),
        ("month", "2024-01-01T05", "January"),
        ("weekday", "run-7", ""),
        (None, "2024-01-01", ""),
    ],
)
def test_seasons(season: str | None, batch: str, said: str) -> None:
    """A weekday or a month, of keys that begin with a day."""
    drift = Drift.model_validate({"reference": "r.json", "season": season})

    assert season_of(drift, batch) == said


def reference(*, anchor: bool) -> NamedReference:
    """A file that was built from two of the days."""
    built = Reference("p", "runs", BEGIN, like(1) + like(2), ("2024-01-01", "2024-01-02"))
    return NamedReference("the anchor r.json" if anchor else "the reference r.json", built, anchor)


def test_a_fixed_reference_learns_from_the_batches_since(log: Log) -> None:
    """How far later batches were from it is its past; those that it was built from are in the file."""
    log.days(12)
    found = gathered(log, "2024-02-01", {"reference": "r.json"}, reference(anchor=False))

    assert found.anchor is None
    assert found.baseline.name == "the reference r.json"
    assert next(past.batch for past in found.baseline.past) == "2024-01-03"


def test_an_anchor_stands_in_until_there_are_batches_enough(log: Log) -> None:
    """Then it stands beside the rolling reference."""
    said = {"reference": {"rolling": 3, "anchor": "r.json"}}
    alone = gathered(log, "2024-02-01", said, reference(anchor=True))
    log.days(9)
    beside = gathered(log, "2024-02-01", said, reference(anchor=True))

    assert (alone.baseline, alone.anchor.name, alone.missing) == (None, "the anchor r.json", 9)
    assert beside.baseline.name == "the last 3 accepted batches"
    assert beside.anchor.name == "the anchor r.json"


def test_segments_have_baselines_of_their_own(log: Log) -> None:
    """The rows of a segment are compared with the rows of that segment."""
    log.days(9)
    said = {"reference": {"rolling": 3}, "segments": ["c"]}
    found = gathered(log, "2024-02-01", said)

    assert found.segments["c"]["a"].reference.rows == 150
    assert gathered(log, "2024-01-02", said).segments["c"] == {"a": None}


def part_of(log: Log, batch: str, *, past: int, **said: Any) -> Any:
    """What a segment is compared with, against a file of two days with so many days of past."""
    days = [(f"past {n}", like(n), "") for n in range(past)]
    built = reference(anchor="rolling" in said).reference
    named = reference(anchor="rolling" in said)
    named = replace(named, reference=replace(built, past=against(built.profile, days)))
    told = {"reference": {**said, "anchor": "r.json"} if said else "r.json", "segments": ["c"]}
    return gathered(log, batch, told, named).segments["c"]["a"]


def test_a_segment_needs_a_past_of_its_own(log: Log) -> None:
    """The file's is of the whole; with eight days of its own the segment is judged by these."""
    log.days(8)
    early, late = (part_of(log, day, past=10) for day in ("2024-01-08", "2024-01-09"))

    assert (early, len(late.past)) == (None, 8)
    assert part_of(log, "2024-01-03", past=0).past == ()


def test_an_anchor_lends_segments_no_limits(log: Log) -> None:
    """Until they have a rolling reference they wait, or are compared without history."""
    log.days(8)

    assert part_of(log, "2024-01-09", past=10, rolling=3) is None
    assert part_of(log, "2024-01-03", past=0, rolling=3).past == ()


def test_days_without_a_row_are_in_a_segments_past(log: Log) -> None:
    """A segment that comes and goes is known to do so."""
    none = measure(pd.DataFrame({"x": [1.0], "c": ["b"]}), SHAPES, SEGMENTS)
    log.days(10)
    log.publish("2024-01-11", profile=none)
    past = gathered(log, "2024-02-01", {"reference": {"rolling": 3}, "segments": ["c"]})

    assert [one.rows for one in past.segments["c"]["a"].past[-2:]] == [50, 0]
    assert past.segments["c"]["a"].reference.rows == 150


def test_profiles_that_are_gone_are_counted(log: Log) -> None:
    """Somebody moved them away: what is usual is not known, and not for want of batches."""
    log.days(3)
    shutil.rmtree(log.sink.layout.profiles("2024-01-02"))

    assert gathered(log, "2024-02-01", {"reference": {"rolling": 3}}).gone == ("2024-01-02",)


def test_batches_that_were_counted_otherwise_are_no_past(log: Log) -> None:
    """After the grid has changed the past begins anew, and it is said how many batches it takes."""
    log.days(9, profile=like(1, {"x": Shape("ordered", (0.5,))}))
    said = {"reference": {"rolling": 3, "anchor": "r.json"}}
    found = gathered(log, "2024-02-01", said, reference(anchor=True))

    assert found.missing == 9
    assert (found.baseline or found.anchor).past == ()


def test_damaged_batches_are_named(log: Log) -> None:
    """They are left out, and so is nothing else."""
    log.days(10)
    (path,) = log.sink.layout.profiles("2024-01-04").iterdir()
    path.write_bytes(b"{}")
    found = gathered(log, "2024-02-01", {"reference": {"rolling": 3}})

    assert found.damaged == ("2024-01-04",)
    assert found.baseline is not None


def test_a_torn_word_ends_nothing(log: Log) -> None:
    """A run that was excluded stays so where the decision's content is junk, and that is told."""
    log.days(10)
    log.decide("2024-01-04", log.sink.entries("2024-01-04")[0].run_id, "exclude")
    (path,) = log.sink.layout.decisions.glob("*.json")
    path.write_bytes(b"junk")
    found = gathered(log, "2024-02-01", {"reference": {"rolling": 3}})

    assert "2024-01-04" not in [one.batch for one in accepted(log.sink)]
    assert (found.problem, len(found.torn)) == ("", 1)
    assert "batch 2024-01-04" in found.torn[0]
