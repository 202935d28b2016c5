"""How the columns of a batch are counted, as a plan keeps it: the same for all of its chunks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.profiles.shape import Shape

__all__ = ["NO_SHAPES", "Shapes"]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shape of each column, and for each column that cuts the batch into segments their values.

    `features` are the model's, in its order; None where it takes any frame, or nobody asked it.
    """

    columns: Mapping[str, Shape] = field(default_factory=dict)
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    features: tuple[str, ...] | None = None

    def stored(self) -> bytes:
        """The same as bytes, which depend on nothing else."""
        document = {
            "columns": {
                name: {"kind": shape.kind, "grid": shape.grid, "vocabulary": shape.vocabulary}
                for name, shape in self.columns.items()
            },
            "segments": self.segments,
            "features": self.features,
        }
        return json.dumps(document, allow_nan=False).encode()

    @classmethod
    def read(cls, payload: bytes) -> Shapes:
        """What was stored; ValueError for anything else."""
        try:
            document = json.loads(payload)
            features = document["features"]
            return cls(
                {name: _shape(stored) for name, stored in document["columns"].items()},
                {name: tuple(values) for name, values in document["segments"].items()},
                None if features is None else tuple(features),
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no shapes: {type(error).__name__}: {error}") from None


def _shape(stored: Mapping[str, object]) -> Shape:
    from seawall.profiles.shape import Shape

    vocabulary, grid = stored["vocabulary"], stored["grid"]
    return Shape(stored["kind"], tuple(map(float, grid)), tuple(vocabulary))  # type: ignore[arg-type, call-overload]


NO_SHAPES = Shapes()
