"""64 bits for a value, the same in every process, on every machine, for ever: they are stored."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from seawall.profiles.blocks import blocks

__all__ = ["Hashes", "hash_numbers", "hash_words"]

Hashes = NDArray[np.uint64]

_FIRST = np.uint64(0xFF51_AFD7_ED55_8CCD)
_SECOND = np.uint64(0xC4CE_B9FE_1A85_EC53)
_HALF = np.uint64(33)
_LONG = 512
_BYTES = 8


def hash_numbers(values: NDArray[np.float64]) -> Hashes:
    """The hash of each number: its bits through the finalizer of MurmurHash3; −0.0 as 0.0."""
    hashes = np.empty(len(values), dtype=np.uint64)
    for part in blocks(len(values)):
        hashes[part] = _mixed((values[part] + 0.0).view(np.uint64))
    return hashes


def hash_words(words: pa.Array) -> Hashes:
    """The hash of each text's UTF-8 bytes, eight at a time; nulls are not allowed.

    Texts of more than 512 bytes are hashed one by one (BLAKE2b), the others together.
    """
    starts, lengths, data = _bytes(words.cast(pa.large_string()))
    # At every byte the eight that begin there, without a copy.
    eights = np.ndarray((len(data) - _BYTES + 1,), "<u8", data, strides=(1,))
    hashes = np.empty(len(starts), dtype=np.uint64)
    for part in blocks(len(starts)):
        hashes[part] = _short(starts[part], lengths[part], eights)
    for row in np.flatnonzero(lengths > _LONG):
        text = data[starts[row] : starts[row] + lengths[row]]
        digest = hashlib.blake2b(text.tobytes(), digest_size=_BYTES).digest()
        hashes[row] = int.from_bytes(digest, "little")
    return hashes


def _short(starts: NDArray[np.int64], lengths: NDArray[np.int64], eights: Hashes) -> Hashes:
    """The hashes of these texts; of the longest ones, something."""
    hashes = _mixed(lengths.astype(np.uint64) + _FIRST)
    rows, done = np.flatnonzero((lengths > 0) & (lengths <= _LONG)), 0
    while len(rows):
        left = lengths[rows] - done
        eight = eights[starts[rows] + done]  # take would align a copy of all
        hashes[rows] = _mixed(hashes[rows] ^ _first_bytes(eight, left))
        rows, done = rows[left > _BYTES], done + _BYTES
    return hashes


def _mixed(bits: Hashes) -> Hashes:
    """fmix64: every bit of the result depends on every bit that is given."""
    mixed = bits ^ (bits >> _HALF)
    mixed *= _FIRST
    mixed ^= mixed >> _HALF
    mixed *= _SECOND
    mixed ^= mixed >> _HALF
    return mixed


def _first_bytes(eight: Hashes, left: NDArray[np.int64]) -> Hashes:
    """Of each eight bytes those that belong to the text, of which so many are left."""
    foreign = np.clip(_BYTES - left, 0, _BYTES - 1).astype(np.uint64) * np.uint64(8)
    return eight & (np.uint64(0xFFFF_FFFF_FFFF_FFFF) >> foreign)


def _bytes(
    texts: pa.Array,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Where each text begins, how many bytes it has, and the bytes, with eight zeros behind them."""
    _, places, content = texts.buffers()
    offsets = np.zeros(1, dtype=np.int64)
    if len(texts):
        offsets = np.frombuffer(places, dtype=np.int64)[
            texts.offset : texts.offset + len(texts) + 1
        ]
    data = np.zeros(0, dtype=np.uint8) if content is None else np.frombuffer(content, np.uint8)
    used = data[offsets[0] : offsets[-1]]
    padded = np.concatenate([used, np.zeros(_BYTES, dtype=np.uint8)])
    return offsets[:-1] - offsets[0], np.diff(offsets), padded
