"""The predictions of a case against those of the healthy run, key by key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.config.models import FilesPublish
from seawall.drills.ground import Spot, ground_in
from seawall.sinks.files import FilesSink
from seawall.stages.provenance import DEGRADED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare", "published_file", "published_rows"]

_RELATIVE = 1e-9


def published_file(spot: Spot) -> Path | None:
    """The file that readers of the case's folder would see; None where nothing was published."""
    ground = ground_in(spot.sandbox)
    sink = FilesSink(spot.published)
    entries = sink.entries(ground.batch)
    return sink.layout.published(entries[-1]) if entries else None


def published_rows(spot: Spot) -> pd.DataFrame:
    """The published rows by their key: the outputs, and `_degraded`, null for a clean row."""
    config = ground_in(spot.sandbox).loaded.config
    publish, path = config.publish, published_file(spot)
    form = publish.format if isinstance(publish, FilesPublish) else "parquet"
    key = config.ingest.primary.key
    wanted = [key, *config.predict.output_columns, DEGRADED]
    frame = _read(path, form)[wanted]
    return frame.set_index(key)


def _read(path: Path | None, form: str) -> pd.DataFrame:
    import pyarrow.csv
    import pyarrow.json
    import pyarrow.parquet as pq

    if form == "parquet":
        frame: pd.DataFrame = pq.ParquetFile(path).read().to_pandas()
    elif form == "csv":
        nulls = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
        frame = pyarrow.csv.read_csv(path, convert_options=nulls).to_pandas()
    else:
        frame = pyarrow.json.read_json(path).to_pandas()
    return frame


def compare(spot: Spot) -> dict[str, Any]:
    """How many published rows differ though nothing marks them, by how much; how many are missing, or others."""
    healthy = Spot(spot.sandbox, 0)
    if spot.number == healthy.number:
        return {}
    before, now = published_rows(healthy), published_rows(spot)
    both = before.index.intersection(now.index, sort=False)
    there, here = before.loc[both], now.loc[both]
    outputs = [name for name in before.columns if name != DEGRADED]
    changed, change = _changes(there[outputs], here[outputs])
    silent = changed & here[DEGRADED].isna().to_numpy()
    moved = change[silent]
    return {
        "changed_rows": int(silent.sum()),
        "mean_change": float(moved.mean()) if len(moved) else 0.0,
        "missing_rows": len(before.index.difference(now.index)),
        "other_rows": len(now.index.difference(before.index)),
    }


def _changes(there: pd.DataFrame, here: pd.DataFrame) -> tuple[Any, Any]:
    """Whether each row differs in any output, and by how much in the one that moved most; 0 for texts."""
    import numpy as np
    import pandas as pd

    changed, change = np.zeros(len(there), dtype=bool), np.zeros(len(there))
    for name in there.columns:
        one, other = there[name], here[name]
        if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
            a, b = one.to_numpy(float), other.to_numpy(float)
            changed |= ~np.isclose(a, b, rtol=_RELATIVE, atol=0, equal_nan=True)
            change = np.fmax(change, np.abs(a - b))
        else:
            same = (one == other) | (one.isna() & other.isna())
            changed |= ~same.to_numpy(dtype=bool, na_value=False)
    return changed, change
