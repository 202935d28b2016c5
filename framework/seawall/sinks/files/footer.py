"""A Parquet footer for the same rows at another place in a file.

The footer is a struct in Thrift's compact protocol. It is copied as it stands; only the places in
the file that it names are moved.
"""

from __future__ import annotations

__all__ = ["moved"]

_PLACES = {
    (4, 5),  # row group: file_offset
    (4, 1, 2),  # column chunk: file_offset
    (4, 1, 4),  # column chunk: offset_index_offset
    (4, 1, 6),  # column chunk: column_index_offset
    (4, 1, 3, 9),  # column: data_page_offset
    (4, 1, 3, 10),  # column: index_page_offset
    (4, 1, 3, 11),  # column: dictionary_page_offset
    (4, 1, 3, 14),  # column: bloom_filter_offset
}
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_LONG = 15  # a list of this many elements or more has its length after the header

Path = tuple[int, ...]


def moved(footer: bytes, by: int) -> bytes:
    """The footer of the same rows, `by` bytes further on. A place of 0 means none and stays."""
    copy = _Copy(footer, by)
    copy.struct(())
    return bytes(copy.out)


class _Copy:
    """Reads a value and writes it again; `path` is the way of field numbers that led to it."""

    def __init__(self, source: bytes, by: int) -> None:
        self.source, self.by, self.at, self.out = source, by, 0, bytearray()

    def struct(self, path: Path) -> None:
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else _plain(self._varint())
            self._value(head & 15, (*path, field))

    def _value(self, kind: int, path: Path) -> None:
        if kind == _STRUCT:
            self.struct(path)
        elif kind in {_LIST, _SET}:
            self._list(path)
        elif kind == _MAP:
            self._map(path)
        elif kind == _I64 and path in _PLACES:
            self._place()
        else:
            self._scalar(kind)

    def _scalar(self, kind: int) -> None:
        if kind in {_I16, _I32, _I64}:
            self._varint()
        elif kind == _BINARY:
            self._bytes(self._varint())
        elif kind in {_BYTE, _DOUBLE}:
            self._bytes(1 if kind == _BYTE else 8)
        elif kind not in {_TRUE, _FALSE}:  # a field's truth stands in its header
            raise ValueError(f"no such type in a Parquet footer: {kind}")

    def _list(self, path: Path) -> None:
        head = self._byte()
        count = self._varint() if head >> 4 == _LONG else head >> 4
        for _ in range(count):
            self._element(head & 15, path)

    def _map(self, path: Path) -> None:
        count = self._varint()
        kinds = self._byte() if count else 0
        for _ in range(count):
            self._element(kinds >> 4, path)
            self._element(kinds & 15, path)

    def _element(self, kind: int, path: Path) -> None:
        """A value in a list; there a truth has a byte of its own."""
        self._value(_BYTE if kind in {_TRUE, _FALSE} else kind, path)

    def _place(self) -> None:
        before = len(self.out)
        place = _plain(self._varint())
        if place > 0:
            self.out[before:] = _encoded((place + self.by) << 1)

    def _byte(self) -> int:
        self._bytes(1)
        return self.out[-1]

    def _bytes(self, count: int) -> None:
        self.out += self.source[self.at : self.at + count]
        self.at += count

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift


def _plain(zigzag: int) -> int:
    """The signed number of Thrift's zigzag code."""
    return (zigzag >> 1) ^ -(zigzag & 1)


def _encoded(value: int) -> bytes:
    """The number in groups of seven bits, the lowest first."""
    groups = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)
