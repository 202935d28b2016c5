"""Rows that were set aside: stored with the plan, with their reason and their place in the source."""

from seawall.quarantine.store import SetAside, packed

__all__ = ["SetAside", "packed"]
