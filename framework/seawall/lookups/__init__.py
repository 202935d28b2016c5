"""Upstream tables: read once a run, pinned to disk, joined to each chunk by key."""
