"""The border of a chunk: a worker returns failures as values."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

from seawall.contracts import ChunkRef
from seawall.errors import SeawallError
from seawall.outcome import ChunkFailure
from seawall.stages.memory import out_of_memory

__all__ = ["as_value"]

T = TypeVar("T")


def as_value(work: Callable[[], T], ref: ChunkRef) -> T | ChunkFailure:
    """What the work gives, or the failure that it raised."""
    try:
        return work()
    except SeawallError as error:
        return ChunkFailure(ref.name, error)
    except MemoryError as error:
        where = f"chunk {ref.name}, {ref.rows:,} rows"
        return ChunkFailure(ref.name, out_of_memory(where, error, ref.rows))
    except Exception as error:  # noqa: BLE001 - the border of a chunk: a worker returns values
        what = f"{type(error).__name__}: {error}"
        return ChunkFailure(
            ref.name, SeawallError(what, f"chunk {ref.name}"), traceback.format_exc()
        )
