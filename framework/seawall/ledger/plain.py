"""Values as JSON can hold them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """The value as dicts, lists, text, numbers, booleans and None; what has no number is text (`nan`)."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return _plain_compound(value)


def _plain_compound(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return _plain_number(value)


def _plain_number(value: Any) -> Any:
    # numpy's scalars, without importing numpy: `item` gives Python's own number.
    item = getattr(value, "item", None)
    return plain(item()) if callable(item) else str(value)
