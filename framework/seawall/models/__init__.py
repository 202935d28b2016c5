"""Models: bytes that are pinned by hash and loaded from the same buffer."""

from seawall.models.load import Model, ModelPin, load, pin

__all__ = ["Model", "ModelPin", "load", "pin"]
