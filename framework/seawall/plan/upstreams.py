"""Upstreams that the file names and nothing here can serve: faults of the file, no outages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.sources import SourceSection
from seawall.errors import ConfigError
from seawall.sources.served import unserved

__all__ = ["refuse_unserved", "upstream_faults"]


def upstream_faults(loaded: LoadedConfig, env: Mapping[str, str]) -> Iterator[Fault]:
    """URLs that are none, drivers and packages that aren't installed, options that nobody takes."""
    ingest = loaded.config.ingest
    sections: dict[KeyPath, SourceSection] = {("ingest", "primary"): ingest.primary}
    sections |= {("ingest", "lookups", name): way for name, way in ingest.lookups.items()}
    for path, section in sections.items():
        for misfit in unserved(section, env):
            at = (*path, *misfit.key)
            place = loaded.places.value(at)
            if misfit.key == ("url",):  # a URL that cannot be parsed cannot be masked either
                place = replace(place, text="")
            yield Fault(place, dotted(at), misfit.what, misfit.seen, misfit.allowed, misfit.todo)


def refuse_unserved(loaded: LoadedConfig, env: Mapping[str, str]) -> None:
    """Everything that the file names can be asked, or ConfigError says what cannot.

    Without it a chain of fallbacks would answer for a typing mistake, and the run would pass.
    """
    faults = list(upstream_faults(loaded, env))
    if faults:
        raise ConfigError(faults)
