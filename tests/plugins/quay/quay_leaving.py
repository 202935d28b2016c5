"""A module whose import ends the process."""

import os

os._exit(9)


def moor(frame: object) -> object:
    """Nobody gets here."""
    return frame
