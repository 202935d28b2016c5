"""An event as the flat fields of a wide line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seawall.events import Event
from seawall.ledger.plain import plain

__all__ = ["flat_fields"]


def flat_fields(event: Event) -> dict[str, Any]:
    """The event's values by dotted name (`account.read`, `seen.nulls`); lists stay lists."""
    return dict(_flat("", plain(event.values())))


def _flat(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        return [(prefix, value)]
    inner = ((f"{prefix}.{key}" if prefix else str(key), item) for key, item in value.items())
    return [pair for key, item in inner for pair in _flat(key, item)]
