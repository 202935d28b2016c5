"""The means of outputs against those of the version that was published before, on the keys of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.calling import said
from seawall.config.sources import CsvFormat
from seawall.contracts import LogEntry
from seawall.gate import MeanChange
from seawall.running.fold import Fold
from seawall.running.history import previous
from seawall.sinks.files.sink import Claim
from seawall.sources import FileSource, open_source

__all__ = ["compared"]

_KEPT = 1_000_000
"""How many keys of the earlier version are kept at most: 16 bytes each."""
_ROWS = 131_072

Pieces = Iterable[pa.Table]


def compared(fold: Fold, claim: Claim) -> dict[str, MeanChange]:
    """For each output whose mean may move only so far: the means here and in the version before.

    That is the live version of this batch, else that of the batch before it. Of more than a million
    keys a sample is compared, chosen by their hash, the same here and there.
    """
    judged = fold.plan.config.check_output.distribution
    names = [name for name, wanted in judged.items() if wanted.max_mean_change is not None]
    entry = previous(claim.sink, claim.batch) if names else None
    if entry is None or not fold.account.published:
        return {name: MeanChange() for name in names}
    return {name: _tried(name, fold, claim, entry) for name in names}


def _tried(name: str, fold: Fold, claim: Claim, entry: LogEntry) -> MeanChange:
    """The change; a problem in place of it, for the gate to count as failed."""
    version = f"version {entry.version} of batch {entry.batch}"
    try:
        return _change(name, fold, claim, entry)
    except Exception as error:  # noqa: BLE001 - the border of a check
        problem = f"{version} cannot be compared with: {type(error).__name__}: {said(error)}"
        return MeanChange(problem=problem, version=version)


def _change(name: str, fold: Fold, claim: Claim, entry: LogEntry) -> MeanChange:
    key, sampled = fold.plan.primary.key, -(-max(entry.file.rows, 1) // _KEPT)
    types = {field.name: field.type for field in fold.schema([key, name])}
    before = _sampled(_published(claim, entry, types), (key, name), sampled)
    now = _sampled(fold.tables([key, name]), (key, name), sampled)
    shared, there, here = np.intersect1d(before[0], now[0], return_indices=True)
    version = f"version {entry.version} of batch {entry.batch}"
    if not len(shared):
        return MeanChange(version=version)
    means = (float(np.mean(before[1][there])), float(np.mean(now[1][here])))
    return MeanChange(*means, keys=len(shared), sampled=sampled, version=version)


def _published(claim: Claim, entry: LogEntry, types: dict[str, pa.DataType]) -> Iterator[pa.Table]:
    """The rows of the published file, piece by piece, in the types that they have here."""
    claim.require_file(entry)
    path = Path(claim.sink.layout.published(entry))
    source = open_source(FileSource(claim.sink.format, str(path), CsvFormat()), types)
    fragments = source.fragments()
    schema = pa.schema(list(types.items()))
    for ref in source.chunks(fragments, _ROWS):
        yield source.read(fragments, ref, list(types)).table.select(list(types)).cast(schema)


def _sampled(
    pieces: Pieces, columns: tuple[str, str], one_in: int
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """The hashes of the sampled keys, and the values of their rows; rows without a value are left out."""
    hashes, numbers = [np.empty(0, np.uint64)], [np.empty(0)]
    for table in pieces:
        keys = pd.util.hash_pandas_object(table.column(columns[0]).to_pandas(), index=False)
        values = table.column(columns[1]).to_pandas().to_numpy(dtype=np.float64, na_value=np.nan)
        chosen = (keys.to_numpy() % np.uint64(one_in) == 0) & ~np.isnan(values)
        hashes.append(keys.to_numpy()[chosen])
        numbers.append(values[chosen])
    return np.concatenate(hashes), np.concatenate(numbers)
