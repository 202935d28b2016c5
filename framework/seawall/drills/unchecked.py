"""Sections of a pipeline file that are made from checked values, and need no check of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

__all__ = ["unchecked"]

M = TypeVar("M", bound=BaseModel)


def unchecked(kind: type[M], fields: Mapping[str, Any]) -> M:
    """The section with these values, by the names that the file has for them; the usual ones for others."""
    return kind.model_construct(None, **fields)
