"""One attempt at reading a source into a file: what is run in a process of its own.

A document goes in, a document comes out; both are JSON. Nothing here waits or tries again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from seawall.config.scalars import EnvRef
from seawall.config.sources import SourceSection
from seawall.contracts import Failure, Request
from seawall.errors import SoftwareError
from seawall.secrets import Redaction
from seawall.sources.columns import wanted
from seawall.sources.transient import failure_of, is_denied

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.contracts import Source
    from seawall.sources.landing import Landing

__all__ = [
    "HANDLER",
    "READY",
    "deliver",
    "document_of",
    "failure_in",
    "leavings",
    "ready",
    "references",
]

HANDLER = "seawall.sources.delivery:deliver"
"""What a process of its own is asked to call."""


READY = "seawall.sources.delivery:ready"
"""What shows that a process of its own can be begun."""


def ready(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Nothing happened."""
    del document, folder
    return {}


def document_of(
    section: SourceSection, request: Request, env: Mapping[str, str], into: str
) -> dict[str, Any]:
    """What `deliver` is told: the section's own keys, and of the environment what they refer to."""
    from pydantic import TypeAdapter

    kind = next(kind for kind in get_args(SourceSection) if isinstance(section, kind))
    own = set(kind.model_fields)
    return {
        "section": section.model_dump(mode="json", by_alias=True, include=own),
        "env": {name: env[name] for name in references(section) if name in env},
        "request": TypeAdapter(Request).dump_python(request, mode="json"),
        "into": into,
    }


def deliver(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The rows are in `folder/into`: {"rows", "bytes", "as_of"}, or {"failure"} says why not.

    {"unwritten"} says that our own disk refused. Only KeyboardInterrupt is let through.
    """
    from pydantic import TypeAdapter

    from seawall.sources.landing import UnwrittenError

    section = TypeAdapter(SourceSection).validate_python(document["section"])
    redaction = Redaction.of(section, document["env"])
    try:
        return _delivered(section, document, folder / document["into"])
    except KeyboardInterrupt:
        raise
    except UnwrittenError as error:
        return {"unwritten": str(error)}
    except BaseException as error:  # noqa: BLE001 - a fallback link's border: foreign code runs here
        return {"failure": asdict(failure_of(error, section.type, hide=redaction.text))}


def failure_in(document: Mapping[str, Any]) -> Failure | None:
    """The failure that an answer tells of."""
    return Failure(**document["failure"]) if "failure" in document else None


def leavings(into: Path) -> tuple[Path, ...]:
    """The names beside the file that an attempt uses, and leaves behind when it is killed."""
    return tuple(into.with_name(f"{kind}-{into.name}") for kind in ("part", "narrow", "scratch"))


def references(section: SourceSection) -> list[str]:
    """The environment variables that the section refers to."""
    return sorted({found.env for found in _env_refs(section)})


def _env_refs(value: Any) -> Iterator[EnvRef]:
    if isinstance(value, EnvRef):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _env_refs(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _env_refs(entry)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from _env_refs(getattr(value, name))


def _delivered(section: SourceSection, document: Mapping[str, Any], into: Path) -> dict[str, Any]:
    from pydantic import TypeAdapter

    from seawall.sources.open import open_upstream

    request = TypeAdapter(Request).validate_python(document["request"])
    source = open_upstream(section, document["env"], request.root)
    try:
        landing = _landed(source, request, into)
    except Exception as error:
        refresh = getattr(source, "refresh", None)
        if refresh is None or not is_denied(error, section.type):
            raise
        refresh()
        landing = _landed(source, request, into)
    leavings(into)[0].replace(into)
    return {"rows": landing.rows, "bytes": into.stat().st_size, "as_of": _as_of(source)}


def _landed(source: Source, request: Request, into: Path) -> Landing:
    """The source's rows are in the first of the file's leavings; none of them where that failed."""
    from seawall.sources.landing import Landing

    part, narrow, scratch = leavings(into)
    landing = Landing(part, narrow, request.caps)
    try:
        scratch.mkdir(exist_ok=True)
        for piece in _pieces(source, replace(request, scratch=scratch)):
            landing.add(piece)
        landing.close()
    except BaseException:
        landing.abandon()
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return landing


def _pieces(source: Source, request: Request) -> Iterator[pa.Table]:
    """The source's pieces as tables of the same columns; without any piece, a table without rows."""
    import pyarrow as pa

    columns = request.columns
    for answer in source.tables(request):
        piece = _wanted(_table(answer), columns)
        columns = tuple(piece.column_names)
        yield piece
    if columns is request.columns:
        yield pa.table({name: pa.nulls(0) for name in columns or ()})


def _table(answer: Any) -> pa.Table:
    """The piece as a plain table: no index, no metadata, no dictionaries."""
    import pyarrow as pa

    if not isinstance(answer, pa.Table):
        import pandas as pd

        if isinstance(answer, pd.DataFrame):
            answer = pa.Table.from_pandas(answer, preserve_index=False)
    if not isinstance(answer, pa.Table):
        raise SoftwareError(
            "a source handed over something that is no table",
            seen=f"{type(answer).__module__}.{type(answer).__qualname__}",
            allowed="a pandas DataFrame or an Arrow table, or an iterator of them",
        )
    return answer.cast(pa.schema([(field.name, _plain(field.type)) for field in answer.schema]))


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without a dictionary, which differs from piece to piece, and without views."""
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(kind):
        return _plain(kind.value_type)
    if pt.is_string_view(kind):
        return pa.string()
    return pa.binary() if pt.is_binary_view(kind) else kind


def _wanted(piece: pa.Table, columns: tuple[str, ...] | None) -> pa.Table:
    return piece.select(list(wanted(columns, piece.column_names)))


def _as_of(source: Source) -> str | None:
    """When the rows are from, where the source says so; SoftwareError without a time zone."""
    as_of = getattr(source, "as_of", None)
    if as_of is None:
        return None
    if not isinstance(as_of, datetime) or as_of.tzinfo is None:
        raise SoftwareError("a source's as_of is no time with a zone", seen=repr(as_of)[:100])
    return as_of.isoformat()
