"""What a chunk's stages and model made."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Made"]


@dataclass(frozen=True, slots=True)
class Made:
    """The type that a column has after the stages, and the stage (or the model) that it comes from."""

    dtype: str
    by: str
