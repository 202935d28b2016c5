"""A pipeline with every name found, every parameter checked and every input pinned."""

from seawall.plan.plan import PinnedLookup, Plan

__all__ = ["PinnedLookup", "Plan"]
