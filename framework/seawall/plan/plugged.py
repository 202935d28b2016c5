"""The pipeline's plug-ins, imported where they can do no harm, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.judging import Step
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.named import BUILT_INS
from seawall.config.plugged import label
from seawall.config.sources import PluginSource
from seawall.errors import ConfigError
from seawall.isolation import Answered
from seawall.reads.reader import Calls
from seawall.sources.plugin import Misfit, misfits_of

__all__ = ["plugged", "plugged_steps", "plugin_faults", "refuse_misfits", "steps_of"]

_HANDLER = "seawall.sources.plugin:misfits"
_STEP_HANDLER = "seawall.stages.importing:unusable"
_TIMEOUT_S = 60.0


def plugged(config: PipelineConfig) -> Iterator[tuple[KeyPath, PluginSource]]:
    """Each section of the file whose type is a plug-in's name."""
    ingest = config.ingest
    if isinstance(ingest.primary, PluginSource):
        yield ("ingest", "primary"), ingest.primary
    for name, lookup in ingest.lookups.items():
        if isinstance(lookup, PluginSource):
            yield ("ingest", "lookups", name), lookup


def steps_of(config: PipelineConfig) -> Iterator[tuple[KeyPath, Step]]:
    """Filters, rules and stages in the order in which they run, each with its place in the file."""
    for number, step in enumerate(config.validate_.filters):
        yield ("validate", "filters", number), step
    for number, rule in enumerate(config.validate_.rules):
        yield ("validate", "rules", number), rule
    for number, stage in enumerate(config.featurize):
        yield ("featurize", number), stage


def plugged_steps(config: PipelineConfig) -> Iterator[tuple[KeyPath, Step]]:
    """Each filter, rule and stage that another distribution has under a name."""
    for path, step in steps_of(config):
        if ":" not in step.use and step.use not in BUILT_INS[step.group]:
            yield path, step


def plugin_faults(
    loaded: LoadedConfig, calls: Calls, *, timeout_s: float = _TIMEOUT_S
) -> Iterator[Fault]:
    """Plug-ins that cannot be imported, are no sources, or do not take the file's parameters.

    An import that hangs or ends its process is a fault like any other.
    """
    for path, section in plugged(loaded.config):
        with TemporaryDirectory() as folder:
            found = _misfits(section, _Asking(calls, Path(folder), timeout_s))
        for misfit in found:
            at = (*path, *misfit.key)
            place, whole = loaded.places.value(at), dotted(at)
            yield Fault(place, whole, misfit.what, misfit.seen, misfit.allowed, misfit.todo)
    for path, step in plugged_steps(loaded.config):
        with TemporaryDirectory() as folder:
            reason = _unusable(step, _Asking(calls, Path(folder), timeout_s))
        if reason:
            at = (*path, "use")
            what = f"{label(step.use, step.group)} cannot be used"
            place, todo = loaded.places.value(at), "mend or reinstall its distribution"
            yield Fault(place, dotted(at), what, reason, todo=todo)


def refuse_misfits(loaded: LoadedConfig, calls: Calls | None) -> None:
    """Every plug-in of the file can be used, or ConfigError says which cannot, and why."""
    faults = [] if calls is None else list(plugin_faults(loaded, calls))
    if faults:
        raise ConfigError(faults)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Where a question is asked, and for how long an answer is waited for."""

    calls: Calls
    folder: Path
    timeout_s: float

    def answer(self, handler: str, document: dict[str, Any]) -> Mapping[str, Any] | str:
        """The answer, or why there is none."""
        reply = self.calls.call(
            handler,
            document,
            folder=self.folder,
            timeout_s=self.timeout_s,
            stop=lambda: False,
        )
        if isinstance(reply, Answered):
            return reply.document
        return str(getattr(reply, "reason", f"no end after {self.timeout_s:g} s"))


def _misfits(section: PluginSource, asking: _Asking) -> list[Misfit]:
    own = section.model_dump(mode="json", by_alias=True, include={"type", "with_"})
    answer = asking.answer(_HANDLER, {"section": own})
    if not isinstance(answer, str):
        return misfits_of(answer)
    what = f"{label(section.type)} cannot be imported"
    return [Misfit(("type",), what, answer, todo="mend or reinstall its distribution")]


def _unusable(step: Step, asking: _Asking) -> str:
    """Why the plug-in cannot be used; '' where it can be."""
    answer = asking.answer(_STEP_HANDLER, {"target": step.target})
    return answer if isinstance(answer, str) else str(answer["reason"])
