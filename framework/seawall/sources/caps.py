"""How much a source may hand over: bounds that hold before anything is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seawall.contracts import Caps, ChunkRef
from seawall.errors import DataError

__all__ = ["beyond", "few_enough", "few_rows", "small_enough"]


def few_enough(refs: Iterable[ChunkRef], caps: Caps, where: str) -> Iterator[ChunkRef]:
    """The same chunks; DataError at the one with which the batch has more rows than it may."""
    for ref in refs:
        last = ref.first_row + ref.rows
        if last > caps.rows:
            raise beyond("rows", where, f"{last:,} rows or more", f"{caps.rows:,}")
        yield ref


def few_rows(rows: int, caps: Caps, where: str) -> None:
    """The batch has no more rows than it may, or DataError."""
    if rows > caps.rows:
        raise beyond("rows", where, f"{rows:,} rows", f"{caps.rows:,}")


def small_enough(decoded_bytes: int, caps: Caps, where: str) -> None:
    """The rows take no more bytes than they may, or DataError."""
    if decoded_bytes > caps.decoded_bytes:
        seen = f"{decoded_bytes:,} bytes once decoded"
        raise beyond("decoded_bytes", where, seen, f"{caps.decoded_bytes:,}")


def beyond(cap: str, where: str, seen: str, allowed: str) -> DataError:
    """What is said of an input that is larger than the file allows."""
    return DataError(
        "the input is larger than it may be",
        where,
        seen,
        f"caps.{cap}: {allowed}",
        f"find out what its writer did; or, if it is meant, declare a larger caps.{cap}",
    )
