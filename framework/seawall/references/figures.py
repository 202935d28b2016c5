"""How far earlier batches were, in a few hundred bytes a column."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seawall.drift.effects import Effect
from seawall.drift.values import Past
from seawall.references.document import Figures

__all__ = ["MOST", "UNIT", "pack_past", "unpack_past"]

MOST = 60
"""How many batches are kept: the newest."""
UNIT = 1e-4
"""What a figure is rounded to, which is off by half of it at most: floors lie at 5e-3 and above."""

_UNITS = 10_000
_LARGEST = 2_000_000_000
_NAN, _ABSENT = -(2**31), -(2**31) + 1
_MOST_BYTES = 1 << 20

Whole = NDArray[np.int32]


def _names(*kinds: str) -> list[str]:
    """The effect's figures of these types; without any, those that are kept: all but texts.

    Texts name values, which are worth their room only where somebody reads them.
    """
    return [
        field.name for field in fields(Effect) if str(field.type) in (kinds or ("int", "float"))
    ]


def pack_past(past: Sequence[Past]) -> dict[str, Any]:
    """The newest 60 batches as JSON values."""
    kept = past[-MOST:]
    columns = dict.fromkeys(name for batch in kept for name in batch.effects)
    return {
        "figures": _names(),
        "batches": [[batch.batch, batch.rows, batch.season] for batch in kept],
        "columns": {name: _packed([batch.effects.get(name) for batch in kept]) for name in columns},
    }


def unpack_past(stored: Figures) -> tuple[Past, ...]:
    """The batches, the oldest first; ValueError for what was not packed here."""
    if stored.figures != _names():
        raise ValueError(f"past.figures: {stored.figures} where {_names()} belong")
    count = len(stored.batches)
    series = {name: _unpacked(name, text, count) for name, text in stored.columns.items()}
    return tuple(
        Past(batch, rows, _present({name: found[n] for name, found in series.items()}), season)
        for n, (batch, rows, season) in enumerate(stored.batches)
    )


def _present(effects: Mapping[str, Effect | None]) -> dict[str, Effect]:
    return {name: effect for name, effect in effects.items() if effect is not None}


def _packed(series: Sequence[Effect | None]) -> str:
    """Differences from batch to batch, their bytes by rank, so that what does not change is zeros."""
    whole = np.asarray([_whole(effect) for effect in series], dtype=np.int32).T
    steps = np.diff(whole, axis=1, prepend=np.int32(0)).astype("<i4")
    ranked = np.ascontiguousarray(steps)[..., None].view(np.uint8).transpose(2, 0, 1)
    return base64.b64encode(zlib.compress(ranked.tobytes(), 9)).decode()


def _unpacked(name: str, text: str, count: int) -> list[Effect | None]:
    shape = (4, len(_names()), count)
    try:
        stream = zlib.decompressobj()
        payload = stream.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
        ranked = np.frombuffer(payload, dtype=np.uint8).reshape(shape)
    except (binascii.Error, zlib.error, ValueError):
        raise ValueError(f"past.columns.{name}: not the figures of {count} batches") from None
    steps = np.ascontiguousarray(ranked.transpose(1, 2, 0)).view("<i4")[..., 0]
    with np.errstate(over="ignore"):  # sums wrap around as the differences did
        whole = np.cumsum(steps, axis=1, dtype=np.int32)
    return [_effect(row) for row in whole.T]


def _whole(effect: Effect | None) -> list[int]:
    if effect is None:
        return [_ABSENT] * len(_names())
    counts = _names("int")
    return [_count(effect, name) if name in counts else _units(effect, name) for name in _names()]


def _count(effect: Effect, name: str) -> int:
    return min(int(getattr(effect, name)), _LARGEST)


def _units(effect: Effect, name: str) -> int:
    value = float(getattr(effect, name))
    if np.isnan(value):
        return _NAN
    return round(min(max(value * _UNITS, -_LARGEST), _LARGEST))


def _effect(row: Whole) -> Effect | None:
    if row[0] == _ABSENT:
        return None
    counts = _names("int")
    values: dict[str, Any] = dict.fromkeys(_names("str"), "")
    for name, whole in zip(_names(), row.tolist(), strict=True):
        if name in counts:
            values[name] = whole
        else:
            values[name] = float("nan") if whole == _NAN else whole / _UNITS
    return Effect(**values)
