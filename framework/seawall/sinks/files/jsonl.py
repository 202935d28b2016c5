"""One JSON object a line, column by column: about three times as fast as row by row."""

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
    return _others


def _integers(column: Any) -> Iterable[str]:
    return ("null" if value is None else str(value) for value in column.to_pylist())


def _floats(column: Any) -> Iterable[str]:
    return map(_float, column.to_pylist())


def _float(value: float | None) -> str:
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "null"
    if math.isinf(value):
        raise DataError(
            "JSON has no infinity",
            seen=str(value),
            allowed="finite numbers and nulls",
            todo="bound the outputs in check_output, or publish as parquet",
        )
    return repr(value)


def _times(column: Any) -> Iterable[str]:
    import pyarrow as pa

    texts = column.cast(pa.string()).to_pylist()
    return ("null" if text is None else f'"{text.replace(" ", "T")}"' for text in texts)


def _others(column: Any) -> Iterable[str]:
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    return map(encode, column.to_pylist())
