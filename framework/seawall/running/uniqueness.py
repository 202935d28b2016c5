"""Whether a key stands once in the whole batch, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from seawall.errors import DataError

__all__ = ["Uniqueness"]

_FILES = 64
_PAIR = np.dtype([("first", np.uint64), ("second", np.uint64)])
_SECOND_KEY = "a second hashkey"


class Uniqueness:
    """Takes the published keys of each chunk, in order; within a chunk they are unique already.

    While each chunk's keys lie above those of the chunks before, no key can stand twice, and
    nothing but the highest one is kept. If a chunk breaks the order, all keys are read again: each
    leaves two independent 64-bit hashes in one of 64 temporary files, which are sorted one at a
    time. Memory is a 64th of 16 bytes a row; a false alarm needs both hashes to collide.
    """

    def __init__(self) -> None:
        self._highest: Any = None
        self._grows = True

    def add(self, keys: pa.ChunkedArray) -> None:
        """The next chunk's range is noted."""
        if not self._grows or not len(keys):
            return
        ends = pc.min_max(keys)
        lowest, highest = ends["min"].as_py(), ends["max"].as_py()
        self._grows = self._highest is None or lowest > self._highest
        self._highest = highest

    def settle(self, chunks: Callable[[], Iterator[pa.ChunkedArray]]) -> None:
        """No key stands twice, or DataError; `chunks` reads the keys of all chunks once more."""
        if self._grows:
            return
        with tempfile.TemporaryDirectory(prefix="seawall-keys-") as folder:
            files = [open(f"{folder}/{number}", "w+b") for number in range(_FILES)]  # noqa: PTH123, SIM115 - closed below
            try:
                for keys in chunks():
                    _spread(_hashes(keys), files)
                doubled = next((pair for file in files for pair in _doubled(file)), None)
            finally:
                for file in files:
                    file.close()
        if doubled is not None:
            raise _not_unique(doubled, chunks)


def _hashes(keys: pa.ChunkedArray) -> NDArray[Any]:
    values = keys.to_pandas()
    pairs = np.empty(len(values), dtype=_PAIR)
    pairs["first"] = pd.util.hash_pandas_object(values, index=False).to_numpy()
    text = values.astype(str)
    pairs["second"] = pd.util.hash_pandas_object(text, index=False, hash_key=_SECOND_KEY)
    return pairs


def _spread(pairs: NDArray[Any], files: Sequence[IO[bytes]]) -> None:
    places = pairs["first"] % np.uint64(_FILES)
    for number, file in enumerate(files):
        file.write(pairs[places == number].tobytes())


def _doubled(file: IO[bytes]) -> Iterator[Any]:
    file.seek(0)
    pairs = np.sort(np.frombuffer(file.read(), dtype=_PAIR))
    same = pairs[1:] == pairs[:-1]
    yield from pairs[1:][same]


def _not_unique(pair: Any, chunks: Callable[[], Iterator[pa.ChunkedArray]]) -> DataError:
    for keys in chunks():
        hit = _hashes(keys) == pair
        if hit.any():
            key = keys[int(hit.argmax())].as_py()
            break
    return DataError(
        "the key is not unique",
        "the whole batch",
        f"{key!r} stands in more than one chunk",
        "a key that stands once in the batch",
        "mend the source, or choose a key that is unique",
    )
