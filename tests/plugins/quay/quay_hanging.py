"""A module whose import does not come to an end."""

import threading

threading.Event().wait()


def moor(frame: object) -> object:
    """Nobody gets here."""
    return frame
