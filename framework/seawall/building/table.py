"""A reference of a table that has the features and outputs already: training data, say."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from seawall.building.built import Built, Part, built, shaping
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.conform import ConversionError, conformed, to_frame
from seawall.errors import DataError, UsageError
from seawall.models import load, pin
from seawall.names import did_you_mean
from seawall.plan.profiled import columns_of, compared_columns, needs_features
from seawall.profiles import Profile, measure
from seawall.references.fit import contract_misfits
from seawall.shown import listed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PIECE", "from_table"]

_SAMPLE = 100_000
PIECE = 131_072
"""So many rows are read at once."""

Tables = Callable[[], Iterator["pa.Table"]]


def from_table(
    loaded: LoadedConfig, path: Path, *, created_at: datetime, partial: bool = False
) -> Built:
    """The reference that the table's rows add up to; columns that it lacks are named.

    Those that `drift` compares, or would by default, have to be there unless a part is enough.

    Parquet is read piece by piece, CSV and JSON Lines whole. A column of the contract is typed by it,
    others as the file, or Arrow, types them. Raises DataError for a file that cannot be read, and for
    values that break a column's type; UsageError for another format.
    """
    table, features = _Table(loaded, path, _opened(path)), _features(loaded)
    sample = table.sample()
    how = shaping(sample, loaded.config, features)
    if not partial:
        _refuse_partial(sample.columns, loaded.config, features, path)
    total = Profile(0, {})
    for frame in table.frames():
        total += measure(frame, how.shapes, how.by)
    _refuse_misfits(total, loaded, path)
    parts = [Part("", total)]
    reference = built(loaded.config, parts, origin=f"the table {path.name}", created_at=created_at)
    return Built(reference, how.missing)


def _refuse_partial(
    there: pd.Index[str], config: PipelineConfig, features: tuple[str, ...], path: Path
) -> None:
    """What later batches are compared in is there: of other columns nothing could be said."""
    segments = () if config.drift is None else config.drift.segments
    compared = compared_columns(config, features) or columns_of(config, features)
    wanted = tuple(dict.fromkeys([*compared, *segments]))
    lacking = [name for name in wanted if name not in there]
    if lacking:
        raise DataError(
            f"the table lacks columns that are compared: {listed(lacking)}",
            str(path),
            listed(there),
            listed(wanted),
            "build from a table that has them, or from batches: --batch A..B; "
            "--partial says that the others are enough",
        )


def _refuse_misfits(profile: Profile, loaded: LoadedConfig, path: Path) -> None:
    """The table's columns are what their contracts say: no stage stands between."""
    for misfit in contract_misfits(profile, loaded.config):
        where = f"{path}, column {misfit.column}"
        raise DataError(misfit.what, where, misfit.seen, misfit.allowed, "mend the table")


def _features(loaded: LoadedConfig) -> tuple[str, ...]:
    """The model's columns, where they are wanted."""
    if not needs_features(loaded.config):
        return ()
    declared = loaded.config.predict
    pinned = pin(declared, root=loaded.root, batch="")
    return tuple(load(declared, pinned).feature_names or ())


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that can be read as often as it is asked for."""

    loaded: LoadedConfig
    path: Path
    read: Tables

    def frames(self) -> Iterator[pd.DataFrame]:
        """Its rows, piece by piece."""
        contracts = self.loaded.config.validate_.columns
        for table in self.read():
            yield to_frame(self._typed(table), 0, contracts)

    def sample(self) -> pd.DataFrame:
        """Rows from all over the table, the same ones each time."""
        rows = sum(table.num_rows for table in self.read())
        step = max(1, -(-rows // _SAMPLE))
        starts = itertools.accumulate((t.num_rows for t in self.read()), initial=0)
        some = [f.iloc[-at % step :: step] for at, f in zip(starts, self.frames(), strict=False)]
        return pd.concat(some) if some else pd.DataFrame()

    def _typed(self, table: pa.Table) -> pa.Table:
        contracts = self.loaded.config.validate_.columns
        for place, name in enumerate(table.column_names):
            if name in contracts:
                try:
                    values = conformed(table.column(name), contracts[name])
                except ConversionError as error:
                    raise self._untyped(name, error) from None
                table = table.set_column(place, name, values)
        return table

    def _untyped(self, name: str, error: ConversionError) -> DataError:
        return DataError(
            f"the column {name} is not what its contract says",
            str(self.path),
            error.seen,
            error.wanted,
            "mend the table, or build from batches: their contract is held by the run",
        )


def _opened(path: Path) -> Tables:
    """What reads the table from its beginning; raises DataError and UsageError."""
    readers = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json, ".ndjson": _json}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        allowed = listed(readers)
        raise UsageError("not a table that can be read", "--from", path.name, allowed)
    import pyarrow as pa

    try:
        return reader(path)
    except FileNotFoundError:
        raise _missing(path, readers) from None
    except (pa.ArrowException, OSError) as error:
        todo = "write it anew, or build from batches: --batch A..B"
        raise DataError(
            "the table cannot be read", str(path), str(error), f"a {path.suffix} file", todo
        ) from None


def _missing(path: Path, formats: Iterable[str]) -> DataError:
    folder = path.parent
    there = sorted(one.name for one in folder.glob("*") if one.suffix.lower() in formats)
    return DataError(
        "there is no such table",
        str(path),
        f"in this folder: {listed(there)}" if there else "no table in this folder",
        f"a file that ends in {listed(formats)}",
        did_you_mean(path.name, there) or "name a table that is there: --from PATH",
    )


def _parquet(path: Path) -> Tables:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    return lambda: (pa.Table.from_batches([batch]) for batch in file.iter_batches(PIECE))


def _csv(path: Path) -> Tables:
    import pyarrow.csv as pc

    return _pieces(pc.read_csv(path))


def _json(path: Path) -> Tables:
    import pyarrow.json as pj

    return _pieces(pj.read_json(path))


def _pieces(table: pa.Table) -> Tables:
    starts = np.arange(0, max(table.num_rows, 1), PIECE).tolist()
    return lambda: (table.slice(start, PIECE) for start in starts)
