"""Text as numbers and truth values, where it is written the plain way or as `parse` declares.

Arrow's own reading of numbers is quick and takes more than that (`007`, `0x1F`, `+7`, `nan`, `1e400`):
it is trusted where the bytes of a whole column show that none of these is there.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.config.contract import Parse
from seawall.config.patterns import whole
from seawall.conform.numbers import numbers, without
from seawall.conform.types import Mask, Partly

__all__ = ["matching", "numbers_in", "truths_in"]

_PLAIN = Parse()
_WHOLE = "-?(?:0|[1-9][0-9]*)"
_FLOAT = r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_EXACT = {pa.float32(): 2**24, pa.float64(): 2**53}
_OF_INTEGERS = b"-0123456789"
_OF_FLOATS = b"+-.0123456789eE"
_SHORT = 18
"""So many digits are an integer of 64 bits, whichever they are."""
_MOST_DIGITS = 300


def numbers_in(values: pa.Array, wanted: pa.DataType, parse: Parse | None) -> Partly:
    """Text as numbers: whole ones exactly, decimal ones as the nearest float."""
    bad = None
    if parse is not None and (parse.decimal, parse.thousands) != (".", None):
        values, bad = _plainly(values, parse, whole=pt.is_integer(wanted))
    quick = _quick(values, wanted)
    if quick is not None:
        return quick, bad
    read, wrong = _whole(values, wanted) if pt.is_integer(wanted) else _floats(values, wanted)
    if bad is None or wrong is None:
        return read, wrong if bad is None else bad
    return read, bad | wrong


def truths_in(values: pa.Array, parse: Parse | None) -> Partly:
    """Text as truth values: true and false in three spellings, or the declared words alone."""
    parse = parse or _PLAIN
    words = dict.fromkeys(parse.true, True) | dict.fromkeys(parse.false, False)
    words = words or _TRUTHS
    places = pc.index_in(values, pa.array(list(words), values.type))
    read = pa.array(list(words.values()), pa.bool_()).take(places)
    bad = _mask(pc.and_(places.is_null(), values.is_valid()))
    return read, bad if bad.any() else None


def matching(values: pa.Array, pattern: str) -> Mask:
    """Whether the whole of each text is as the pattern; false for nulls."""
    return _mask(pc.match_substring_regex(values, whole(pattern)))


def _mask(values: pa.Array) -> Mask:
    mask: Mask = values.fill_null(False).to_numpy(zero_copy_only=False)
    return mask


def _unlike(values: pa.Array, pattern: str) -> Mask:
    return ~matching(values, pattern) & _mask(values.is_valid())


def _plainly(values: pa.Array, parse: Parse, *, whole: bool) -> Partly:
    """Numbers with declared marks as they are written without any; groups have three digits."""
    point, mark = re.escape(parse.decimal), re.escape(parse.thousands or "")
    grouped = f"|[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" if parse.thousands else ""
    fraction = "" if whole else f"(?:{point}[0-9]*)?(?:[eE][+-]?[0-9]+)?"
    kept, bad = without(values, _unlike(values, f"-?(?:0|[1-9][0-9]*{grouped}){fraction}"))
    if parse.thousands:
        kept = pc.replace_substring(kept, parse.thousands, "")
    return pc.replace_substring(kept, parse.decimal, "."), bad


def _quick(values: pa.Array, wanted: pa.DataType) -> pa.Array | None:
    """The numbers, if Arrow reads them all and their bytes show that none of them changes."""
    offsets, body = _bytes(values)
    if body.tobytes().translate(None, _OF_INTEGERS if pt.is_integer(wanted) else _OF_FLOATS):
        return None
    if _padded(offsets, body):
        return None
    try:
        read = values.cast(wanted)
    except pa.ArrowInvalid:
        return None
    if pt.is_integer(wanted):
        return read
    known = read.drop_null().to_numpy()
    exact = not len(known) or max(known.max(), -known.min()) < _EXACT[wanted]
    vanished = not known.all() and any((body == ord(letter)).any() for letter in "eE")
    return read if exact and not vanished else None


def _padded(offsets: NDArray[np.int64], body: NDArray[np.uint8]) -> bool:
    """Whether a number has a plus or a zero in front, or a length beyond reason."""
    if not len(body):
        return False
    begins, lengths = offsets[:-1], np.diff(offsets)
    first = body.take(begins, mode="clip")  # of no text, the next one's: its length is 0
    signed = np.flatnonzero(first == ord("-"))
    zero = np.flatnonzero(first == ord("0"))
    behind = signed[body.take(begins[signed] + 1, mode="clip") == ord("0")]
    return bool(
        lengths.max() > _MOST_DIGITS
        or ((first == ord("+")) & (lengths > 0)).any()
        or _digit_at(body, begins[zero[lengths[zero] > 1]] + 1)
        or _digit_at(body, begins[behind[lengths[behind] > 2]] + 2)  # noqa: PLR2004 - as "-07"
    )


def _digit_at(body: NDArray[np.uint8], places: NDArray[np.int64]) -> bool:
    found = body[places]
    return bool(((found >= ord("0")) & (found <= ord("9"))).any())


def _bytes(values: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Where each text begins in the bytes of all of them, with their end."""
    _, offsets, body = values.buffers()
    if not len(values) or body is None:
        return np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.uint8)
    kind = np.int64 if pt.is_large_string(values.type) else np.int32
    starts = np.frombuffer(offsets, dtype=kind)[values.offset : values.offset + len(values) + 1]
    block = np.frombuffer(body, dtype=np.uint8)[starts[0] : starts[-1]]
    return starts.astype(np.int64) - int(starts[0]), block


def _whole(values: pa.Array, wanted: pa.DataType) -> Partly:
    """Integers, as text writes them: no zeros in front, no plus, blanks, point or exponent."""
    wide = pa.int64() if pt.is_signed_integer(wanted) else pa.uint64()
    room = np.iinfo(wide.to_pandas_dtype())
    if not room.min:  # Arrow reads it as an integer with a sign alone
        values = pc.if_else(pc.equal(values, "-0"), pa.scalar("0", values.type), values)
    bad = _unlike(values, _WHOLE if room.min else _WHOLE.lstrip("-?"))
    lengths = pc.binary_length(values).fill_null(0).to_numpy()
    bad |= lengths > _MOST_DIGITS
    for row in np.flatnonzero(~bad & (lengths > _SHORT)):
        bad[row] = not room.min <= int(values[row].as_py()) <= room.max
    read, narrow = numbers(without(values, bad)[0].cast(wide), wanted)
    bad = bad if narrow is None else bad | narrow
    return read, bad if bad.any() else None


def _floats(values: pa.Array, wanted: pa.DataType) -> Partly:
    """Decimals; one is lost that is too large, too small for anything but 0, or a whole number that changes."""
    bad = _unlike(values, _FLOAT)
    kept, _ = without(values, bad)
    read = kept.cast(wanted).fill_null(0).to_numpy()
    bad |= np.isinf(read) | ((read == 0) & _mask(pc.match_substring_regex(kept, "^[-0.]*[1-9]")))
    large = (np.abs(read) >= _EXACT[wanted]) & ~bad & matching(kept, _WHOLE)
    for row in np.flatnonzero(large):
        bad[row] = int(kept[row].as_py()) != float(read[row])
    found, _ = without(kept.cast(wanted), bad)
    return found, bad if bad.any() else None
