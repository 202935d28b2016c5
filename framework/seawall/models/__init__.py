"""Models: bytes that are pinned by hash and loaded from the same buffer."""

from seawall.models.golden import golden_digest, hold_golden
from seawall.models.load import Model, ModelPin, load
from seawall.models.pin import pin, pin_fallback

__all__ = ["Model", "ModelPin", "golden_digest", "hold_golden", "load", "pin", "pin_fallback"]
