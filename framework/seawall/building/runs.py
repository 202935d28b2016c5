"""A reference of what was published, or was held and accepted: the profiles that runs have kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from seawall.building.built import Built, Part, built
from seawall.building.told import NOBODY, Told
from seawall.config.load import LoadedConfig
from seawall.errors import DataError, StorageError
from seawall.plan.profiled import columns_of
from seawall.profile import Profile
from seawall.running.accepted import accepted, profile_of
from seawall.sinks.files import FilesSink

__all__ = ["from_runs", "profiles_of_runs"]


def from_runs(loaded: LoadedConfig, sink: FilesSink, last: int, *, told: Told = NOBODY) -> Built:
    """The sum of the newest accepted batches' profiles, without the rows that a fallback served.

    Only batches are added that count their columns as the newest does; the others, and damaged
    files, are named. Raises DataError when there is no batch.
    """
    parts, skipped = profiles_of_runs(sink, last, told=told)
    if not parts:
        raise DataError(
            "no accepted run has kept a profile",
            str(sink.folder),
            "; ".join(skipped.values()) or "none",
            "published runs, from which columns were described",
            "run the pipeline, or build from batches: --batch A..B",
        )
    origin = f"{len(parts)} runs, {parts[0].batch} to {parts[-1].batch}"
    reference = built(loaded.config, parts, origin=origin, created_at=sink.clock())
    missing = [n for n in columns_of(loaded.config, ()) if n not in reference.profile.columns]
    return Built(reference, tuple(missing), tuple(skipped.items()))


def profiles_of_runs(
    sink: FilesSink, last: int, *, told: Told = NOBODY
) -> tuple[list[Part], dict[str, str]]:
    """The newest accepted batches that are counted alike, the oldest first; and why others are not."""
    skipped: dict[str, str] = {}
    found: list[Part] = []
    for part in islice(_read(sink, skipped), last):
        other = found and _difference(found[0].profile, part.profile)
        if other:
            skipped[part.batch] = f"its columns are counted in another way: {other}"
        else:
            found.append(part)
    for batch, why in skipped.items():
        told.note(f"batch {batch} is left out: {why}")
    return found[::-1], skipped


def _read(sink: FilesSink, skipped: dict[str, str]) -> Iterator[Part]:
    for one in accepted(sink):
        try:
            yield Part(one.batch, profile_of(sink, one).live)
        except StorageError as error:
            skipped[one.batch] = f"{error.what} ({error.seen})"


def _difference(newest: Profile, other: Profile) -> str:
    """The first column that only one of them has, or that is counted by another shape; '' of none."""
    names = dict.fromkeys([*newest.columns, *other.columns])
    for name in names:
        both = newest.columns.get(name), other.columns.get(name)
        if both[0] is None or both[1] is None:
            return f"{name} is not in both"
        if both[0].shape != both[1].shape:
            return f"{name}, {both[1].shape} where the newest has {both[0].shape}"
    return ""
