"""A module that cannot be imported."""

raise RuntimeError("the pier is gone")


def moor(frame: object) -> object:
    """Nobody gets here."""
    return frame
