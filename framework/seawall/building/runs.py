"""A reference of what was published, or was held and accepted: the profiles that runs have kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from seawall.building.built import Built, Part, built
from seawall.building.told import NOBODY, Told, few, tell_skipped
from seawall.config.load import LoadedConfig
from seawall.errors import DataError, StorageError
from seawall.plan.profiled import columns_of
from seawall.profiles import Profile
from seawall.running.accepted import counting, profile_of
from seawall.sinks.files import FilesSink
from seawall.sinks.files.decisions import torn

__all__ = ["Kept", "from_runs", "profiles_of_runs"]


@dataclass(frozen=True, slots=True)
class Kept:
    """The profiles of accepted batches that are counted alike, the oldest first; and why others are not.

    `lost` are those whose file is gone or damaged, `other` those that were counted in another way.
    """

    parts: tuple[Part, ...]
    lost: Mapping[str, str]
    other: Mapping[str, str]


def from_runs(
    loaded: LoadedConfig, sink: FilesSink, last: int, *, skip_failed: bool, told: Told = NOBODY
) -> Built:
    """The sum of the newest accepted batches' profiles, without the rows that a fallback served.

    Only batches are added that count their columns as the newest does; the others are named. Raises
    DataError when there is no batch, and for profiles that are gone or damaged unless such are skipped.
    """
    kept = profiles_of_runs(sink, last, told=told)
    if kept.lost and not skip_failed:
        raise _lost(kept, sink)
    skipped = {**kept.lost, **kept.other}
    if not kept.parts:
        raise DataError(
            "no accepted run has kept a profile",
            str(sink.folder),
            few([f"{batch}: {why}" for batch, why in skipped.items()], "; ") or "none",
            "published runs, from which columns were described",
            "run the pipeline, or build from batches: --batch A..B",
        )
    reference = built(loaded.config, kept.parts, origin=_origin(kept), created_at=sink.clock())
    missing = [n for n in columns_of(loaded.config, ()) if n not in reference.profile.columns]
    return Built(reference, tuple(missing), tuple(skipped.items()))


def profiles_of_runs(sink: FilesSink, last: int, *, told: Told = NOBODY) -> Kept:
    """Of so many of the newest accepted batches the profiles, as far as they can be added up.

    Those that are left out are told, and so are decisions that are damaged.
    """
    found: list[Part] = []
    lost: dict[str, str] = {}
    other: dict[str, str] = {}
    for one in islice(counting(sink), last):
        try:
            part = Part(one.batch, profile_of(sink, one).live)
        except StorageError as error:
            lost[one.batch] = f"{error.what} ({error.seen})"
            continue
        difference = found and _difference(found[0].profile, part.profile)
        if difference:
            other[part.batch] = f"its columns are counted in another way: {difference}"
        else:
            found.append(part)
    tell_skipped(told, {**lost, **other})
    for text in torn(sink.disk, sink.layout):
        told.note(f"a damaged decision, judged by its file's name: {text}")
    return Kept(tuple(found[::-1]), lost, other)


def _lost(kept: Kept, sink: FilesSink) -> DataError:
    count = len(kept.lost) + len(kept.other) + len(kept.parts)
    return DataError(
        f"{len(kept.lost):,} of the {count:,} accepted runs have no profile that can be read",
        str(sink.folder),
        few([f"{batch}: {why}" for batch, why in kept.lost.items()], "; "),
        "a profile of each",
        "--skip-failed builds from the others; --batch A..B scores these batches anew",
    )


def _origin(kept: Kept) -> str:
    first, last = kept.parts[0].batch, kept.parts[-1].batch
    return (
        f"1 run, {last}" if len(kept.parts) == 1 else f"{len(kept.parts)} runs, {first} to {last}"
    )


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
