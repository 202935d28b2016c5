"""What versions were like: written before the commit that names it, and gone when nobody needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seawall.contracts import LogEntry, StoredFile
from seawall.errors import StorageError
from seawall.profiles import Profile
from seawall.sinks.files import Claim, Draft, FilesSink, Holder, garbage
from seawall.sinks.files.described import Described, described

HOLDER = Holder.here("r")
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
LATER = BEGAN + timedelta(days=30)
Publish = Callable[..., LogEntry]


def like(run: str = "r") -> Described:
    """Ten rows without a column."""
    return Described("b", run, Profile(7, {}), Profile(3, {}), "m", ("x",))


@pytest.fixture
def published(sink: FilesSink, draft: Callable[[Claim, int, int], Draft]) -> Publish:
    """Publishes a version with its profile."""

    def published(batch: str, value: int = 1, *, at: datetime = BEGAN) -> LogEntry:
        with sink.claim(batch, HOLDER) as claim:
            own = draft(claim, value, 1)
            profile = claim.keep_profile(like().stored())
            return claim.commit(replace(own, profile=profile, committed_at=at))

    return published


def kept(sink: FilesSink, batch: str) -> list[str]:
    """The versions of which there is a profile."""
    return sorted(name.partition(".")[0] for name in sink.disk.list(sink.layout.profiles(batch)))


def test_a_profile_comes_back(sink: FilesSink, published: Publish) -> None:
    """The log names the file, and the file says what was written into it."""
    entry = published("b")

    assert entry.profile is not None
    assert described(sink.disk, sink.layout, entry.profile) == like()


@pytest.mark.parametrize("payload", [b"", b"{}", b"[1]", b'{"seawall profile": 2}', b"\xff"])
def test_other_documents_are_refused(payload: bytes) -> None:
    """Whatever else stands in such a file is no profile."""
    with pytest.raises(ValueError, match=r"\w"):
        Described.read(payload)


@pytest.mark.parametrize("path", ["../../etc/passwd", "data/b/1", "profiles/../x", "/profiles/b/1"])
def test_a_log_that_names_another_file_is_torn(
    sink: FilesSink, draft: Callable[[Claim, int, int], Draft], path: str
) -> None:
    """No entry leads out of the folder of profiles."""
    with sink.claim("b", HOLDER) as claim:
        claim.commit(replace(draft(claim, 1, 1), profile=StoredFile(path, "0" * 64, 1, 0)))

    with pytest.raises(StorageError, match="log entry is torn"):
        sink.entries("b")


def test_profiles_go_with_their_versions(sink: FilesSink, published: Publish) -> None:
    """Of old versions, and of runs that were killed before their commit, nothing stays."""
    for value in range(4):
        published("b", value)
    with sink.claim("b", HOLDER) as claim:
        orphan = claim.keep_profile(like().stored())
        claim.collect_garbage(LATER)
        before = kept(sink, "b")
        published_after = sink.layout.state / orphan.path

    assert before == ["00000003", "00000004", "00000005"]
    assert published_after.exists(), "it may be of a commit whose outcome nobody knows"


def test_a_killed_write_is_swept(sink: FilesSink, published: Publish) -> None:
    """A temporary name beside the profiles is gone at the next claim's sweep."""
    published("b")
    left = sink.layout.profiles("b") / ".00000002.x.tmp"
    left.write_bytes(b"half")
    with sink.claim("b", HOLDER) as claim:
        claim.sweep()

    assert not left.exists()


def test_only_the_newest_batches_keep_profiles(sink: FilesSink, published: Publish) -> None:
    """Of older batches nobody is compared with they go, and the versions themselves stay."""
    for day in range(4):
        published(f"b{day}", day, at=BEGAN + timedelta(days=day))
    removed = garbage.collect_profiles(sink.disk, sink.layout, now=LATER, keep=2)

    assert [kept(sink, f"b{day}") for day in range(4)] == [[], [], ["00000001"], ["00000001"]]
    assert {waste.path.parent.name for waste in removed} == {"b0", "b1"}
    assert all(Path(sink.layout.published(entry)).exists() for entry in sink.newest_first())


def test_nothing_young_goes(sink: FilesSink, published: Publish) -> None:
    """Within seven days of its commit a profile stays, however many batches there are."""
    for day in range(3):
        published(f"b{day}", day)
    soon = BEGAN + timedelta(days=6)

    assert garbage.collect_profiles(sink.disk, sink.layout, now=soon, keep=1) == []
    assert [kept(sink, f"b{day}") for day in range(3)] == [["00000001"]] * 3
