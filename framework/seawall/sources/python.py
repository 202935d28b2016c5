"""Rows from a callable of the project's: it returns a frame, or yields frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from seawall.calling import (
    checked_parameters,
    found,
    named_parameters,
    parameter_faults,
    user_line,
)
from seawall.config.sources import PythonSource
from seawall.contracts import Context
from seawall.errors import SeawallError, SoftwareError
from seawall.sources.rulings import BUG
from seawall.sources.transient import ruling_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from seawall.contracts import Request

__all__ = ["INJECTED", "PythonUpstream"]

INJECTED = ("batch", "columns", "as_of", "root", "context")
"""What the callable is given where it has parameters of these names; `with` may not set them."""


class PythonUpstream:
    """What `package.module:name` returns when it is called with the parameters of its section."""

    def __init__(self, section: PythonSource, env: Mapping[str, str]) -> None:
        """The environment is the callable's own business."""
        del env
        self.section = section

    def tables(self, request: Request) -> Iterator[pa.Table | pd.DataFrame]:
        """The frame that the callable returns, or those that it yields.

        What it raises and the table of rulings knows (an OSError, a driver's error, one of
        seawall's) passes as it is; anything else is a SoftwareError with the user's file and line,
        and so are parameters that don't fit and values that are no frames.
        """
        use = self.section.use
        answer = _called(use, lambda: _answer(self.section, request))
        if _is_frame(answer):
            yield answer
            return
        if not isinstance(answer, Iterator | list | tuple):
            raise _no_frame(use, "returned", answer)
        pieces, end = iter(answer), object()
        while (piece := _called(use, lambda: next(pieces, end))) is not end:
            if not _is_frame(piece):
                raise _no_frame(use, "yielded", piece)
            yield piece


def _answer(section: PythonSource, request: Request) -> Any:
    target = found(section.use)
    names = named_parameters(target)
    given = _parameters(target, section, [name for name in names if name not in INJECTED])
    context = Context(request.pipeline, request.batch, request.as_of)
    offered = {
        "batch": request.batch,
        "columns": request.columns,
        "as_of": request.as_of,
        "root": request.root,
        "context": context,
    }
    return target(**given, **{name: offered[name] for name in INJECTED if name in names})


def _parameters(
    target: Callable[..., Any], section: PythonSource, settable: list[str]
) -> dict[str, Any]:
    try:
        return checked_parameters(target, section.with_, settable=settable)
    except ValidationError as error:
        faults = "; ".join(f"{name}: {words}" for name, words in parameter_faults(error))
        raise SoftwareError("parameters that don't fit", section.use, faults) from error


def _called(use: str, call: Callable[[], Any]) -> Any:
    """What the user's code answers; a bug in it is a SoftwareError that says where it stands."""
    try:
        return call()
    except SeawallError:
        raise
    except Exception as error:
        if ruling_of(error, "python") is not BUG:
            raise
        words = " ".join(str(error).split())[:200]
        raise SoftwareError(
            f"{type(error).__name__}: {words}",
            f"{use} ({user_line(error)})",
            todo="mend the function, then run the batch again",
        ) from error


def _is_frame(value: object) -> bool:
    import pandas as pd
    import pyarrow as pa

    return isinstance(value, pd.DataFrame | pa.Table)


def _no_frame(use: str, did: str, value: object) -> SoftwareError:
    kind = type(value)
    return SoftwareError(
        f"it {did} something that is no table",
        use,
        f"a {kind.__module__}.{kind.__qualname__}".replace("builtins.", ""),
        "a pandas DataFrame or an Arrow table, or an iterator of them",
        "return a frame, or yield frames",
    )
