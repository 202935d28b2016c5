"""Values of any kind as text that people can read, and no longer than that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

from seawall.shown import line

__all__ = ["texts_of"]

_LONGEST = 1_000


def texts_of(values: Iterable[Any]) -> list[str | None]:
    """Each value in one line of at most 1,000 characters, None for a null; raises nothing."""
    return [_text(value) for value in values]


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
