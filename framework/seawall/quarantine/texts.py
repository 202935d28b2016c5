"""Values of any kind as text that people can read, and no longer than that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from seawall.shown import line, shown

__all__ = ["side_by_side", "texts_of"]

_LONGEST = 1_000


def texts_of(values: Iterable[Any]) -> list[str | None]:
    """Each value in one line of at most 1,000 characters, None for a null; raises nothing."""
    return [_text(value) for value in values]


def side_by_side(columns: Mapping[str, Iterable[Any]]) -> list[str]:
    """Each row's values behind their columns' names, `paid 5.0, city 'Rome'`, in one line as `texts_of`."""
    told = [[f"{name} {_word(value)}" for value in values] for name, values in columns.items()]
    return [line(", ".join(row), _LONGEST) for row in zip(*told, strict=True)]


def _word(value: Any) -> str:
    text = _text(value)
    if text is None:
        return "null"
    return shown(text) if isinstance(value, str) or _is_text(value) else text


def _is_text(value: Any) -> bool:
    if not isinstance(value, pa.Scalar):
        return False
    kind = value.type.value_type if pa.types.is_dictionary(value.type) else value.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(value: Any) -> str | None:
    try:
        plain = _plain(value)
        return None if plain is None else line(str(plain), _LONGEST)
    except Exception:  # noqa: BLE001 - a foreign class, or a time beyond Python's, may raise anything
        return f"<{type(value).__name__}>"


def _plain(value: Any) -> Any:
    """The value as Python has it; None for whatever stands for a null."""
    if not isinstance(value, pa.Scalar):
        return None if pd.api.types.is_scalar(value) and pd.isna(value) else value
    if not value.is_valid:
        return None
    try:
        return value.as_py()
    except (ValueError, OverflowError):  # a year beyond 9999
        return value.cast(pa.string()).as_py()
