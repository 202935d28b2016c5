"""Where the rows to score come from."""

from seawall.sources.open import FileSource, open_source

__all__ = ["FileSource", "open_source"]
