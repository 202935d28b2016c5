"""The pipeline's source plug-ins, imported where they can do no harm, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.plugged import label
from seawall.config.sources import PluginSource
from seawall.errors import ConfigError
from seawall.isolation import Answered
from seawall.reads.reader import Calls
from seawall.sources.plugin import Misfit, misfits_of

__all__ = ["plugged", "plugin_faults", "refuse_misfits"]

_HANDLER = "seawall.sources.plugin:misfits"
_TIMEOUT_S = 60.0


def plugged(config: PipelineConfig) -> Iterator[tuple[KeyPath, PluginSource]]:
    """Each section of the file whose type is a plug-in's name."""
    ingest = config.ingest
    if isinstance(ingest.primary, PluginSource):
        yield ("ingest", "primary"), ingest.primary
    for name, lookup in ingest.lookups.items():
        if isinstance(lookup, PluginSource):
            yield ("ingest", "lookups", name), lookup


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


def refuse_misfits(loaded: LoadedConfig, calls: Calls | None) -> None:
    """Every plug-in of the file can be used, or ConfigError says which cannot, and why."""
    faults = [] if calls is None else list(plugin_faults(loaded, calls))
    if faults:
        raise ConfigError(faults)


def _misfits(section: PluginSource, calls: Calls, folder: Path) -> list[Misfit]:
    own = section.model_dump(mode="json", by_alias=True, include={"type", "with_"})
    reply = calls.call(
        _HANDLER, {"section": own}, folder=folder, timeout_s=_TIMEOUT_S, stop=lambda: False
    )
    if isinstance(reply, Answered):
        return misfits_of(reply.document)
    reason = getattr(reply, "reason", f"no end after {_TIMEOUT_S:g} s")
    what = f"{label(section.type)} cannot be imported"
    return [Misfit(("type",), what, reason, todo="mend or reinstall its distribution")]
