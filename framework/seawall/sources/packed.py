"""Compressed files where text is due, told by their first bytes."""

from __future__ import annotations

from seawall.errors import DataError

__all__ = ["refuse_packed"]

_MAGIC = {
    b"\x1f\x8b": ("gzip", ".gz"),
    b"BZh91AY&SY": ("bz2", ".bz2"),
    b"\xfd7zXZ\x00": ("xz", ".xz"),
    b"\x28\xb5\x2f\xfd": ("zstd", ".zst"),
}
_OTHERS = {b"PK\x03\x04": "zip", b"7z\xbc\xaf\x27\x1c": "7z", b"\x04\x22\x4d\x18": "lz4"}


def refuse_packed(head: bytes, where: str) -> None:
    """The file's first bytes are no compressed file's, or DataError says how to declare it."""
    for magic, (name, ending) in _MAGIC.items():
        if head.startswith(magic):
            todo = f"declare compression: {name}, or name the ending in the path: *{ending}"
            raise DataError("a compressed file", where, name, "plain text", todo)
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            todo = "have it written as gzip, bz2, xz or zstd, or unpacked"
            raise DataError("a compressed file", where, name, "plain text", todo)
