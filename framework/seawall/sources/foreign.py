"""What other people's code answers with, held to the contract, with its own name in every error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from seawall.calling import placed, said
from seawall.errors import SeawallError, SoftwareError
from seawall.sources.rulings import BUG
from seawall.sources.transient import FOREIGN, ruling_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["called", "pieces"]


def pieces(name: str, answer: Callable[[], Any]) -> Iterator[pa.Table | pd.DataFrame]:
    """The frame that the call returns, or those that it yields; SoftwareError for anything else."""
    answered = called(name, answer)
    if _is_frame(answered):
        yield answered
        return
    if not isinstance(answered, Iterator | list | tuple):
        raise _no_frame(name, "returned", answered)
    left, end = iter(answered), object()
    while (piece := called(name, lambda: next(left, end))) is not end:
        if not _is_frame(piece):
            raise _no_frame(name, "yielded", piece)
        yield piece


def called(name: str, call: Callable[[], Any]) -> Any:
    """What the code answers; a bug in it is a SoftwareError that says where it stands.

    What it raises and the table of rulings knows (an OSError, a driver's error, one of seawall's)
    passes as it is.
    """
    try:
        return call()
    except SeawallError:
        raise
    except Exception as error:
        if ruling_of(error, FOREIGN) is not BUG:
            raise
        raise SoftwareError(
            f"{type(error).__name__}: {said(error)}",
            placed(name, error),
            todo="mend it, then run the batch again",
        ) from error


def _is_frame(value: object) -> bool:
    import pandas as pd
    import pyarrow as pa

    return isinstance(value, pd.DataFrame | pa.Table)


def _no_frame(name: str, did: str, value: object) -> SoftwareError:
    kind = type(value)
    return SoftwareError(
        f"it {did} something that is no table",
        name,
        f"a {kind.__module__}.{kind.__qualname__}".replace("builtins.", ""),
        "a pandas DataFrame or an Arrow table, or an iterator of them",
        "return a frame, or yield frames",
    )
