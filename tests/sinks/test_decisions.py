"""People's words on runs: kept for good, the last one counts, and only of runs that there are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from seawall.contracts import LogEntry, StoredFile
from seawall.errors import StorageError, UsageError
from seawall.sinks.files import FilesSink, Holder
from seawall.sinks.files.decisions import PROFILE, Decision, Said, decide, decided

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
        (plan.folder / PROFILE).write_bytes(b'{"seawall profile": 1}')
    return b'{"seawall profile": 1}'


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
    assert made.profile.bytes == len(held)


def test_an_unknown_run(sink: FilesSink, published: LogEntry) -> None:
    """The error names the runs that can be decided on."""
    with pytest.raises(UsageError, match="no such run") as raised:
        say(sink, "run-7")

    assert published.run_id in raised.value.allowed


def test_a_run_without_a_profile(sink: FilesSink, publish: Callable[[int], LogEntry]) -> None:
    """Nothing tells what its rows looked like, so it can be no reference."""
    with pytest.raises(UsageError, match="before runs kept a profile"):
        say(sink, publish(4).run_id)


def test_a_reason_has_words(sink: FilesSink, published: LogEntry) -> None:
    """Blanks are no reason, and nothing is decided."""
    with pytest.raises(UsageError, match="without a reason"):
        say(sink, published.run_id, reason="  ")

    assert decided(sink.disk, sink.layout) == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:20],
        lambda text: text.replace("exclude", "forget"),
        lambda text: text.replace("+00:00", "").replace("Z", ""),
        lambda text: json.dumps(json.loads(text) | {"profile": ["../../etc", "", 1, 1]}),
    ],
)
def test_a_damaged_decision(
    sink: FilesSink, published: LogEntry, damage: Callable[[str], str]
) -> None:
    """Nobody knows which runs count until it is mended: StorageError that names the file."""
    say(sink, published.run_id)
    (path,) = sink.layout.decisions.glob("*.json")
    path.write_text(damage(path.read_text()))

    with pytest.raises(StorageError, match="torn or was changed") as raised:
        decided(sink.disk, sink.layout)

    assert str(path) in raised.value.where
