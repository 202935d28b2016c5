"""Which rows of a version's quarantine a replay takes: none whose key is published already."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from seawall.errors import UsageError
from seawall.names import did_you_mean
from seawall.quarantine import KeptRows, kept_rows
from seawall.quarantine.source import Chosen
from seawall.running.standing import Standing
from seawall.shown import listed, shown

__all__ = ["chosen_rows", "refuse_unknown", "taken_reasons"]

_TAKEN = "replay.reasons"
"""The detail of a replay's plan: why rows left that it and the replays before it took."""


def refuse_unknown(live: Standing, reason: str | None) -> None:
    """UsageError for a reason for which no row of the version ever left; nothing where none is left."""
    there = set().union(*(report.quarantined for _, report in live.chunks))
    if reason is None or not there or reason in {*there, *_taken(live)}:
        return
    raise UsageError(
        "no row left for this reason",
        "--reason",
        shown(reason),
        f"one of {listed(map(shown, sorted(there)))}",
        did_you_mean(reason, there)
        or f"seawall explain {live.entry.run_id} has them with their rows",
    )


def taken_reasons(live: Standing, chosen: Chosen) -> dict[str, str]:
    """The detail that has the reasons of the chosen rows, and of those that replays took before."""
    rows = (kept_rows(live.workspace.path(file)) for file in live.kept)
    now = (kept.only(chosen.of(kept)).reasons() for kept in rows)
    return {_TAKEN: json.dumps(sorted({*_taken(live)}.union(*now)))}


def _taken(live: Standing) -> list[str]:
    found: list[str] = json.loads(live.workspace.plan()["details"].get(_TAKEN, "[]"))
    return found


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
