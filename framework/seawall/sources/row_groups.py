"""Row groups of Parquet: how large they are once decoded, and decoding them within bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from seawall.contracts import Caps
from seawall.shown import shown
from seawall.sources.caps import beyond

__all__ = ["Decoder", "decoded_bytes"]

_BATCH = 131_072
_BATCH_BYTES = 1 << 30
_HEADER_BYTES = 16
_DICTIONARY_PAGE = 2


def decoded_bytes(file: pq.ParquetFile, columns: Collection[str] | None, kept: Any) -> int:
    """How many bytes the columns take at least once decoded, as the footer tells it.

    Repeated values cost nothing in the file and their full width in memory: a few kB may hold
    billions of rows.
    """
    footer, types = file.metadata, file.schema_arrow
    return sum(
        _decoded_bytes(chunk, types.field(name).type, kept=name in kept)
        for group in range(footer.num_row_groups)
        for name, chunk in _chunks(footer.row_group(group), types.names)
        if columns is None or name in columns
    )


def _chunks(group: Any, names: Collection[str]) -> Iterator[tuple[str, Any]]:
    """The chunks of columns that are not nested, by name."""
    for number in range(group.num_columns):
        chunk = group.column(number)
        if chunk.path_in_schema in names:
            yield chunk.path_in_schema, chunk


def _decoded_bytes(chunk: Any, type_: pa.DataType, *, kept: bool) -> int:
    if kept or not _of_bytes(type_):
        return int(chunk.num_values * (4 if kept else _width(type_)))
    seen = chunk.statistics
    if seen is None or not seen.has_min_max or not chunk.has_dictionary_page:
        return int(chunk.total_uncompressed_size)
    shorter = min(len(seen.min), len(seen.max))
    return max(int(chunk.total_uncompressed_size), int(chunk.num_values) * shorter)


def _of_bytes(type_: pa.DataType) -> bool:
    return bool(
        pt.is_string(type_)
        or pt.is_binary(type_)
        or pt.is_large_string(type_)
        or pt.is_large_binary(type_)
    )


def _width(type_: pa.DataType) -> float:
    try:
        return float(type_.bit_width / 8)
    except ValueError:  # nested, null
        return 0.0


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes row groups of one file; `kept` are the columns that stay dictionary-encoded."""

    path: str
    shown: str
    kept: tuple[str, ...]
    caps: Caps

    def table(
        self, file: pq.ParquetFile, groups: Sequence[int], columns: Sequence[str] | None
    ) -> pa.Table:
        """The groups' rows; DataError before more is decoded than `caps` allows.

        Decoded in batches that take 1 GiB at most, and no more than the cap: how long the values of
        a dictionary are is known beforehand.
        """
        rows = min((self._batch_rows(file, group, columns) for group in groups), default=_BATCH)
        names = None if columns is None else list(columns)
        batches, size = [], 0
        for batch in file.iter_batches(rows, row_groups=groups, columns=names, use_threads=False):
            size += self._measured(batch)
            if size > self.caps.decoded_bytes:
                seen, allowed = f"{size:,} bytes or more", f"{self.caps.decoded_bytes:,}"
                raise beyond("decoded_bytes", self.shown, seen, allowed)
            batches.append(batch)
        schema = batches[0].schema if batches else self._schema(file, names)
        return pa.Table.from_batches(batches, schema).replace_schema_metadata(None)

    def _schema(self, file: pq.ParquetFile, names: Sequence[str] | None) -> pa.Schema:
        schema = file.schema_arrow
        return schema if names is None else pa.schema([schema.field(name) for name in names])

    def _measured(self, batch: pa.RecordBatch) -> int:
        """The bytes that the batch takes, dictionaries unfolded; DataError for a value too long."""
        size = int(batch.nbytes)
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            if pt.is_dictionary(values.type):
                size += _unfolded(values)
            elif values.nbytes > self.caps.record_bytes and _of_bytes(values.type):
                self._short_enough(name, pc.max(pc.binary_length(values)).as_py() or 0)
        return size

    def _short_enough(self, name: str, length: int) -> None:
        if length > self.caps.record_bytes:
            where = f"{self.shown}, column {shown(name)}"
            raise beyond(
                "record_bytes",
                where,
                f"a value of {length:,} bytes",
                f"{self.caps.record_bytes:,}",
            )

    def _batch_rows(self, file: pq.ParquetFile, group: int, columns: Sequence[str] | None) -> int:
        """How many rows may be decoded at once: a value of a dictionary may stand in all of them."""
        longest = 1
        types = file.schema_arrow
        for name, chunk in _chunks(file.metadata.row_group(group), types.names):
            wanted = columns is None or name in columns
            if not wanted or name in self.kept or not _of_bytes(types.field(name).type):
                continue
            if chunk.num_values:
                self._short_enough(name, chunk.total_uncompressed_size // chunk.num_values)
            if chunk.has_dictionary_page:
                longest = max(longest, self._longest(name, group, chunk))
        return max(1, min(_BATCH, min(_BATCH_BYTES, self.caps.decoded_bytes) // longest))

    def _longest(self, name: str, group: int, chunk: Any) -> int:
        """The longest value of the chunk's dictionary, or a bound that is good enough."""
        size = _page_bytes(self.path, int(chunk.dictionary_page_offset or 0))
        if size * _BATCH <= _BATCH_BYTES * 4:
            return 1
        file = pq.ParquetFile(self.path, read_dictionary=[name])
        first = next(file.iter_batches(1, row_groups=[group], columns=[name], use_threads=False))
        values = first.column(0)
        if not pt.is_dictionary(values.type) or not len(values.dictionary):
            return 1
        longest = int(pc.max(pc.binary_length(values.dictionary)).as_py() or 1)
        self._short_enough(name, longest)
        return longest


def _unfolded(values: pa.DictionaryArray) -> int:
    """How many bytes the values take without their dictionary, where that may be many."""
    folded = values.dictionary
    if folded.nbytes * len(values) <= _BATCH_BYTES or not _of_bytes(folded.type):
        return 0
    return int(pc.sum(pc.take(pc.binary_length(folded), values.indices)).as_py() or 0)


def _page_bytes(path: str, offset: int) -> int:
    """The uncompressed size of the dictionary page that begins there, from its header.

    The footer tells the column's size in all, and may be wrong; the page is decompressed into as many
    bytes as its own header says. Thrift's compact protocol: field 1, the type, and field 2, the size,
    are the first two, each a byte of field and type and a zigzag varint.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - the path is text from a glob
        file.seek(offset)
        head = iter(file.read(_HEADER_BYTES))
    if next(head, 0) != 0x15 or _varint(head) >> 1 != _DICTIONARY_PAGE or next(head, 0) != 0x15:  # noqa: PLR2004 - as above
        return 1 << 31
    return _varint(head) >> 1


def _varint(payload: Iterator[int]) -> int:
    value = shift = 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follow
            break
    return value
