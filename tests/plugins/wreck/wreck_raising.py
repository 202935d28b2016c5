"""A module that cannot be imported."""

raise RuntimeError("the hull is broken")
