"""How often a pipeline's settings would have raised an alarm, over batches that were or could have been run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from seawall.building.batches import profiles_of_batches
from seawall.building.built import Part, shaping_of
from seawall.building.runs import profiles_of_runs
from seawall.building.told import NOBODY, Told
from seawall.config.drift import Drift, RollingReference
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.drift.calibrate import Calibration, calibrated
from seawall.drift.effects import Effect
from seawall.drift.pasts import against, past_of
from seawall.drift.settings import Settings
from seawall.drift.values import Past
from seawall.errors import DataError, UsageError
from seawall.gate.terms import narrowed, settings_of
from seawall.plan.profiled import compared_columns
from seawall.plan.referenced import NamedReference, reference_of
from seawall.profiles import Profile
from seawall.running.drifted import season_of
from seawall.running.order import Order
from seawall.sinks.files import FilesSink

__all__ = ["calibrated_by_batches", "calibrated_by_runs"]

_RUNS = 400
"""Of published runs, so many are replayed: more than a year of days."""


def calibrated_by_runs(
    loaded: LoadedConfig, sink: FilesSink, *, told: Told = NOBODY
) -> Calibration:
    """What the settings would have given over the accepted batches, and over those of the reference.

    Raises DataError where there are too few batches to say, UsageError for the rule ks-p-value.
    """
    replay = _replay(loaded)
    return replay.calibrated(profiles_of_runs(sink, _RUNS, told=told).parts)


def calibrated_by_batches(
    orders: Sequence[Order], *, skip_failed: bool = False, told: Told = NOBODY
) -> Calibration:
    """What the settings would have given over these batches, which are scored for it.

    With a reference file they are compared with that, else each with those before it. Raises what a
    build raises, DataError where there are too few batches, UsageError for the rule ks-p-value.
    """
    replay = _replay(orders[0].loaded)
    how = None if replay.named is None else shaping_of(replay.named.reference.profile)
    found = profiles_of_batches(orders, how=how, skip_failed=skip_failed, told=told)
    return replay.calibrated(found.parts)


@dataclass(frozen=True, slots=True)
class _Replay:
    """A pipeline's drift section, and the file that its batches are compared with, if one is named."""

    config: PipelineConfig
    drift: Drift
    named: NamedReference | None

    def calibrated(self, parts: Sequence[Part]) -> Calibration:
        try:
            return calibrated(self._past(parts), self._settings(parts))
        except ValueError as error:
            raise DataError(
                "too few batches to say anything",
                "seawall reference calibrate",
                str(error),
                todo="name more of them: --batch A..B; or let the pipeline run for a while",
            ) from None

    def _past(self, parts: Sequence[Part]) -> tuple[Past, ...]:
        """How far each batch was from what it would have been compared with, the oldest first."""
        batches = [
            (one.batch, narrowed(one.profile, self._compared(one.profile)), self._season(one.batch))
            for one in parts
        ]
        if isinstance(self.drift.reference, RollingReference):
            return past_of(batches, rolling=self.drift.reference.rolling)
        if self.named is None:
            return ()
        reference = self.named.reference
        names = self._compared(reference.profile)
        before = (replace(one, effects=_only(one.effects, names)) for one in reference.past)
        since = [batch for batch in batches if batch[0] not in reference.batches]
        return (*before, *against(reference.profile, since))

    def _season(self, batch: str) -> str:
        return season_of(self.drift, batch)

    def _compared(self, profile: Profile) -> tuple[str, ...]:
        return compared_columns(self.config, profile.columns)

    def _settings(self, parts: Sequence[Part]) -> Settings:
        """As a run has them: the alarms are shared by the anchor and the segments."""
        segments = parts[-1].profile.segments if parts else {}
        anchor = self.named is not None and self.named.anchor
        shared = 1 + anchor + sum(sum(map(bool, segments.get(n, ()))) for n in self.drift.segments)
        return settings_of(self.drift, self.config.predict.output_columns, parts=shared)


def _only(effects: Mapping[str, Effect], names: Sequence[str]) -> dict[str, Effect]:
    return {name: effects[name] for name in names if name in effects}


def _replay(loaded: LoadedConfig) -> _Replay:
    config, drift = loaded.config, loaded.config.drift
    if drift is None:
        drift = Drift(reference=RollingReference(rolling=10))
        config = config.model_copy(update={"drift": drift})
    if drift.rule == "ks-p-value":
        raise UsageError(
            "there is nothing to calibrate",
            "drift.rule",
            "ks-p-value, whose limit is drift.p_value",
            "the rule seawall, which learns its limits",
        )
    return _Replay(config, drift, reference_of(loaded, ""))
