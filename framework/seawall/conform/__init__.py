"""Columns in the types that a contract declares, converted only where every value survives."""

from seawall.conform.convert import ConversionError, Converted, conform, conformed, converted
from seawall.conform.frame import bare, may_be_null, to_frame
from seawall.conform.types import arrow_type, kind, seen

__all__ = [
    "ConversionError",
    "Converted",
    "arrow_type",
    "bare",
    "conform",
    "conformed",
    "converted",
    "kind",
    "may_be_null",
    "seen",
    "to_frame",
]
