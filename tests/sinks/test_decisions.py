"""People's words on runs: kept for good, the last one counts, and only of runs that there are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest

from seawall.contracts import LogEntry, StoredFile
from seawall.errors import UsageError
from seawall.profiles import Profile, measure, shapes_of
from seawall.running.accepted import accepted
from seawall.sinks.files import FilesSink, Holder
from seawall.sinks.files.decisions import PROFILE, Decision, Said, decide, decided, torn
from seawall.sinks.files.described import Described

BATCH = "2013-07-01"
AT = datetime(2013, 7, 2, tzinfo=UTC)


@pytest.fixture
def published(sink: FilesSink, draft: Callable[..., Any]) -> LogEntry:
    """A version whose run kept a profile."""
    kept = StoredFile("profiles/2013-07-01/00000001.ab", "ab", 1, 0)
    with sink.claim(BATCH, Holder.here("run-1")) as claim:
        return claim.commit(replace(draft(claim, 1, 3), profile=kept))


@pytest.fixture
def held(sink: FilesSink) -> bytes:
    """The profile of a run that was held."""
    with sink.claim(BATCH, Holder.here("run-held")) as claim:
        plan = claim.open_plan("plan")
        frame = pd.DataFrame({"load": [1.0, 2.0, 4.0]})
        profile = measure(frame, shapes_of(frame))
        payload = Described(BATCH, "run-held", profile, Profile(0, {})).stored()
        (plan.folder / PROFILE).write_bytes(payload)
    return payload


def say(sink: FilesSink, run_id: str, **said: Any) -> Decision:
    """A decision, which by default excludes."""
    words = Said(**{"word": "exclude", "reason": "a strike", "by": "eva", "at": AT} | said)
    return decide(sink.disk, sink.layout, batch=BATCH, run_id=run_id, said=words)


def test_a_decision_is_kept(sink: FilesSink, published: LogEntry) -> None:
    """With who, when and why."""
    made = say(sink, published.run_id)

    assert decided(sink.disk, sink.layout) == {published.run_id: made}
    assert (made.word, made.reason, made.by, made.at) == ("exclude", "a strike", "eva", AT)


def test_the_last_word_counts(sink: FilesSink, published: LogEntry) -> None:
    """Earlier decisions stay on disk; of each run the last one is told, whatever its file is called."""
    west = timezone(timedelta(hours=-12))
    last = say(sink, published.run_id, word="accept", at=(AT + timedelta(hours=1)).astimezone(west))
    say(sink, published.run_id)

    assert decided(sink.disk, sink.layout) == {published.run_id: last}
    assert len(list(sink.layout.decisions.glob("*.json"))) == 2


def test_a_held_runs_profile_stays(sink: FilesSink, held: bytes) -> None:
    """The folder of a held run goes after a week; its profile stands beside the decision."""
    made = say(sink, "run-held", word="accept")

    assert made.profile is not None
    assert (sink.layout.state / made.profile.path).read_bytes() == held
    assert (made.profile.bytes, made.profile.rows) == (len(held), 3)


def test_a_run_that_did_not_come_to_its_end(
    sink: FilesSink, published: LogEntry, held: bytes
) -> None:
    """It kept no profile; the runs that did are named, none as what may have been meant."""
    with pytest.raises(UsageError, match="did not come to its end") as raised:
        say(sink, "run-helt")

    assert raised.value.allowed == f"{published.run_id}, run-held"
    assert "did you mean" not in raised.value.todo


def test_a_profile_is_its_own_runs(sink: FilesSink, held: bytes) -> None:
    """A run that failed in the plan of one that was held has not what that one's rows looked like."""
    with sink.claim(BATCH, Holder.here("run-failed")) as claim:
        claim.open_plan("plan")

    with pytest.raises(UsageError, match="kept no profile"):
        say(sink, "run-failed")


def test_a_run_without_a_profile(sink: FilesSink, publish: Callable[[int], LogEntry]) -> None:
    """Nothing tells what its rows looked like, so it can be no reference."""
    with pytest.raises(UsageError, match="published without one"):
        say(sink, publish(4).run_id)


def test_a_reason_has_words(sink: FilesSink, published: LogEntry) -> None:
    """Blanks are no reason, and nothing is decided."""
    with pytest.raises(UsageError, match="without a reason"):
        say(sink, published.run_id, reason="  ")

    assert decided(sink.disk, sink.layout) == {}


def damaged(sink: FilesSink, damage: Callable[[str], str]) -> str:
    """The newest decision's content is not what was written; the name of its file."""
    path = max(sink.layout.decisions.glob("*.json"))
    path.write_text(damage(path.read_text()))
    return path.name


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:20],
        lambda text: text.replace("exclude", "forget"),
        lambda text: text.replace('"exclude"', '"accept"'),
        lambda text: text.replace("+00:00", "").replace("Z", ""),
        lambda text: json.dumps(json.loads(text) | {"profile": ["../../etc", "", 1, 1]}),
    ],
)
def test_a_damaged_decision_stands(
    sink: FilesSink, published: LogEntry, damage: Callable[[str], str]
) -> None:
    """The file's name says the word on the run, which stands; it is told, with what to do."""
    say(sink, published.run_id, word="accept")
    say(sink, published.run_id, at=AT + timedelta(hours=1))
    name = damaged(sink, damage)
    (told,) = torn(sink.disk, sink.layout)

    assert decided(sink.disk, sink.layout)[published.run_id].word == "exclude"
    assert f"batch {BATCH}, run {published.run_id} stays excluded" in told
    assert name in told


def test_a_foreign_file_decides_nothing(sink: FilesSink, published: LogEntry) -> None:
    """A name that no decision has is told, and the others count."""
    made = say(sink, published.run_id)
    (sink.layout.decisions / "notes.json").write_text("{}")

    assert decided(sink.disk, sink.layout) == {published.run_id: made}
    assert ["notes.json" in told for told in torn(sink.disk, sink.layout)] == [True]


def test_a_damaged_word_lends_no_profile(sink: FilesSink, held: bytes) -> None:
    """What a held run looked like is not known without the digest that its decision had."""
    say(sink, "run-held", word="accept")
    damaged(sink, lambda text: text[:20])

    assert decided(sink.disk, sink.layout)["run-held"].profile is None
    assert list(accepted(sink)) == []
