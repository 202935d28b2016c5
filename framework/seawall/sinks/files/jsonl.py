"""One JSON object a line, made column by column."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING, Any

from seawall.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["JsonlEncoder"]


class JsonlEncoder:
    """Floats with every digit that they need, times as ISO 8601, nulls and NaN as null.

    DataError on an infinity, for which JSON has no number.
    """

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._file = file
        self._texts = [_texts_of(field.type) for field in schema]
        names = (json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in schema.names)
        self._line = "{" + ", ".join(f"{name}: %s" for name in names) + "}\n"

    def write(self, table: pa.Table) -> None:
        """The rows' lines follow the ones before."""
        pairs = zip(self._texts, table.columns, strict=True)
        columns = [texts(column) for texts, column in pairs]
        self._file.write("".join(self._line % row for row in zip(*columns, strict=True)).encode())

    def close(self) -> None:
        """Every line is written."""


def _texts_of(kind: pa.DataType) -> Callable[[Any], Iterable[str]]:
    """What turns a column of this type into one JSON text a row."""
    import pyarrow as pa

    if pa.types.is_floating(kind):
        return _floats
    if pa.types.is_integer(kind):
        return _integers
    if pa.types.is_temporal(kind):
        return _times
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        return _texts
    return _others


def _integers(column: Any) -> Iterable[str]:
    return _filled(column)


def _floats(column: Any) -> Iterable[str]:
    """A null becomes NaN on the way, and both become null."""
    import numpy as np

    values = column.to_numpy()
    if np.isinf(values).any():
        raise DataError(
            "JSON has no infinity",
            seen=str(values[np.isinf(values)][0]),
            allowed="finite numbers and nulls",
            todo="bound the outputs in check_output, or publish as parquet",
        )
    return (
        map(repr, values.tolist()) if not np.isnan(values).any() else map(_float, values.tolist())
    )


def _float(value: float) -> str:
    return "null" if math.isnan(value) else repr(value)


def _times(column: Any) -> Iterable[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.replace_substring(column.cast(pa.string()), " ", "T")
    return _filled(pc.binary_join_element_wise('"', texts, '"', ""))


def _texts(column: Any) -> Iterable[str]:
    """Each different text is encoded once."""
    import pyarrow.compute as pc

    encoded = pc.dictionary_encode(column.combine_chunks())
    texts = [*map(_encode, encoded.dictionary.to_pylist()), "null"]
    return map(texts.__getitem__, pc.fill_null(encoded.indices, -1).to_numpy().tolist())


def _others(column: Any) -> Iterable[str]:
    return map(_encode, column.to_pylist())


def _filled(column: Any) -> Iterable[str]:
    """The column as text, with null for null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts: list[str] = pc.fill_null(column.cast(pa.string()), "null").to_numpy().tolist()
    return texts


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
