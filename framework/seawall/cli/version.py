"""Which seawall this is."""

from __future__ import annotations

__all__ = ["version"]


def version() -> str:
    """The installed version; a work tree that was never installed says so."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("seawall")
    except PackageNotFoundError:
        return "not installed"
