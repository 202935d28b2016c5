"""From what the pipeline file says of drift to what the judging is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from seawall.config.drift import Drift
from seawall.config.drift import Floors as Declared
from seawall.drift.settings import Floors, Settings, Terms
from seawall.profiles import Profile

__all__ = ["narrowed", "only_warning", "settings_of"]


def settings_of(drift: Drift, outputs: tuple[str, ...], *, parts: int) -> Settings:
    """The settings of each of so many comparisons of one run, which share what may be borne."""
    usual = Settings()
    own = drift.columns if isinstance(drift.columns, dict) else {}
    return Settings(
        alarms=drift.alarms / parts,
        outputs=outputs,
        terms=Terms(_floors(drift.floors)),
        columns={
            name: Terms(_floors(watched.floors or drift.floors), watched.severity)
            for name, watched in own.items()
        },
        rule=drift.rule,
        p_value=drift.p_value,
        alpha=usual.alpha / parts,
        q=usual.q / parts,
    )


def only_warning(settings: Settings) -> Settings:
    """The settings under which no column fails."""
    return replace(
        settings,
        terms=replace(settings.terms, most="warn"),
        columns={name: replace(terms, most="warn") for name, terms in settings.columns.items()},
    )


def narrowed(profile: Profile, columns: tuple[str, ...]) -> Profile:
    """The profile of these columns alone, in their order; of its segments, too."""
    segments: Mapping[str, Mapping[str, Profile]] = {
        name: {value: narrowed(part, columns) for value, part in parts.items()}
        for name, parts in profile.segments.items()
    }
    there = {name: profile.columns[name] for name in columns if name in profile.columns}
    return Profile(profile.rows, there, segments)


def _floors(declared: Declared) -> Floors:
    return Floors(declared.distance, declared.nulls, declared.new, declared.top)
