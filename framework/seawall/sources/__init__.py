"""Where the rows to score come from."""

from seawall.sources.files import below
from seawall.sources.open import FileSource, open_source, open_upstream

__all__ = ["FileSource", "below", "open_source", "open_upstream"]
