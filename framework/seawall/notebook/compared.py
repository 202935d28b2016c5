"""A batch held against a reference, or against the batches before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from typing_extensions import Unpack

from seawall.contracts import Finding
from seawall.drift.judge import judge_drift
from seawall.drift.settings import Settings
from seawall.errors import UsageError
from seawall.notebook.baselines import fixed, rolling, rolling_look
from seawall.notebook.frames import hold_known, kinds_of
from seawall.notebook.handed import Given, Handed, handed
from seawall.notebook.looks import Look, common_shapes, look_of, measured, without_keys
from seawall.notebook.options import Options, settings_of
from seawall.notebook.unlike import unlike
from seawall.profiles import Profile
from seawall.profiles.shape import Kind

__all__ = ["compare"]

_RANKS = {"fail": 0, "warn": 1}


def compare(
    reference: Given | None,
    batch: Look,
    *,
    history: Iterable[Look] = (),
    kinds: Mapping[str, Kind] | None = None,
    settings: Settings | None = None,
    **options: Unpack[Options],
) -> list[Finding]:
    """What the batch has against the reference: a finding a column, predictions first, then failures.

    Frames or profiles will do, and a path for the reference; None compares with the sum of the last
    ten of `history`, which are earlier batches, the oldest first. With eight or more of these (nine
    without a reference) a column's limits come from its own history; otherwise significance and effect decide.
    `kinds` says what a column is where its dtype doesn't tell; columns of the kind `key` are left
    out. `settings`, or else the options of `drift` in a pipeline file (`alarms="1 in 30 runs"`), say
    what is borne. A column that is missing, new or of another kind gets a finding of its own. Raises
    UsageError for a call that cannot be carried out, DataError for a reference that cannot be read.
    """
    told = settings_of(settings, options)
    against = None if reference is None else handed(reference)
    now, earlier = look_of(batch, "batch"), _earlier(history)
    if against is None and not earlier:
        allowed = "a reference, or a history of earlier batches"
        raise UsageError("nothing to compare with", "compare", "neither", allowed)
    looks = [now, *earlier] if against is None else [now, *earlier, against.look]
    names = [name for look in looks for name in look.columns]
    known = kinds_of(kinds, names)
    hold_known(told.outputs, names, "outputs")
    hold_known(told.columns, names, "settings.columns")
    now, *earlier = [without_keys(look, known) for look in (now, *earlier)]
    if against is not None:
        against = replace(against, look=without_keys(against.look, known))
    return _told(against, earlier, now, kinds=known, settings=told)


def _told(
    against: Handed | None,
    earlier: Sequence[Look],
    now: Look,
    *,
    kinds: Mapping[str, Kind],
    settings: Settings,
) -> list[Finding]:
    """The findings of looks without keys, those about columns that cannot be compared among them."""
    first = [] if against is None else [against.look]
    last = [now] if isinstance(now, Profile) else []
    shapes = common_shapes([*first, *reversed(earlier), *last], kinds)
    before, batch = [measured(look, shapes) for look in earlier], measured(now, shapes)
    then = rolling_look(before) if against is None else measured(against.look, shapes)
    reference = _shared(then.profile, batch.profile)
    base = rolling(reference, before) if against is None else fixed(against, reference, before)
    compared = judge_drift(_shared(batch.profile, reference), base, settings)
    found = [*unlike(then, batch), *compared]
    if not found:
        raise UsageError("no column to compare", "compare", "none on either side", "at least one")
    return sorted(found, key=lambda finding: _place(finding, settings.outputs))


def _shared(profile: Profile, other: Profile) -> Profile:
    """The profile with the columns that the other has, too."""
    kept = {name: column for name, column in profile.columns.items() if name in other.columns}
    return Profile(profile.rows, kept)


def _place(finding: Finding, outputs: Sequence[str]) -> tuple[bool, int]:
    return finding.column not in outputs, _RANKS.get(finding.severity, len(_RANKS))


def _earlier(history: Iterable[Look]) -> list[Look]:
    if isinstance(history, str | Mapping | Profile) or not isinstance(history, Iterable):
        seen, allowed = type(history).__name__, "a list of frames or profiles, the oldest first"
        raise UsageError("no history", "history", seen, allowed)
    return [look_of(look, f"history[{place}]") for place, look in enumerate(history)]
