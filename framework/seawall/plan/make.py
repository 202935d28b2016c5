"""From a pipeline file and a batch's key to a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from seawall.config.ingest import FilePrimary, Primary
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.sources import CsvFormat
from seawall.config.templates import batch_key, fill
from seawall.conform import arrow_type
from seawall.contracts import Caps, ChunkedSource, Context
from seawall.errors import ConfigError, DataError, UsageError
from seawall.models import pin
from seawall.plan.bound import step_faults
from seawall.plan.fingerprint import content, details, groups
from seawall.plan.plan import Plan
from seawall.plan.schema import Arrived, Before, hold
from seawall.sources import FileSource, below, open_source
from seawall.sources.caps import small_enough
from seawall.stages.pandera_schema import schema_of

__all__ = [
    "columns_read",
    "context_of",
    "fetched",
    "groundwork",
    "make_plan",
    "name_of",
    "source_of",
]


def _nothing() -> None:
    """No version was published before."""


def make_plan(
    loaded: LoadedConfig,
    batch: str,
    *,
    now: Callable[[], datetime],
    spool: Path | None = None,
    before: Before = _nothing,
) -> Plan:
    """The plan of one batch: files listed and hashed, schema held to the contract, model pinned.

    `spool` is the Parquet file into which a primary that has to be fetched was fetched; `before`
    finds the version whose columns are shown beside those that came, where these are wrong. Raises
    ConfigError when a step cannot be imported or made, UnavailableError when the input or the model
    is missing, DataError when a file is damaged or lacks a column, ForbiddenError when the model is
    not the pinned one.
    """
    config, faults = loaded.config, step_faults(loaded)
    if faults:
        raise ConfigError(faults)
    source = source_of(loaded, batch, spool)
    fragments = source.fragments()
    if spool is not None:
        name = name_of(config.ingest.primary)
        fragments = tuple(replace(fragment, name=name) for fragment in fragments)
    columns = columns_read(config)
    schema = source.schema(fragments)
    hold(config, Arrived(schema, fragments[0].shown, before), columns)
    caps = config.ingest.primary.caps.caps(Caps())
    small_enough(source.decoded_bytes(fragments, columns), caps, str(source))
    model = pin(config.predict, root=loaded.root, batch=batch)
    what = details(config, loaded.root, model, fragments)
    return Plan(
        config=config,
        config_path=loaded.path,
        root=loaded.root,
        context=context_of(config, batch, now=now),
        source=source,
        columns=columns,
        fragments=fragments,
        chunks=tuple(source.chunks(fragments, config.ingest.primary.chunk_rows)),
        model=model,
        fingerprint=groups(what) | {"content": content(fragments)},
        details=what,
        input_schema={field.name: str(field.type) for field in schema},
    )


def context_of(config: PipelineConfig, batch: str, *, now: Callable[[], datetime]) -> Context:
    """What stages may ask; `as_of` is now where the file does not say."""
    if config.as_of is None:
        return Context(config.pipeline, batch_key(batch), now(), key=config.ingest.primary.key)
    try:
        stated = datetime.fromisoformat(fill(config.as_of, batch_key(batch)))
    except ValueError:
        raise DataError(
            "as_of is no time for this batch",
            "as_of",
            fill(config.as_of, batch),
            "an ISO timestamp once {batch} is filled in",
            "name the batch by its date, or change as_of",
        ) from None
    if stated.tzinfo is None:
        stated = stated.replace(tzinfo=ZoneInfo(config.timezone) if config.timezone else UTC)
    return Context(config.pipeline, batch, stated, key=config.ingest.primary.key)


def groundwork(loaded: LoadedConfig, batch: str) -> dict[str, str]:
    """Everything but the input that changes values, once the steps and the model are found.

    Raises ConfigError, UnavailableError and ForbiddenError as `make_plan` does.
    """
    faults = step_faults(loaded)
    if faults:
        raise ConfigError(faults)
    model = pin(loaded.config.predict, root=loaded.root, batch=batch)
    return details(loaded.config, loaded.root, model, ())


def fetched(primary: Primary) -> bool:
    """Whether the primary is read into a file of the run's own before it can be read at will."""
    return not isinstance(primary, FilePrimary) or primary.remote or primary.compressed


def name_of(primary: Primary) -> str:
    """What the primary is called where its rows have no file of their own."""
    return f"{primary.type} primary"


def source_of(loaded: LoadedConfig, batch: str, spool: Path | None = None) -> ChunkedSource:
    """The primary source of a batch, from its spool where it has to be fetched; nothing is read yet."""
    primary = loaded.config.ingest.primary
    contracts = loaded.config.validate_.columns
    types = {name: arrow_type(contract) for name, contract in contracts.items()}
    caps = primary.caps.caps(Caps())
    if spool is not None:
        pattern = below(spool.parent, spool.name)
        return open_source(FileSource("parquet", pattern, CsvFormat(), caps), types)
    if not isinstance(primary, FilePrimary) or fetched(primary):
        raise UsageError("the primary has to be fetched first", "ingest.primary", primary.type)
    pattern = below(loaded.root, fill(primary.path, batch_key(batch)))
    return open_source(FileSource(primary.type, pattern, primary.csv, caps), types)


def columns_read(config: PipelineConfig) -> tuple[str, ...] | None:
    """The source's columns that are read: the listed ones, else the contract's, else all (None).

    Those that a pandera schema names are of the contract; it is imported for that.
    """
    ingest, declared = config.ingest, dict.fromkeys(config.validate_.columns)
    if ingest.primary.columns is None and config.validate_.pandera:
        named = schema_of(config.validate_.pandera).columns
        if named is None:
            return None
        declared |= dict.fromkeys(named)
    if not declared and ingest.primary.columns is None:
        return None
    added = {new for lookup in ingest.joined.values() for new in lookup.added_columns.values()}
    contract = [name for name in declared if name not in added]
    joins = [name for lookup in ingest.joined.values() for name in lookup.join_columns]
    listed = contract if ingest.primary.columns is None else list(ingest.primary.columns)
    return tuple(dict.fromkeys([ingest.primary.key, *listed, *joins]))
