"""Rows from a callable of the project's: it returns a frame, or yields frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from seawall.calling import checked_parameters, found, named_parameters, parameter_faults
from seawall.config.sources import PythonSource
from seawall.contracts import Context
from seawall.errors import SoftwareError
from seawall.sources.foreign import pieces

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
        return pieces(self.section.use, lambda: _answer(self.section, request))


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
