"""The pipeline's plug-ins, imported where they can do no harm, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
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
from seawall.isolation import Answered, Reply
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


def plugin_faults(loaded: LoadedConfig, calls: Calls) -> Iterator[Fault]:
    """Plug-ins that cannot be imported, are no sources, or do not take the file's parameters.

    An import that hangs or ends its process is a fault like any other.
    """
    for path, section in plugged(loaded.config):
        with TemporaryDirectory() as folder:
            found = _misfits(section, calls, Path(folder))
        for misfit in found:
            at = (*path, *misfit.key)
            place, whole = loaded.places.value(at), dotted(at)
            yield Fault(place, whole, misfit.what, misfit.seen, misfit.allowed, misfit.todo)
    for path, step in plugged_steps(loaded.config):
        with TemporaryDirectory() as folder:
            reason = _unusable(step, calls, Path(folder))
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


def _misfits(section: PluginSource, calls: Calls, folder: Path) -> list[Misfit]:
    own = section.model_dump(mode="json", by_alias=True, include={"type", "with_"})
    reply = _asked(calls, _HANDLER, {"section": own}, folder)
    if isinstance(reply, Answered):
        return misfits_of(reply.document)
    reason = _no_answer(reply)
    what = f"{label(section.type)} cannot be imported"
    return [Misfit(("type",), what, reason, todo="mend or reinstall its distribution")]


def _unusable(step: Step, calls: Calls, folder: Path) -> str:
    """Why the plug-in cannot be used; '' where it can be."""
    reply = _asked(calls, _STEP_HANDLER, {"target": step.target}, folder)
    if isinstance(reply, Answered):
        return str(reply.document["reason"])
    return _no_answer(reply)


def _asked(calls: Calls, handler: str, document: dict[str, Any], folder: Path) -> Reply:
    return calls.call(handler, document, folder=folder, timeout_s=_TIMEOUT_S, stop=lambda: False)


def _no_answer(reply: Reply) -> str:
    return str(getattr(reply, "reason", f"no end after {_TIMEOUT_S:g} s"))
