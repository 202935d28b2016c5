"""Which rows of a version's quarantine a replay takes: none whose key is published already."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from seawall.quarantine import KeptRows, kept_rows
from seawall.quarantine.source import Chosen
from seawall.running.standing import Standing

__all__ = ["chosen_rows"]


def chosen_rows(live: Standing, reason: str | None, *, key: str) -> Chosen:
    """The rows that could be read, left for this reason, and have a key of their own.

    Keys are compared as text: in quarantine they are as the source gave them. Costs a pass over the
    published keys.
    """
    meant = Chosen(reason)
    rows = [kept_rows(live.workspace.path(file)) for file in live.kept]
    keys = [pair for kept in rows for pair in _keys(kept.only(meant.of(kept)), key)]
    published = _published(live, key, {text for _, text in keys})
    return Chosen(reason, frozenset(number for number, text in keys if text in published))


def _keys(rows: KeptRows, key: str) -> Iterator[tuple[int, str]]:
    """The rows' numbers and keys."""
    if key in rows.given.column_names:
        texts = _texts(rows.given.column(key)).to_pylist()
        numbers = rows.told.column("row").to_pylist()
        yield from ((n, text) for n, text in zip(numbers, texts, strict=True) if text is not None)


def _published(live: Standing, key: str, asked: set[str]) -> set[str]:
    """The asked keys that stand in the version."""
    wanted, found = pa.array(sorted(asked), pa.string()), set[str]()
    for _, report in live.chunks:
        with pa.memory_map(str(live.workspace.path(report.part))) as file:
            part = pa.ipc.open_file(file).read_all()
            if asked and part.num_rows and key in part.column_names:
                texts = _texts(part.column(key))
                found.update(texts.filter(pc.is_in(texts, value_set=wanted)).to_pylist())
    return found


def _texts(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    """The keys as text; of a type that is none, nulls: the joined file is held to unique keys anyway."""
    try:
        return keys.cast(pa.string())
    except pa.ArrowException:
        return pa.chunked_array([pa.nulls(len(keys), pa.string())])
