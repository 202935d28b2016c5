"""Which format a file looks like by its first bytes: for messages alone, since formats are declared."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Look", "look"]

_ONNX_SECOND_FIELDS = b'\x12\x1a":B'
"""Tags of what stands behind ir_version in an ONNX file: producer, domain, graph, opset."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file looks like in words, and the keys that would declare it."""

    words: str
    keys: str


_PICKLE = Look("a pickle, as joblib writes it", "format: joblib, with its sha256")
_SQUEEZED = Look("a compressed file, as joblib writes it", "format: joblib, with its sha256")
_STARTS = (
    (b"\x80", _PICKLE),
    (b"\x78", _SQUEEZED),  # zlib
    (b"\x1f\x8b", _SQUEEZED),  # gzip
    (b"BZh", _SQUEEZED),
    (b"\xfd7zXZ", _SQUEEZED),
    (b"\x04\x22\x4d\x18", _SQUEEZED),  # lz4
    (b"PK\x03\x04", Look("a zip archive, as skops writes it", "format: skops")),
    (b"tree\n", Look("LightGBM's text format", "type: lightgbm")),
    (b'{"learner"', Look("XGBoost's JSON", "type: xgboost")),
    (b"{L", Look("XGBoost's UBJSON", "type: xgboost")),
)


def look(payload: bytes) -> Look | None:
    """The format that the file looks like, None for one that begins like none of them."""
    for start, found in _STARTS:
        if payload.startswith(start):
            return found
    onnx = payload[:1] == b"\x08" and payload[2:3] and payload[2] in _ONNX_SECOND_FIELDS
    return Look("ONNX", "type: onnx") if onnx else None
